package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.MountFlags;
import umlaut.abi.Stat;
import umlaut.abi.Statfs;
import umlaut.abi.Statx;
import umlaut.abi.StatxFlags;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/** stat(2), statx(2), statfs(2) and their forms (Linux: fs/stat.c, fs/statfs.c). */
public final class StatCalls {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int STAT_FLAGS =
            AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_NO_AUTOMOUNT | AtFlags.AT_EMPTY_PATH | AtFlags.AT_STATX_SYNC_TYPE;

    private static final int KNOWN_ATTRIBUTES =
            StatxFlags.STATX_ATTR_MOUNT_ROOT | StatxFlags.STATX_ATTR_AUTOMOUNT | StatxFlags.STATX_ATTR_DAX;

    private StatCalls() {}

    // --- stat ---

    public static long stat(Task task, long path, long buffer) {
        return at(task, AtFlags.AT_FDCWD, path, buffer, true);
    }

    public static long lstat(Task task, long path, long buffer) {
        return at(task, AtFlags.AT_FDCWD, path, buffer, false);
    }

    private static long at(Task task, int dirFd, long path, long buffer, boolean follow) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        walk.resolve(follow, false);
        return put(task, walk.inode(), buffer);
    }

    public static long fstat(Task task, int fd, long buffer) {
        File file = task.files().hold(fd);
        try {
            return put(task, file.inode(), buffer);
        } finally {
            file.release();
        }
    }

    public static long newfstatat(Task task, int dirFd, long path, long buffer, int flags) {
        if ((flags & AtFlags.AT_EMPTY_PATH) != 0 && dirFd >= 0 && emptyPath(task, path)) {
            return fstat(task, dirFd, buffer); // whatever the other flags
        }
        if ((flags & ~STAT_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = task.fileScratch.walk;
        walk.beginAt(task, dirFd, path, flags);
        walk.resolve((flags & AtFlags.AT_SYMLINK_NOFOLLOW) == 0, (flags & AtFlags.AT_EMPTY_PATH) != 0);
        return put(task, walk.inode(), buffer);
    }

    /** A null pointer counts as the empty path since Linux 6.11. */
    private static boolean emptyPath(Task task, long path) {
        return path == 0 || task.memory.getByte(path) == 0;
    }

    private static long put(Task task, Inode inode, long buffer) {
        inode.refresh();
        see(inode);
        MemorySegment s = task.fileScratch.struct();
        UserNamespace ns = task.credentials().userNs();
        int uid = ns.showUid(inode.uid);
        int gid = ns.showGid(inode.gid);
        Stat.writeIdentity(s, 0, inode.device(), inode.ino, inode.nlink, inode.shownMode(), uid, gid, inode.rdev);
        Stat.writeSize(s, 0, inode.size, inode.blockSize(), inode.blocks);
        long a = inode.atime;
        long m = inode.mtime;
        long c = inode.ctime;
        long aSec = Math.floorDiv(a, SECOND_NS);
        long mSec = Math.floorDiv(m, SECOND_NS);
        long cSec = Math.floorDiv(c, SECOND_NS);
        Stat.writeTimes(s, 0, aSec, a - aSec * SECOND_NS, mSec, m - mSec * SECOND_NS, cSec, c - cSec * SECOND_NS);
        task.memory.write(buffer, s, 0, Stat.SIZE);
        return 0;
    }

    private static void see(Inode inode) {
        if (!inode.timesSeen) {
            inode.timesSeen = true;
        }
    }

    // --- statx ---

    public static long statx(Task task, int dirFd, long path, int flags, int mask, long buffer) {
        if ((mask & StatxFlags.STATX__RESERVED) != 0
                || (flags & AtFlags.AT_STATX_SYNC_TYPE) == AtFlags.AT_STATX_SYNC_TYPE) {
            return Errno.EINVAL.negative();
        }
        Vfs vfs = task.kernel.vfs;
        if ((flags & AtFlags.AT_EMPTY_PATH) != 0 && dirFd >= 0 && emptyPath(task, path)) {
            File file = task.files().hold(dirFd);
            try {
                Path place = vfs.pathOf(file);
                return putx(task, place.mount(), place.dentry(), mask, buffer);
            } finally {
                file.release();
            }
        }
        if ((flags & ~STAT_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = task.fileScratch.walk;
        walk.beginAt(task, dirFd, path, flags);
        walk.resolve((flags & AtFlags.AT_SYMLINK_NOFOLLOW) == 0, (flags & AtFlags.AT_EMPTY_PATH) != 0);
        return putx(task, walk.mount, walk.dentry, mask, buffer);
    }

    private static long putx(Task task, Mount mount, Dentry dentry, int mask, long buffer) {
        Inode inode = dentry.inode();
        inode.refresh();
        see(inode);
        MemorySegment s = task.fileScratch.struct();
        s.fill((byte) 0);
        boolean birth = inode.btime != 0 && (mask & StatxFlags.STATX_BTIME) != 0;
        Le.putInt(s, Statx.STX_MASK, answered(mask, birth));
        Le.putInt(s, Statx.STX_BLKSIZE, inode.blockSize());
        attributes(s, mount, dentry, inode);
        Le.putInt(s, Statx.STX_NLINK, inode.nlink);
        UserNamespace ns = task.credentials().userNs();
        Le.putInt(s, Statx.STX_UID, ns.showUid(inode.uid));
        Le.putInt(s, Statx.STX_GID, ns.showGid(inode.gid));
        Le.putShort(s, Statx.STX_MODE, inode.shownMode());
        Le.putLong(s, Statx.STX_INO, inode.ino);
        Le.putLong(s, Statx.STX_SIZE, inode.size);
        Le.putLong(s, Statx.STX_BLOCKS, inode.blocks);
        time(s, Statx.STX_ATIME, inode.atime);
        time(s, Statx.STX_MTIME, inode.mtime);
        time(s, Statx.STX_CTIME, inode.ctime);
        if (birth) {
            time(s, Statx.STX_BTIME, inode.btime);
        }
        Le.putInt(s, Statx.STX_RDEV_MAJOR, DeviceTable.major(inode.rdev));
        Le.putInt(s, Statx.STX_RDEV_MINOR, DeviceTable.minor(inode.rdev));
        Le.putInt(s, Statx.STX_DEV_MAJOR, DeviceTable.major(inode.device()));
        Le.putInt(s, Statx.STX_DEV_MINOR, DeviceTable.minor(inode.device()));
        boolean unique = (mask & StatxFlags.STATX_MNT_ID_UNIQUE) != 0;
        Le.putLong(s, Statx.STX_MNT_ID, unique ? mount.uniqueId : mount.id);
        task.memory.write(buffer, s, 0, Statx.SIZE);
        return 0;
    }

    /** Since multigrain timestamps, times of change are only said to be answered when one of them was asked for. */
    private static int answered(int mask, boolean birth) {
        int changes = StatxFlags.STATX_MTIME | StatxFlags.STATX_CTIME;
        boolean unique = (mask & StatxFlags.STATX_MNT_ID_UNIQUE) != 0;
        return StatxFlags.STATX_BASIC_STATS & ~((mask & changes) == 0 ? changes : 0)
                | (birth ? StatxFlags.STATX_BTIME : 0)
                | (unique ? StatxFlags.STATX_MNT_ID_UNIQUE : StatxFlags.STATX_MNT_ID);
    }

    private static void attributes(MemorySegment s, Mount mount, Dentry dentry, Inode inode) {
        int known = inode.supportedFlags() & (Ioctl.FS_IMMUTABLE_FL | Ioctl.FS_APPEND_FL | Ioctl.FS_NODUMP_FL);
        int attributes = inode.flags & known;
        if (dentry == mount.root) {
            attributes |= StatxFlags.STATX_ATTR_MOUNT_ROOT;
        }
        Le.putLong(s, Statx.STX_ATTRIBUTES, attributes);
        Le.putLong(s, Statx.STX_ATTRIBUTES_MASK, known | KNOWN_ATTRIBUTES);
    }

    private static void time(MemorySegment s, int at, long ns) {
        Statx.writeTime(s, at, Math.floorDiv(ns, SECOND_NS), (int) Math.floorMod(ns, SECOND_NS));
    }

    // --- statfs ---

    public static long statfs(Task task, long path, long buffer) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, AtFlags.AT_FDCWD, path);
        walk.resolve(true, false);
        return putFs(task, walk.mount, walk.dentry.superBlock, buffer);
    }

    public static long fstatfs(Task task, int fd, long buffer) {
        File file = task.files().hold(fd);
        try {
            Path place = task.kernel.vfs.pathOf(file);
            return putFs(task, place.mount(), place.dentry().superBlock, buffer);
        } finally {
            file.release();
        }
    }

    private static long putFs(Task task, Mount mount, SuperBlock fs, long buffer) {
        SuperBlock.StatfsInfo info = fs.statfs();
        MemorySegment s = task.fileScratch.struct();
        s.fill((byte) 0);
        Le.putLong(s, Statfs.F_TYPE, info.magic());
        Le.putLong(s, Statfs.F_BSIZE, info.blockSize());
        Le.putLong(s, Statfs.F_BLOCKS, info.blocks());
        Le.putLong(s, Statfs.F_BFREE, info.free());
        Le.putLong(s, Statfs.F_BAVAIL, info.available());
        Le.putLong(s, Statfs.F_FILES, info.files());
        Le.putLong(s, Statfs.F_FFREE, info.filesFree());
        Le.putInt(s, Statfs.F_FSID, (int) fs.device);
        Le.putInt(s, Statfs.F_FSID + 4, (int) (fs.device >>> 32));
        Le.putLong(s, Statfs.F_NAMELEN, info.nameLength());
        Le.putLong(s, Statfs.F_FRSIZE, info.blockSize());
        Le.putLong(s, Statfs.F_FLAGS, statfsFlags(mount));
        task.memory.write(buffer, s, 0, Statfs.SIZE);
        return 0;
    }

    private static long statfsFlags(Mount mount) {
        long flags = MountFlags.ST_VALID;
        flags |= mount.readOnly() ? MountFlags.ST_RDONLY : 0;
        flags |= mount.has(MountFlags.MS_NOSUID) ? MountFlags.ST_NOSUID : 0;
        flags |= mount.has(MountFlags.MS_NODEV) ? MountFlags.ST_NODEV : 0;
        flags |= mount.has(MountFlags.MS_NOEXEC) ? MountFlags.ST_NOEXEC : 0;
        flags |= mount.has(MountFlags.MS_NOATIME) ? MountFlags.ST_NOATIME : 0;
        flags |= mount.has(MountFlags.MS_NODIRATIME) ? MountFlags.ST_NODIRATIME : 0;
        flags |= mount.has(MountFlags.MS_RELATIME) ? MountFlags.ST_RELATIME : 0;
        flags |= mount.has(MountFlags.MS_NOSYMFOLLOW) ? MountFlags.ST_NOSYMFOLLOW : 0;
        return flags;
    }
}
