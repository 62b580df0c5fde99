package umlaut.kernel.task;

import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceCalls;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.ns.Namespaces;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.NsInode;

/** unshare(2), setns(2) (Linux: ksys_unshare in kernel/fork.c, kernel/nsproxy.c). */
public final class Unshare {
    private static final long THREAD_TIES = CloneFlags.CLONE_THREAD | CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_VM;
    private static final long OWN = CloneFlags.CLONE_FS | CloneFlags.CLONE_FILES | CloneFlags.CLONE_SYSVSEM;
    private static final long NAMESPACES = Namespaces.ALL_BUT_USER | CloneFlags.CLONE_NEWUSER;

    private Unshare() {}

    public static long unshare(Task task, long asked) {
        if ((asked & ~(THREAD_TIES | OWN | NAMESPACES)) != 0) {
            return Errno.EINVAL.negative();
        }
        boolean alone = (asked & (THREAD_TIES | CloneFlags.CLONE_NEWUSER | CloneFlags.CLONE_NEWPID)) != 0;
        if (alone && task.group.liveThreads() > 1) {
            return Errno.EINVAL.negative();
        }
        long flags = asked;
        if ((flags & (CloneFlags.CLONE_NEWNS | CloneFlags.CLONE_NEWUSER)) != 0) {
            flags |= CloneFlags.CLONE_FS;
        }
        FsContext fs = (flags & CloneFlags.CLONE_FS) != 0 ? task.fs().copy() : task.fs();
        if ((flags & NAMESPACES) != 0) {
            MountNamespace before = task.fs().namespace();
            NamespaceCalls.Fresh fresh = NamespaceCalls.create(task, flags, fs);
            task.setFs(fs);
            task.setCredentials(fresh.credentials());
            task.setNs(fresh.ns());
            if (fs.namespace() != before) {
                task.kernel.vfs.mounts().left(before);
            }
        }
        task.setFs(fs);
        task.kernel.vfs.facts.reconsider(task);
        if ((flags & CloneFlags.CLONE_FILES) != 0) {
            ownFiles(task);
        }
        return 0;
    }

    /** Leaves a shared descriptor table for a copy of it. */
    static void ownFiles(Task task) {
        FileTable files = task.files();
        if (files.shared()) {
            if (files.size() > task.kernel.limits.openFiles.get()) {
                throw Errno.EMFILE.exception();
            }
            task.setFiles(files.copy());
            files.leave(task);
        }
    }

    /** @param type CLONE_NEW*: what kind the file must be of, 0 = any; of a pidfd, which of its process's namespaces */
    public static long setns(Task task, int fd, int type) {
        File file = task.files().holdOpen(fd);
        try {
            if (file instanceof PidFile pidFile) {
                return joinProcess(task, pidFile, type & 0xffff_ffffL);
            }
            Namespace ns = NsInode.of(file);
            if (ns == null || type != 0 && type != (int) ns.kind().cloneFlag) {
                return Errno.EINVAL.negative();
            }
            NamespaceCalls.join(task, ns);
            return 0;
        } finally {
            file.release();
        }
    }

    private static long joinProcess(Task task, PidFile file, long flags) {
        if (flags == 0 || (flags & ~NAMESPACES) != 0) {
            return Errno.EINVAL.negative();
        }
        Task of = file.thread != null ? file.thread : file.group.leader();
        if (of == null || of.exited) {
            return Errno.ESRCH.negative();
        }
        if (!TraceAccess.mayRead(task, of)) {
            return Errno.EPERM.negative();
        }
        UserNamespace mine = task.credentials().userNs();
        Credentials back = task.credentials();
        var ns = task.ns();
        FsContext fs = task.fs();
        if ((flags & CloneFlags.CLONE_NEWUSER) != 0 && of.credentials().userNs() == mine) {
            return Errno.EINVAL.negative();
        }
        try {
            if ((flags & CloneFlags.CLONE_NEWUSER) != 0) {
                NamespaceCalls.join(task, of.credentials().userNs());
            }
            for (NamespaceKind kind : NamespaceKind.values()) {
                if (kind != NamespaceKind.USER && (flags & kind.cloneFlag) != 0) {
                    NamespaceCalls.join(task, namespace(of, kind));
                }
            }
            return 0;
        } catch (umlaut.abi.ErrnoException e) {
            task.setCredentials(back);
            task.setNs(ns);
            task.setFs(fs);
            throw e;
        }
    }

    /** The namespace of that kind that a task is in; for pids, the one its own number is from. */
    public static Namespace namespace(Task of, NamespaceKind kind) {
        return switch (kind) {
            case CGROUP -> of.ns().cgroup();
            case IPC -> of.ns().ipc();
            case MNT -> of.fs().namespace();
            case NET -> of.ns().net();
            case PID -> of.group.pidNs;
            case TIME -> of.ns().time();
            case USER -> of.credentials().userNs();
            case UTS -> of.ns().uts();
        };
    }
}
