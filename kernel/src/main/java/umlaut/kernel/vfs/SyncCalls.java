package umlaut.kernel.vfs;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Fcntl;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.kernel.task.Task;

/** sync(2), fsync(2), fallocate(2), posix_fadvise(2), readahead(2) and their like (Linux: fs/sync.c, fs/open.c vfs_fallocate, mm/fadvise.c). */
public final class SyncCalls {
    private static final int SYNC_RANGE_KNOWN = 7;

    private SyncCalls() {}

    public static long sync(Task task) {
        for (Mount mount : task.kernel.vfs.namespace().mounts()) {
            if (!mount.superBlock.readOnly()) {
                mount.superBlock.sync();
            }
        }
        return 0;
    }

    public static long syncfs(Task task, int fd) {
        File file = task.files().holdOpen(fd);
        try {
            file.inode().superBlock.sync();
            return 0;
        } finally {
            file.release();
        }
    }

    public static long fsync(Task task, int fd, boolean dataOnly) {
        File file = task.files().holdOpen(fd);
        try {
            file.sync(dataOnly);
            return 0;
        } finally {
            file.release();
        }
    }

    public static long syncFileRange(Task task, int fd, long offset, long length, int flags) {
        File file = task.files().holdOpen(fd);
        try {
            if ((flags & ~SYNC_RANGE_KNOWN) != 0 || offset < 0 || length < 0 || offset + length < 0) {
                return Errno.EINVAL.negative();
            }
            int mode = file.inode().mode;
            if (!Mode.isRegular(mode) && !Mode.isBlock(mode) && !Mode.isDir(mode) && !Mode.isSymlink(mode)) {
                return Errno.ESPIPE.negative();
            }
            if (flags != 0 && Mode.isRegular(mode) && file.seekable()) {
                file.sync(true);
            }
            return 0;
        } finally {
            file.release();
        }
    }

    public static long fadvise(Task task, int fd, long offset, long length, int advice) {
        File file = task.files().holdOpen(fd);
        try {
            int mode = file.inode().mode;
            if (Mode.isFifo(mode)) {
                return Errno.ESPIPE.negative();
            }
            boolean known = advice >= Fcntl.POSIX_FADV_NORMAL && advice <= Fcntl.POSIX_FADV_NOREUSE;
            return length < 0 || !known ? Errno.EINVAL.negative() : 0;
        } finally {
            file.release();
        }
    }

    public static long readahead(Task task, int fd, long offset, long count) {
        File file = task.files().holdOpen(fd);
        try {
            if (!file.readable()) {
                return Errno.EBADF.negative();
            }
            int mode = file.inode().mode;
            boolean has = Mode.isRegular(mode) && file.seekable() || Mode.isBlock(mode);
            return has && count >= 0 ? 0 : Errno.EINVAL.negative();
        } finally {
            file.release();
        }
    }

    public static long fallocate(Task task, int fd, int mode, long offset, long length) {
        File file = task.files().holdOpen(fd);
        try {
            if (offset < 0 || length <= 0) {
                return Errno.EINVAL.negative();
            }
            long error = checkMode(file, mode);
            if (error != 0) {
                return error;
            }
            if (offset + length < 0) {
                return Errno.EFBIG.negative();
            }
            Inode inode = file.inode();
            boolean grows = (mode & (Fcntl.FALLOC_FL_KEEP_SIZE | Fcntl.FALLOC_FL_PUNCH_HOLE)) == 0;
            long limit = task.group.limits.soft(Rlimit.RLIMIT_FSIZE);
            if (grows && limit >= 0 && offset + length > limit && offset + length > inode.size) {
                ReadWrite.signal(task, Signal.SIGXFSZ);
                return Errno.EFBIG.negative();
            }
            file.allocate(mode, offset, length);
            Attributes.dropSetId(inode, task.credentials());
            Times.modified(inode, task.kernel.clock.realtimeNs());
            Notify.file(task.kernel.vfs, InotifyFlags.IN_MODIFY, file);
            return 0;
        } catch (ErrnoException e) {
            return e.errno().negative();
        } finally {
            file.release();
        }
    }

    /** vfs_fallocate's checks, in its order. */
    private static long checkMode(File file, int mode) {
        int keep = Fcntl.FALLOC_FL_KEEP_SIZE;
        boolean valid = switch (mode & ~keep) {
            case 0, Fcntl.FALLOC_FL_UNSHARE_RANGE, Fcntl.FALLOC_FL_ZERO_RANGE -> true;
            case Fcntl.FALLOC_FL_PUNCH_HOLE -> (mode & keep) != 0;
            case Fcntl.FALLOC_FL_COLLAPSE_RANGE, Fcntl.FALLOC_FL_INSERT_RANGE, Fcntl.FALLOC_FL_WRITE_ZEROES ->
                (mode & keep) == 0;
            default -> false;
        };
        if (!valid) {
            return Errno.EOPNOTSUPP.negative();
        }
        if (!file.writable()) {
            return Errno.EBADF.negative();
        }
        Inode inode = file.inode();
        boolean appendOnly = (inode.flags & Ioctl.FS_APPEND_FL) != 0;
        if (appendOnly && (mode & ~keep) != 0 || (inode.flags & Ioctl.FS_IMMUTABLE_FL) != 0) {
            return Errno.EPERM.negative();
        }
        if (Mode.isFifo(inode.mode)) {
            return Errno.ESPIPE.negative();
        }
        if (inode.isDirectory()) {
            return Errno.EISDIR.negative();
        }
        return inode.isRegular() || Mode.isBlock(inode.mode) ? 0 : Errno.ENODEV.negative();
    }
}
