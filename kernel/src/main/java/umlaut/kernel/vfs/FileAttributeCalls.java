package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.FileAttr;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.kernel.task.Task;

/** file_getattr(2), file_setattr(2), FS_IOC_FSGETXATTR and FS_IOC_FSSETXATTR (Linux: fs/file_attr.c); cachestat(2) (mm/filemap.c). */
final class FileAttributeCalls {
    private static final int PLACE_FLAGS = AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH;
    private static final int XFLAG_IMMUTABLE = 0x8;
    private static final int XFLAG_APPEND = 0x10;
    private static final int XFLAG_SYNC = 0x20;
    private static final int XFLAG_NOATIME = 0x40;
    private static final int XFLAG_NODUMP = 0x80;
    /** Bits of xflags and of ioctl_iflags(2) that say the same. */
    private static final int[][] SAME = {
        {XFLAG_IMMUTABLE, Ioctl.FS_IMMUTABLE_FL},
        {XFLAG_APPEND, Ioctl.FS_APPEND_FL},
        {XFLAG_SYNC, 0x8},
        {XFLAG_NOATIME, Ioctl.FS_NOATIME_FL},
        {XFLAG_NODUMP, Ioctl.FS_NODUMP_FL},
    };

    private FileAttributeCalls() {}

    static int toXflags(int flags) {
        int xflags = 0;
        for (int[] pair : SAME) {
            xflags |= (flags & pair[1]) != 0 ? pair[0] : 0;
        }
        return xflags;
    }

    static long get(Task task, int dirFd, long path, long address, long size, int flags) {
        if ((flags & ~PLACE_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        checkSize(size);
        Inode inode = find(task, dirFd, path, flags).inode();
        if (inode.supportedFlags() == 0) {
            return Errno.EOPNOTSUPP.negative();
        }
        MemorySegment out = task.memory.build((int) size);
        Le.putLong(out, FileAttr.FA_XFLAGS, toXflags(inode.flags));
        task.memory.write(address, out, 0, size);
        return 0;
    }

    private static void checkSize(long size) {
        if (Long.compareUnsigned(size, Limits.PAGE_SIZE) > 0) {
            throw Errno.E2BIG.exception();
        }
        if (size < FileAttr.SIZE) {
            throw Errno.EINVAL.exception();
        }
    }

    private static Path find(Task task, int dirFd, long path, int flags) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        return walk.find(flags);
    }

    static long set(Task task, int dirFd, long path, long address, long size, int flags) {
        if ((flags & ~PLACE_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        checkSize(size);
        MemorySegment raw = task.memory.struct(address, (int) size);
        for (long i = FileAttr.SIZE; i < size; i++) {
            if (Le.getByte(raw, i) != 0) {
                return Errno.E2BIG.negative();
            }
        }
        long xflags = Le.getLong(raw, FileAttr.FA_XFLAGS);
        int other = Le.getInt(raw, FileAttr.FA_EXTSIZE)
                | Le.getInt(raw, FileAttr.FA_PROJID)
                | Le.getInt(raw, FileAttr.FA_COWEXTSIZE);
        change(task, find(task, dirFd, path, flags), xflags, other);
        return 0;
    }

    /** @param other what no file system here has: extent sizes and project ids; must be 0 */
    static void change(Task task, Path at, long xflags, int other) {
        Inode inode = at.inode();
        int supported = inode.supportedFlags();
        Permissions.requireWritable(at.mount());
        if (supported == 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        int wanted = 0;
        long known = 0;
        for (int[] pair : SAME) {
            wanted |= (xflags & pair[0]) != 0 ? pair[1] : 0;
            known |= pair[0];
        }
        if ((xflags & ~known) != 0 || other != 0) {
            throw Errno.EINVAL.exception();
        }
        setFlags(task, at, wanted);
    }

    /** FS_IOC_SETFLAGS and its relatives after their decoding. @throws umlaut.abi.ErrnoException EPERM, EOPNOTSUPP */
    static void setFlags(Task task, Path at, int wanted) {
        Inode inode = at.inode();
        if (!Permissions.owns(inode, task.credentials())) {
            throw Errno.EPERM.exception();
        }
        if ((wanted & ~inode.supportedFlags()) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        int guarded = Ioctl.FS_IMMUTABLE_FL | Ioctl.FS_APPEND_FL;
        if (((wanted ^ inode.flags) & guarded) != 0 && !task.credentials().capable(Capability.CAP_LINUX_IMMUTABLE)) {
            throw Errno.EPERM.exception();
        }
        inode.setFlags(wanted);
        Times.changed(inode, task.kernel.clock.realtimeNs());
    }

    /** cachestat(2): all allocated data is in memory, and nothing waits to be written. */
    static long cachestat(Task task, int fd, long range, long out, int flags) {
        File file = task.files().holdOpen(fd);
        try {
            MemorySegment asked = task.memory.struct(range, 16);
            long start = Le.getLong(asked, 0);
            long length = Le.getLong(asked, 8);
            if (flags != 0) {
                return Errno.EINVAL.negative();
            }
            Inode inode = file.inode();
            inode.refresh();
            long pages = inode.isRegular() ? Math.min(inode.blocks >> 3, (inode.size + 4095) >> 12) : 0;
            long first = start >>> 12;
            long end = length == 0 || Long.compareUnsigned(start + length - 1 >>> 12, pages - 1) > 0
                    ? pages - 1
                    : start + length - 1 >>> 12;
            MemorySegment result = task.memory.build(40);
            Le.putLong(result, 0, pages == 0 ? 0 : Math.max(0, end - first + 1));
            task.memory.write(out, result, 0, 40);
            return 0;
        } finally {
            file.release();
        }
    }
}
