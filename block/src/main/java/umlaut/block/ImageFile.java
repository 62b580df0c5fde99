package umlaut.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Scratch;

/**
 * An image file of the host, open and locked: one guest may write it, or any number may read it (flock(2), which ends with the process whatever kills it).
 */
final class ImageFile implements AutoCloseable {
    private static final int LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4;
    /** struct stat: st_mode, st_size, st_mtim. */
    private static final int ST_MODE = 24, ST_SIZE = 48, ST_MTIME = 88;

    private static final int S_IFMT = 0170000, S_IFREG = 0100000;

    final String path;
    final int fd;
    final boolean readOnly;

    private ImageFile(String path, int fd, boolean readOnly) {
        this.path = path;
        this.fd = fd;
        this.readOnly = readOnly;
    }

    /** @throws ImageException when it is not there, no file, not permitted, or another guest uses it */
    static ImageFile open(String path, boolean readOnly) {
        return open(path, readOnly, 0);
    }

    /** A new file, which must not be there yet. */
    static ImageFile create(String path) {
        return open(path, false, Files.O_CREAT | Files.O_EXCL);
    }

    private static ImageFile open(String path, boolean readOnly, int more) {
        int flags = (readOnly ? Files.O_RDONLY : Files.O_RDWR) | Files.O_CLOEXEC | Files.O_NONBLOCK | more;
        long fd = Files.openat(Files.AT_FDCWD, Scratch.path(path), flags, 0644);
        if (HostCalls.isError(fd)) {
            throw new ImageException("disk image '" + path + "': " + reason((int) -fd, readOnly));
        }
        ImageFile file = new ImageFile(path, (int) fd, readOnly);
        if ((file.stat(ST_MODE, false) & S_IFMT) != S_IFREG) {
            file.close();
            throw new ImageException("disk image '" + path + "': not a regular file");
        }
        if (HostCalls.isError(Files.flock(file.fd, (readOnly ? LOCK_SH : LOCK_EX) | LOCK_NB))) {
            file.close();
            throw new ImageException("disk image '" + path + "' is in use by another guest"
                    + (readOnly ? " that writes it" : ": add ,ro to share it, or ,cow=FILE for changes of your own"));
        }
        return file;
    }

    /** Does anybody hold the lock, for reading or for writing? */
    static boolean isLocked(String path) {
        long fd = Files.openat(Files.AT_FDCWD, Scratch.path(path), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        if (HostCalls.isError(fd)) {
            return false;
        }
        boolean locked = HostCalls.isError(Files.flock((int) fd, LOCK_EX | LOCK_NB));
        Files.close((int) fd);
        return locked;
    }

    private static String reason(int errno, boolean readOnly) {
        Errno error = Errno.of(errno);
        boolean denied = error == Errno.EACCES || error == Errno.EROFS || error == Errno.EPERM;
        return error.message() + (denied && !readOnly ? ": add ,ro to only read it, or ,cow=FILE" : "");
    }

    private long stat(int field, boolean wide) {
        MemorySegment stat = Scratch.room();
        Files.fstat(fd, stat);
        return wide ? stat.get(Layouts.LONG, field) : stat.get(Layouts.INT, field);
    }

    long size() {
        return stat(ST_SIZE, true);
    }

    /** Seconds since 1970. */
    long mtime() {
        return stat(ST_MTIME, true);
    }

    /** Reads; what lies behind the end of the file is zero. */
    void read(MemorySegment to, long start, long length, long position) {
        long done = 0;
        while (done < length) {
            long n = check(Files.pread(fd, to, start + done, length - done, position + done));
            if (n == 0) {
                to.asSlice(start + done, length - done).fill((byte) 0);
                return;
            }
            done += n;
        }
    }

    void write(MemorySegment from, long start, long length, long position) {
        long done = 0;
        while (done < length) {
            done += check(Files.pwrite(fd, from, start + done, length - done, position + done));
        }
    }

    void flush() {
        if (!readOnly) {
            check(Files.fdatasync(fd));
        }
    }

    void truncate(long length) {
        check(Files.ftruncate(fd, length));
    }

    /** Gives room back, which then reads as zero. @return false if the host's file system cannot */
    boolean punch(long position, long length) {
        int mode = Files.FALLOC_FL_KEEP_SIZE | Files.FALLOC_FL_PUNCH_HOLE;
        return Files.fallocate(fd, mode, position, length) == 0;
    }

    void zero(long position, long length) {
        if (punch(position, length)) {
            return;
        }
        MemorySegment zeros = Arena.ofAuto().allocate(Math.min(length, Scratch.BUFFER));
        for (long done = 0; done < length; done += zeros.byteSize()) {
            write(zeros, 0, Math.min(length - done, zeros.byteSize()), position + done);
        }
    }

    private static long check(long result) {
        if (HostCalls.isError(result)) {
            throw error((int) -result);
        }
        return result;
    }

    private static ErrnoException error(int number) {
        boolean full = number == Errno.ENOSPC.number() || number == Errno.EDQUOT.number();
        return (full ? Errno.ENOSPC : Errno.EIO).exception();
    }

    @Override
    public void close() {
        Files.close(fd);
    }
}
