package umlaut.kernel.ns;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Rlimit;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.NsInode;

/** ioctl_ns(2) and its younger relatives (Linux: ns_ioctl in fs/nsfs.c). */
public final class NamespaceIoctl {
    private static final int NS_GET_USERNS = 0xb701;
    private static final int NS_GET_PARENT = 0xb702;
    private static final int NS_GET_NSTYPE = 0xb703;
    private static final int NS_GET_OWNER_UID = 0xb704;
    private static final int NS_GET_MNTNS_ID = 0x8008b705;
    private static final int NS_GET_PID_FROM_PIDNS = 0x8004b706;
    private static final int NS_GET_TGID_FROM_PIDNS = 0x8004b707;
    private static final int NS_GET_PID_IN_PIDNS = 0x8004b708;
    private static final int NS_GET_TGID_IN_PIDNS = 0x8004b709;
    private static final int NS_MNT_GET_INFO = 0x8010b70a;

    private NamespaceIoctl() {}

    public static long ioctl(Task task, Namespace ns, int command, long argument) {
        return switch (command) {
            case NS_GET_USERNS -> install(task, ns.owner());
            case NS_GET_PARENT -> parent(task, ns);
            case NS_GET_NSTYPE -> ns.kind().cloneFlag;
            case NS_GET_OWNER_UID -> ownerUid(task, ns, argument);
            case NS_GET_MNTNS_ID, NS_MNT_GET_INFO -> mountInfo(task, ns, command, argument);
            case NS_GET_PID_FROM_PIDNS, NS_GET_TGID_FROM_PIDNS, NS_GET_PID_IN_PIDNS, NS_GET_TGID_IN_PIDNS ->
                number(task, ns, command, (int) argument);
            default -> Errno.ENOTTY.negative();
        };
    }

    /** A descriptor of it; only for who stands in it or above. */
    private static long install(Task task, @Nullable Namespace ns) {
        UserNamespace mine = task.credentials().userNs();
        UserNamespace seen = ns instanceof UserNamespace user ? user : null;
        if (ns == null || seen != null && !seen.isWithin(mine)) {
            return Errno.EPERM.negative();
        }
        File file = NsInode.open(task, ns);
        try {
            return task.files().install(file, true, 0, task.group.limits.soft(Rlimit.RLIMIT_NOFILE));
        } catch (umlaut.abi.ErrnoException e) {
            file.release();
            throw e;
        }
    }

    private static long parent(Task task, Namespace ns) {
        if (ns instanceof UserNamespace user) {
            return install(task, user.parent());
        }
        if (!(ns instanceof PidNamespace pids)) {
            return Errno.EINVAL.negative();
        }
        PidNamespace up = pids.parent();
        return up == null || !up.isWithin(task.group.pidNs) ? Errno.EPERM.negative() : install(task, up);
    }

    private static long ownerUid(Task task, Namespace ns, long address) {
        if (!(ns instanceof UserNamespace user)) {
            return Errno.EINVAL.negative();
        }
        task.memory.putInt(address, task.credentials().userNs().showUid(user.ownerUid));
        return 0;
    }

    private static long mountInfo(Task task, Namespace ns, int command, long address) {
        if (!(ns instanceof MountNamespace mounts)) {
            return Errno.EINVAL.negative();
        }
        if (command == NS_GET_MNTNS_ID) {
            task.memory.putLong(address, mounts.ino());
            return 0;
        }
        if (!task.credentials().capableIn(mounts.owner(), Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        MemorySegment out = task.memory.build(16);
        Le.putInt(out, 0, 16);
        Le.putInt(out, 4, mounts.mounts().size());
        Le.putLong(out, 8, mounts.ino());
        task.memory.write(address, out);
        return 0;
    }

    private static long number(Task task, Namespace ns, int command, int nr) {
        if (!(ns instanceof PidNamespace pids)) {
            return Errno.EINVAL.negative();
        }
        boolean from = command == NS_GET_PID_FROM_PIDNS || command == NS_GET_TGID_FROM_PIDNS;
        PidNamespace of = from ? pids : task.group.pidNs;
        Task found = task.kernel.tasks.task(of.toGlobal(nr));
        if (found == null) {
            return Errno.ESRCH.negative();
        }
        boolean process = command == NS_GET_TGID_FROM_PIDNS || command == NS_GET_TGID_IN_PIDNS;
        PidNamespace in = from ? task.group.pidNs : pids;
        int seen = in.fromGlobal(process ? found.group.tgid : found.tid);
        return seen == 0 ? Errno.ESRCH.negative() : seen;
    }
}
