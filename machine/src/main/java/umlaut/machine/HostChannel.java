package umlaut.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.Stat;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Scratch;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.File;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitQueue;

/**
 * One of the machine's own standard streams on the host, read and written without ever sleeping and byte for byte. The descriptor is
 * shared with whoever started us, so its flags must not change: a pipe is opened anew through /proc for a description of our own that can
 * be non-blocking; where that is refused, poll(2) is asked before each transfer of at most a pipe's atomic size.
 */
final class HostChannel {
    private static final int BUFFER_BYTES = 256 << 10;
    /** A pipe that polls as writable takes this much without sleeping (pipe(7), PIPE_BUF). */
    private static final int PIPE_BUF = 4096;

    private static final int F_GETFL = 3, F_SETPIPE_SZ = 1031;

    final WaitQueue queue = new WaitQueue();
    /** S_IF* and permissions, as fstat(2) on the host said at the start. */
    final int mode;

    final long rdev;
    /** Access mode and O_APPEND, as the host has them. */
    final int flags;

    private final int fd;
    private final boolean nonBlocking;
    private final boolean regular;
    private final HostPoller poller;
    private final int token;
    /** The descriptor was given to us for good. */
    private final boolean owned;

    @GuardedBy("this") private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 4096);

    HostChannel(int hostFd, boolean writing, HostPoller poller) {
        this(hostFd, writing, poller, false);
    }

    /** @param owned {@code hostFd} is the channel's, which closes it */
    HostChannel(int hostFd, boolean writing, HostPoller poller, boolean owned) {
        this.poller = poller;
        this.owned = owned;
        MemorySegment stat = Scratch.room();
        boolean open = Files.fstat(hostFd, stat) == 0;
        mode = open ? stat.get(Layouts.INT, Stat.ST_MODE) : Mode.S_IFCHR | 0600;
        rdev = open ? stat.get(Layouts.LONG, Stat.ST_RDEV) : 0;
        regular = Mode.isRegular(mode);
        flags = (int) Math.max(0, Files.fcntl(hostFd, F_GETFL, 0)) & (OpenFlags.O_ACCMODE | OpenFlags.O_APPEND);
        int own = -1;
        if (Mode.isFifo(mode)) {
            int flags = (writing ? Files.O_WRONLY : Files.O_RDONLY) | Files.O_NONBLOCK | Files.O_CLOEXEC;
            own = (int) Files.openat(Files.AT_FDCWD, Scratch.path("/proc/self/fd/" + hostFd), flags, 0);
            if (own >= 0) {
                // Fewer hand-overs between us and whoever is at the other end; refused where the user has too many
                // pipes.
                Files.fcntl(own, F_SETPIPE_SZ, 1 << 20);
            }
        }
        nonBlocking = own >= 0;
        if (owned && own >= 0) {
            Files.close(hostFd);
        }
        fd = own >= 0 ? own : hostFd;
        token = regular ? -1 : poller.add(fd, queue);
    }

    boolean isRegular() {
        return regular;
    }

    /** POLLIN, POLLOUT, POLLERR, POLLHUP as of now; asks to be told of changes. */
    int poll(int interest, boolean arm) {
        if (token < 0) {
            return interest;
        }
        int ready = ready(interest);
        if (arm && (ready & interest) == 0) {
            poller.arm(fd, token, interest);
        }
        return ready;
    }

    private int ready(int interest) {
        MemorySegment pollfd = Scratch.room();
        pollfd.set(Layouts.INT, 0, fd);
        pollfd.set(Layouts.INT, 4, interest);
        long n = Polling.poll(pollfd, 1, 0);
        return n > 0 ? pollfd.get(Layouts.SHORT, 6) & 0xffff : 0;
    }

    /** @return bytes, 0 at the end, -errno, or WOULD_BLOCK (then the queue will be woken) */
    long read(IovIter to) {
        return read(to, File.AT_POSITION);
    }

    /** @param offset a place in a regular file */
    synchronized long read(IovIter to, long offset) {
        if (to.remaining() == 0) {
            return 0;
        }
        if (!nonBlocking && token >= 0 && ready(Polling.POLLIN) == 0) {
            return wouldBlock(Polling.POLLIN);
        }
        long want = Math.min(to.remaining(), BUFFER_BYTES);
        long n = offset < 0 ? Files.read(fd, buffer, 0, want) : Files.pread(fd, buffer, 0, want, offset);
        if (n == Errno.EAGAIN.negative()) {
            return wouldBlock(Polling.POLLIN);
        }
        return n <= 0 ? n : to.result(to.copyOut(buffer, 0, n));
    }

    /** @return bytes taken, of which there may be fewer than offered, -errno, or WOULD_BLOCK */
    long write(IovIter from) {
        return write(from, File.AT_POSITION);
    }

    /** @param offset a place in a regular file */
    synchronized long write(IovIter from, long offset) {
        long total = 0;
        while (from.remaining() > 0) {
            if (!nonBlocking && token >= 0 && ready(Polling.POLLOUT) == 0) {
                return total > 0 ? total : wouldBlock(Polling.POLLOUT);
            }
            int most = nonBlocking || token < 0 ? BUFFER_BYTES : PIPE_BUF;
            long taken = from.copyIn(buffer, 0, Math.min(from.remaining(), most));
            if (taken == 0) {
                return total > 0 ? total : from.result(0);
            }
            long n =
                    offset < 0 ? Files.write(fd, buffer, 0, taken) : Files.pwrite(fd, buffer, 0, taken, offset + total);
            if (n < taken) {
                from.revert(taken - Math.max(n, 0));
            }
            if (HostCalls.isError(n)) {
                if (total > 0) {
                    return total;
                }
                return n == Errno.EAGAIN.negative() ? wouldBlock(Polling.POLLOUT) : n;
            }
            total += n;
        }
        return total;
    }

    private long wouldBlock(int interest) {
        poller.arm(fd, token, interest);
        return BlockingOp.WOULD_BLOCK;
    }

    /** lseek(2) on the position that we share with whoever started us. */
    long seek(long offset, int whence) {
        return Files.lseek(fd, offset, whence);
    }

    /** ftruncate(2) of a regular file; programs do it by opening /dev/stdout with O_TRUNC. */
    boolean truncate(long length) {
        return regular && Files.ftruncate(fd, length) == 0;
    }

    /** Opens a regular file anew. @throws umlaut.abi.ErrnoException as the host says */
    HostChannel reopen(int flags) {
        int own = flags & (OpenFlags.O_ACCMODE | OpenFlags.O_APPEND) | Files.O_CLOEXEC;
        long fresh = Files.openat(Files.AT_FDCWD, Scratch.path("/proc/self/fd/" + fd), own, 0);
        if (HostCalls.isError(fresh)) {
            throw Errno.of((int) -fresh).exception();
        }
        return new HostChannel((int) fresh, false, poller, true);
    }

    /** Nobody uses it any more. A descriptor that is not ours stays open. */
    void close() {
        if (owned) {
            if (token >= 0) {
                poller.remove(fd, token);
            }
            Files.close(fd);
        }
    }

    /** fsync(2) or fdatasync(2) of a regular file. */
    long sync(boolean dataOnly) {
        return dataOnly ? Files.fdatasync(fd) : Files.fsync(fd);
    }

    /** fallocate(2) of a regular file. */
    long allocate(int mode, long offset, long length) {
        return Files.fallocate(fd, mode, offset, length);
    }

    /** The descriptor of a regular file, for mmap(2): it allows what the guest's file allows. */
    int hostFd() {
        return fd;
    }

    /** struct stat of a regular file, in the caller's scratch memory. */
    MemorySegment stat() {
        MemorySegment stat = Scratch.room();
        if (Files.fstat(fd, stat) < 0) {
            stat.fill((byte) 0);
        }
        return stat;
    }
}
