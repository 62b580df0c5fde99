package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/** chmod(2), chown(2), utime(2), access(2) and their forms: decoding and look-up (Linux: fs/open.c, fs/utimes.c). */
public final class AttributeCalls {
    private static final int PLACE_FLAGS = AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH;

    private AttributeCalls() {}

    // --- mode ---

    public static long fchmodat2(Task task, int dirFd, long path, int mode, int flags) {
        if ((flags & ~PLACE_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        Path place = walk(task, dirFd, path).find(flags);
        if (place.inode().isSymlink()) {
            return Errno.EOPNOTSUPP.negative();
        }
        Attributes.chmod(task.kernel.vfs, place, task.credentials(), mode);
        return 0;
    }

    public static long fchmod(Task task, int fd, int mode) {
        File file = task.files().holdOpen(fd);
        try {
            requireChangeable(file);
            Attributes.chmod(task.kernel.vfs, task.kernel.vfs.pathOf(file), task.credentials(), mode);
            return 0;
        } finally {
            file.release();
        }
    }

    private static void requireChangeable(File file) {
        if (file.inode() instanceof AnonInode anonymous && anonymous.isFixed()) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    // --- owner ---

    public static long fchownat(Task task, int dirFd, long path, int uid, int gid, int flags) {
        if ((flags & ~PLACE_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        Path place = walk(task, dirFd, path).find(flags);
        Attributes.chown(task.kernel.vfs, place, task.credentials(), user(task, uid), group(task, gid));
        return 0;
    }

    /** The global id. @throws umlaut.abi.ErrnoException EINVAL for one without meaning to the caller */
    private static int user(Task task, int uid) {
        int outside = task.credentials().userNs().uidOutside(uid);
        if (outside == -1 && uid != -1) {
            throw Errno.EINVAL.exception();
        }
        return outside;
    }

    private static int group(Task task, int gid) {
        int outside = task.credentials().userNs().gidOutside(gid);
        if (outside == -1 && gid != -1) {
            throw Errno.EINVAL.exception();
        }
        return outside;
    }

    public static long fchown(Task task, int fd, int uid, int gid) {
        File file = task.files().holdOpen(fd);
        try {
            requireChangeable(file);
            Attributes.chown(
                    task.kernel.vfs,
                    task.kernel.vfs.pathOf(file),
                    task.credentials(),
                    user(task, uid),
                    group(task, gid));
            return 0;
        } finally {
            file.release();
        }
    }

    // --- times ---

    /** @param times two struct timespec, or 0 for now; @param path 0: {@code dirFd} itself */
    public static long utimensat(Task task, int dirFd, long path, long times, int flags) {
        Attributes.Request request = new Attributes.Request();
        if (times != 0) {
            MemorySegment t = task.memory.struct(times, 32);
            long aNsec = Le.getLong(t, 8);
            long mNsec = Le.getLong(t, 24);
            if (aNsec == Attributes.UTIME_OMIT && mNsec == Attributes.UTIME_OMIT) {
                return 0;
            }
            long aSec = Le.getLong(t, 0);
            long mSec = Le.getLong(t, 16);
            request.setAtime(aSec, aNsec);
            request.setMtime(mSec, mNsec);
            request.settle();
        }
        return utimes(task, dirFd, path, request, flags);
    }

    /** utimes(2), futimesat(2). @param times two struct timeval, or 0 for now */
    public static long futimesat(Task task, int dirFd, long path, long times) {
        Attributes.Request request = new Attributes.Request();
        if (times != 0) {
            MemorySegment t = task.memory.struct(times, 32);
            long aMicros = Le.getLong(t, 8);
            long mMicros = Le.getLong(t, 24);
            if (aMicros < 0 || aMicros >= 1_000_000 || mMicros < 0 || mMicros >= 1_000_000) {
                return Errno.EINVAL.negative();
            }
            request.setAtime(Le.getLong(t, 0), aMicros * 1000);
            request.setMtime(Le.getLong(t, 16), mMicros * 1000);
            request.settle();
        }
        return utimes(task, dirFd, path, request, 0);
    }

    /** utime(2). @param times struct utimbuf, or 0 for now */
    public static long utime(Task task, long path, long times) {
        Attributes.Request request = new Attributes.Request();
        if (times != 0) {
            MemorySegment t = task.memory.struct(times, 16);
            request.setAtime(Le.getLong(t, 0), 0);
            request.setMtime(Le.getLong(t, 8), 0);
            request.settle();
        }
        return utimes(task, AtFlags.AT_FDCWD, path, request, 0);
    }

    private static long utimes(Task task, int dirFd, long path, Attributes.Request request, int flags) {
        Vfs vfs = task.kernel.vfs;
        if (path == 0 && dirFd != AtFlags.AT_FDCWD) {
            if (flags != 0) {
                return Errno.EINVAL.negative();
            }
            File file = task.files().holdOpen(dirFd);
            try {
                Attributes.utimes(vfs, vfs.pathOf(file), task.credentials(), request);
                return 0;
            } finally {
                file.release();
            }
        }
        if ((flags & ~PLACE_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        Attributes.utimes(vfs, walk(task, dirFd, path).find(flags), task.credentials(), request);
        return 0;
    }

    // --- access ---

    /** faccessat2(2): by the real ids unless AT_EACCESS. */
    public static long faccessat2(Task task, int dirFd, long path, int mode, int flags) {
        if ((mode & ~7) != 0 || (flags & ~(PLACE_FLAGS | AtFlags.AT_EACCESS)) != 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = walk(task, dirFd, path);
        if ((flags & AtFlags.AT_EACCESS) == 0) {
            walk.who = real(task.credentials());
        }
        walk.resolve((flags & AtFlags.AT_SYMLINK_NOFOLLOW) == 0, (flags & AtFlags.AT_EMPTY_PATH) != 0);
        Inode inode = walk.inode();
        boolean executing = (mode & AtFlags.X_OK) != 0 && inode.isRegular();
        if (executing && walk.mount.has(umlaut.abi.MountFlags.MS_NOEXEC)) {
            return Errno.EACCES.negative();
        }
        Permissions.require(inode, walk.who, mode);
        boolean special = umlaut.abi.Mode.isDevice(inode.mode)
                || umlaut.abi.Mode.isFifo(inode.mode)
                || umlaut.abi.Mode.isSocket(inode.mode);
        if ((mode & AtFlags.W_OK) != 0 && !special && walk.mount.readOnly()) {
            return Errno.EROFS.negative();
        }
        return 0;
    }

    /** access_override_creds: the real ids, and capabilities as if the real uid were the effective one. */
    private static Credentials real(Credentials c) {
        boolean fixup = (c.securebits() & umlaut.abi.Capability.SECBIT_NO_SETUID_FIXUP) == 0;
        long caps = !fixup ? c.effective() : c.uid() == 0 ? c.permitted() : 0;
        if (c.fsuid() == c.uid() && c.fsgid() == c.gid() && caps == c.effective()) {
            return c;
        }
        return new Credentials(
                c.uid(),
                c.euid(),
                c.suid(),
                c.uid(),
                c.gid(),
                c.egid(),
                c.sgid(),
                c.gid(),
                c.groups(),
                c.inheritable(),
                c.permitted(),
                caps,
                c.bounding(),
                c.ambient(),
                c.securebits(),
                c.noNewPrivs(),
                c.userNs(),
                c.domain());
    }

    private static PathWalk walk(Task task, int dirFd, long path) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        return walk;
    }
}
