package umlaut.kernel.vfs;

import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.LandlockFlags;
import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.PathRights;
import umlaut.kernel.task.Task;

/** truncate(2), ftruncate(2) and O_TRUNC (Linux: fs/open.c do_truncate, vfs_truncate). */
final class Truncate {
    private Truncate() {}

    static long truncate(Task task, long path, long length) {
        if (length < 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, umlaut.abi.AtFlags.AT_FDCWD, path);
        walk.resolve(true, false);
        Inode inode = walk.inode();
        if (inode.isDirectory()) {
            return Errno.EISDIR.negative();
        }
        if (!inode.isRegular()) {
            return Errno.EINVAL.negative();
        }
        Permissions.requireWritable(walk.mount);
        Permissions.require(inode, walk.who, Permissions.MAY_WRITE);
        if ((inode.flags & Ioctl.FS_APPEND_FL) != 0) {
            return Errno.EPERM.negative();
        }
        PathRights.truncate(walk.who, walk.path());
        inode.beginWrite();
        try {
            if (!inode.hold()) {
                return Errno.ENOENT.negative();
            }
            try {
                change(task.kernel.vfs, task, inode, length, walk.who);
            } finally {
                inode.unhold();
            }
        } finally {
            inode.endWrite();
        }
        Notify.inode(task.kernel.vfs, InotifyFlags.IN_MODIFY, inode, walk.dentry);
        return 0;
    }

    static long ftruncate(Task task, int fd, long length) {
        if (length < 0) {
            return Errno.EINVAL.negative();
        }
        File file = task.files().holdOpen(fd);
        try {
            Inode inode = file.inode();
            if (!inode.isRegular() || !file.writable()) {
                return Errno.EINVAL.negative();
            }
            if ((inode.flags & Ioctl.FS_APPEND_FL) != 0) {
                return Errno.EPERM.negative();
            }
            requireAllowed(file);
            change(task.kernel.vfs, task, inode, length, task.credentials());
            tell(task.kernel.vfs, file);
            return 0;
        } finally {
            file.release();
        }
    }

    /** O_TRUNC. */
    static void atOpen(Vfs vfs, File file, Credentials who) {
        change(vfs, null, file.inode(), 0, who);
        tell(vfs, file);
    }

    /** @throws umlaut.abi.ErrnoException EACCES when landlock(7) kept the right from this open file */
    static void requireAllowed(File file) {
        if (file.lacks(LandlockFlags.ACCESS_FS_TRUNCATE)) {
            throw Errno.EACCES.exception();
        }
    }

    /** It is the object that changes, by whatever file. */
    private static void tell(Vfs vfs, File file) {
        Path path = file.path;
        Notify.inode(vfs, InotifyFlags.IN_MODIFY, file.inode(), path == null ? null : path.dentry());
    }

    private static void change(
            Vfs vfs, @org.jspecify.annotations.Nullable Task task, Inode inode, long length, Credentials who) {
        if (inode.swap) {
            throw Errno.ETXTBSY.exception();
        }
        inode.lock.lock();
        try {
            if (task != null && length > inode.size) {
                requireSize(task, length);
            }
            inode.truncate(length);
            Attributes.dropSetId(inode, who);
            Times.modified(inode, vfs.kernel.clock.realtimeNs());
        } finally {
            inode.lock.unlock();
        }
    }

    /** inode_newsize_ok. @throws umlaut.abi.ErrnoException EFBIG, with SIGXFSZ for the task's own limit */
    private static void requireSize(Task task, long length) {
        if (Long.compareUnsigned(length, task.group.limits.soft(Rlimit.RLIMIT_FSIZE)) > 0) {
            ReadWrite.signal(task, Signal.SIGXFSZ);
            throw Errno.EFBIG.exception();
        }
    }
}
