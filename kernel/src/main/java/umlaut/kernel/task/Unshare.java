package umlaut.kernel.task;

import umlaut.abi.Capability;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.kernel.vfs.FileTable;

/**
 * unshare(2), setns(2). This kernel has one namespace of each kind and makes no more, as a Linux configured without
 * them.
 */
public final class Unshare {
    private static final long THREAD_TIES = CloneFlags.CLONE_THREAD | CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_VM;
    private static final long OWN = CloneFlags.CLONE_FS | CloneFlags.CLONE_FILES | CloneFlags.CLONE_SYSVSEM;
    private static final long NAMESPACES = CloneFlags.CLONE_NEWNS
            | CloneFlags.CLONE_NEWCGROUP
            | CloneFlags.CLONE_NEWUTS
            | CloneFlags.CLONE_NEWIPC
            | CloneFlags.CLONE_NEWPID
            | CloneFlags.CLONE_NEWNET
            | CloneFlags.CLONE_NEWTIME;

    private Unshare() {}

    public static long unshare(Task task, long flags) {
        if ((flags & ~(THREAD_TIES | OWN | NAMESPACES | CloneFlags.CLONE_NEWUSER)) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & THREAD_TIES) != 0 && task.group.liveThreads() > 1) {
            return Errno.EINVAL.negative();
        }
        if ((flags & NAMESPACES) != 0 && !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        if ((flags & (NAMESPACES | CloneFlags.CLONE_NEWUSER)) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & CloneFlags.CLONE_FS) != 0) {
            task.setFs(task.fs().copy());
        }
        if ((flags & CloneFlags.CLONE_FILES) != 0) {
            ownFiles(task);
        }
        return 0;
    }

    /** Leaves a shared descriptor table for a copy of it. */
    static void ownFiles(Task task) {
        FileTable files = task.files();
        if (files.shared()) {
            task.setFiles(files.copy());
            files.leave(task);
        }
    }

    public static long setns(Task task, int fd) {
        task.files().get(fd);
        return Errno.EINVAL.negative();
    }
}
