package umlaut.host;

import java.lang.foreign.MemorySegment;

/**
 * File calls of the host, results as the kernel gives them (a value or -errno). Paths are C strings, made with {@link Scratch#path} and {@link
 * Scratch#secondPath}; buffers are native segments. Each method is the system call of its name: see section 2 of the manual.
 */
public final class Files {
    public static final int AT_FDCWD = -100;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100,
            AT_REMOVEDIR = 0x200,
            AT_SYMLINK_FOLLOW = 0x400,
            AT_EMPTY_PATH = 0x1000;
    public static final int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200,
            O_APPEND = 0x400,
            O_NONBLOCK = 0x800,
            O_DIRECTORY = 0x10000,
            O_NOFOLLOW = 0x20000;
    public static final int O_CLOEXEC = 0x80000, O_PATH = 0x200000;
    public static final int FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2;

    private Files() {}

    public static long openat(int dirFd, MemorySegment path, int flags, int mode) {
        return HostCalls.call(Syscall.OPENAT, dirFd, path.address(), flags, mode);
    }

    /** openat2(2) with RESOLVE_* flags; ENOSYS where a container's filter hides it. */
    public static long openat2(int dirFd, MemorySegment path, int flags, int mode, long resolve) {
        MemorySegment how = Scratch.arguments();
        how.set(Layouts.LONG, 0, flags);
        how.set(Layouts.LONG, 8, mode);
        how.set(Layouts.LONG, 16, resolve);
        return HostCalls.call(Syscall.OPENAT2, dirFd, path.address(), how.address(), 24);
    }

    public static long close(int fd) {
        return HostCalls.call(Syscall.CLOSE, fd);
    }

    public static long read(int fd, MemorySegment to, long offset, long length) {
        return HostCalls.call(Syscall.READ, fd, to.address() + offset, length);
    }

    public static long write(int fd, MemorySegment from, long offset, long length) {
        return HostCalls.call(Syscall.WRITE, fd, from.address() + offset, length);
    }

    public static long pread(int fd, MemorySegment to, long offset, long length, long position) {
        return HostCalls.call(Syscall.PREAD64, fd, to.address() + offset, length, position);
    }

    public static long pwrite(int fd, MemorySegment from, long offset, long length, long position) {
        return HostCalls.call(Syscall.PWRITE64, fd, from.address() + offset, length, position);
    }

    /** preadv(2); {@code iov} holds struct iovec of native addresses. */
    public static long preadv(int fd, MemorySegment iov, int count, long position) {
        return HostCalls.call(Syscall.PREADV, fd, iov.address(), count, position, 0);
    }

    public static long pwritev(int fd, MemorySegment iov, int count, long position) {
        return HostCalls.call(Syscall.PWRITEV, fd, iov.address(), count, position, 0);
    }

    public static long lseek(int fd, long offset, int whence) {
        return HostCalls.call(Syscall.LSEEK, fd, offset, whence);
    }

    /** fstat(2) into {@code stat}: the kernel's struct stat, 144 bytes. */
    public static long fstat(int fd, MemorySegment stat) {
        return HostCalls.call(Syscall.FSTAT, fd, stat.address());
    }

    public static long fstatat(int dirFd, MemorySegment path, MemorySegment stat, int flags) {
        return HostCalls.call(Syscall.NEWFSTATAT, dirFd, path.address(), stat.address(), flags);
    }

    /** statx(2) into {@code statx}: 256 bytes. */
    public static long statx(int dirFd, MemorySegment path, int flags, int mask, MemorySegment statx) {
        return HostCalls.call(Syscall.STATX, dirFd, path.address(), flags, mask, statx.address());
    }

    public static long getdents64(int fd, MemorySegment to, long length) {
        return HostCalls.call(Syscall.GETDENTS64, fd, to.address(), length);
    }

    public static long readlinkat(int dirFd, MemorySegment path, MemorySegment to, long length) {
        return HostCalls.call(Syscall.READLINKAT, dirFd, path.address(), to.address(), length);
    }

    public static long faccessat(int dirFd, MemorySegment path, int mode) {
        return HostCalls.call(Syscall.FACCESSAT, dirFd, path.address(), mode);
    }

    public static long ftruncate(int fd, long length) {
        return HostCalls.call(Syscall.FTRUNCATE, fd, length);
    }

    public static long fallocate(int fd, int mode, long offset, long length) {
        return HostCalls.call(Syscall.FALLOCATE, fd, mode, offset, length);
    }

