package umlaut.kernel.ns;

import java.util.concurrent.atomic.AtomicInteger;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.kernel.Kernel;
import umlaut.kernel.UtsName;
import umlaut.kernel.cgroup.CgroupNamespace;
import umlaut.kernel.sysv.SysvFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** The namespaces that a kernel begins with, and the making of new ones (Linux: create_new_namespaces in kernel/nsproxy.c). */
public final class Namespaces {
    /** All kinds but those of users. */
    public static final long ALL_BUT_USER = CloneFlags.CLONE_NEWNS
            | CloneFlags.CLONE_NEWCGROUP
            | CloneFlags.CLONE_NEWUTS
            | CloneFlags.CLONE_NEWIPC
            | CloneFlags.CLONE_NEWPID
            | CloneFlags.CLONE_NEWNET
            | CloneFlags.CLONE_NEWTIME;

    private static final long FIRST_INO = 0xf000_0100L;

    private final Kernel kernel;
    private final SysvFamily sysv;
    private final AtomicInteger made = new AtomicInteger();
    private final NsProxy initial;

    public Namespaces(Kernel kernel, SysvFamily sysv) {
        this.kernel = kernel;
        this.sysv = sysv;
        UserNamespace owner = UserNamespace.INITIAL;
        TimeNamespace time = new TimeNamespace(0xefff_fffaL, owner).freeze();
        this.initial = new NsProxy(
                kernel.uts,
                sysv.newNamespace(0xefff_ffffL, owner),
                new PidNamespace(null, 0xefff_fffcL, owner),
                new PlainNamespace(NamespaceKind.NET, 0xf000_0098L, owner),
                new CgroupNamespace(0xefff_fffbL, owner, kernel.cgroups.root()),
                time,
                time);
    }

    /** What the machine's first processes have. */
    public NsProxy initial() {
        return initial;
    }

    /** A number for a new one. */
    public long nextIno() {
        return FIRST_INO + made.getAndIncrement();
    }

    /**
     * New namespaces of all kinds but those of users and mounts, as {@code flags} ask; the caller has checked permission.
     *
     * @throws umlaut.abi.ErrnoException EINVAL, ENOSPC
     */
    NsProxy copy(NsProxy from, ThreadGroup caller, UserNamespace owner, long flags) {
        PidNamespace active = caller.pidNs;
        NsProxy to = from;
        if ((flags & CloneFlags.CLONE_NEWUTS) != 0) {
            to = to.with(new UtsName(from.uts(), nextIno(), owner));
        }
        if ((flags & CloneFlags.CLONE_NEWIPC) != 0) {
            to = to.with(sysv.newNamespace(nextIno(), owner));
        }
        if ((flags & CloneFlags.CLONE_NEWNET) != 0) {
            to = to.withNet(new PlainNamespace(NamespaceKind.NET, nextIno(), owner));
        }
        if ((flags & CloneFlags.CLONE_NEWPID) != 0) {
            if (from.pidForChildren() != active) {
                throw Errno.EINVAL.exception();
            }
            if (active.level() >= PidNamespace.DEEPEST) {
                throw Errno.ENOSPC.exception();
            }
            to = to.with(new PidNamespace(active, nextIno(), owner));
        }
        if ((flags & CloneFlags.CLONE_NEWCGROUP) != 0) {
            to = to.with(new CgroupNamespace(nextIno(), owner, caller.cgroup()));
        }
        if ((flags & CloneFlags.CLONE_NEWTIME) != 0) {
            to = to.withTime(to.time(), new TimeNamespace(nextIno(), owner, from.timeForChildren()));
        }
        return to;
    }

    /** A new process with memory of its own, or a program newly begun, enters the clocks that were made for it (timens_on_fork). */
    public static void enterTime(Task task) {
        NsProxy ns = task.ns();
        if (ns.time() != ns.timeForChildren()) {
            task.setNs(ns.withTime(ns.timeForChildren(), ns.timeForChildren()));
        }
        task.ns().time().enter(task);
    }

    Kernel kernel() {
        return kernel;
    }
}