    public static long fsync(int fd) {
        return HostCalls.call(Syscall.FSYNC, fd);
    }

    public static long fdatasync(int fd) {
        return HostCalls.call(Syscall.FDATASYNC, fd);
    }

    public static long syncfs(int fd) {
        return HostCalls.call(Syscall.SYNCFS, fd);
    }

    public static long mkdirat(int dirFd, MemorySegment path, int mode) {
        return HostCalls.call(Syscall.MKDIRAT, dirFd, path.address(), mode);
    }

    public static long mknodat(int dirFd, MemorySegment path, int mode, long device) {
        return HostCalls.call(Syscall.MKNODAT, dirFd, path.address(), mode, device);
    }

    public static long unlinkat(int dirFd, MemorySegment path, int flags) {
        return HostCalls.call(Syscall.UNLINKAT, dirFd, path.address(), flags);
    }

    public static long symlinkat(MemorySegment target, int dirFd, MemorySegment secondPath) {
        return HostCalls.call(Syscall.SYMLINKAT, target.address(), dirFd, secondPath.address());
    }

    public static long linkat(int oldDirFd, MemorySegment path, int newDirFd, MemorySegment secondPath, int flags) {
        return HostCalls.call(Syscall.LINKAT, oldDirFd, path.address(), newDirFd, secondPath.address(), flags);
    }

    public static long renameat2(int oldDirFd, MemorySegment path, int newDirFd, MemorySegment secondPath, int flags) {
        return HostCalls.call(Syscall.RENAMEAT2, oldDirFd, path.address(), newDirFd, secondPath.address(), flags);
    }

    public static long fchmod(int fd, int mode) {
        return HostCalls.call(Syscall.FCHMOD, fd, mode);
    }

    /** fchmodat(2): follows symbolic links, as the kernel's call has no flags. */
    public static long fchmodat(int dirFd, MemorySegment path, int mode) {
        return HostCalls.call(Syscall.FCHMODAT, dirFd, path.address(), mode);
    }

    public static long fchown(int fd, int uid, int gid) {
        return HostCalls.call(Syscall.FCHOWN, fd, uid, gid);
    }

    public static long fchownat(int dirFd, MemorySegment path, int uid, int gid, int flags) {
        return HostCalls.call(Syscall.FCHOWNAT, dirFd, path.address(), uid, gid, flags);
    }

    /** utimensat(2) from two struct timespec; {@code path} {@link MemorySegment#NULL} means {@code dirFd} itself. */
    public static long utimensat(int dirFd, MemorySegment path, MemorySegment times, int flags) {
        return HostCalls.call(Syscall.UTIMENSAT, dirFd, path.address(), times.address(), flags);
    }

    public static long fstatfs(int fd, MemorySegment statfs) {
        return HostCalls.call(Syscall.FSTATFS, fd, statfs.address());
    }

    /** statfs(2) into 120 bytes. */
    public static long statfs(MemorySegment path, MemorySegment statfs) {
        return HostCalls.call(Syscall.STATFS, path.address(), statfs.address());
    }

    public static long flock(int fd, int operation) {
        return HostCalls.call(Syscall.FLOCK, fd, operation);
    }

    public static long fcntl(int fd, int command, long argument) {
        return HostCalls.call(Syscall.FCNTL, fd, command, argument);
    }

    /** A pipe: the end to read from in the low 32 bits, that to write to above. @return or -errno */
    public static long pipe(int flags) {
        MemorySegment room = Scratch.arguments();
        long result = HostCalls.call(Syscall.PIPE2, room.address(), flags);
        return result < 0 ? result : room.get(Layouts.LONG, 0);
    }

    public static long dup(int fd) {
        return HostCalls.call(Syscall.FCNTL, fd, 1030, 3); // F_DUPFD_CLOEXEC, never one of 0 to 2
    }

    public static long ioctl(int fd, long request, long argument) {
        return HostCalls.call(Syscall.IOCTL, fd, request, argument);
    }

    /** copy_file_range(2) at explicit positions. */
    public static long copyFileRange(int fromFd, long fromPosition, int toFd, long toPosition, long length) {
        MemorySegment at = Scratch.arguments();
        at.set(Layouts.LONG, 0, fromPosition);
        at.set(Layouts.LONG, 8, toPosition);
        return HostCalls.call(Syscall.COPY_FILE_RANGE, fromFd, at.address(), toFd, at.address() + 8, length, 0);
    }
}
