package umlaut.fs.hostfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.abi.Seek;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Scratch;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.FileRead;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * An open regular file of the host. All I/O names its offset, so one host descriptor serves every open of an inode. In
 * a volume the descriptor is held while the file is open (names and permissions may change); an image's is only
 * borrowed for each call, or held once mapped.
 */
final class HostFile extends File {
    private static final int RWF_DSYNC = 2, RWF_SYNC = 4, RWF_APPEND = 16;
    private static final int SYS_PWRITEV2 = 328;

    private final HostInode inode;
    private final @Nullable HostHandle held;

    /** What mappings use; held until the file is closed, which mappings prevent. */
    @GuardedBy("this") private @Nullable HostMapping mapped;

    private HostFile(HostInode inode, @Nullable HostHandle held, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
        this.held = held;
    }

    static HostFile open(HostInode inode, Path path, int flags, Credentials credentials) {
        HostHandle held = null;
        if (!inode.fs.options.immutable()) {
            int need = (OpenFlags.mayRead(flags) ? HostHandle.READ : 0)
                    | (OpenFlags.mayWrite(flags) ? HostHandle.WRITE : 0);
            held = inode.acquire(need);
        }
        return new HostFile(inode, held, path, flags, credentials);
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    private HostHandle borrow(int need) {
        HostHandle mine = held;
        if (mine != null && mine.tryAcquire()) {
            return mine;
        }
        return inode.acquire(need);
    }

    // --- data ---

    @Override
    public long read(Task task, IovIter to, long offset) {
        if (to.remaining() == 0 || inode.fs.options.immutable() && offset >= inode.size) {
            return 0;
        }
        HostHandle file = borrow(HostHandle.READ);
        try {
            return FileRead.perform(
                    (room, most, position) -> HostErrors.check(Files.pread(file.fd, room, 0, most, position)),
                    to,
                    offset);
        } finally {
            file.release();
        }
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        HostHandle file = borrow(HostHandle.WRITE);
        try {
            boolean append = (flags() & OpenFlags.O_APPEND) != 0;
            long done = 0;
            MemorySegment buffer = Scratch.buffer();
            while (from.remaining() > 0) {
                long got = from.copyIn(buffer, 0, Math.min(Scratch.BUFFER, from.remaining()));
                if (got == 0) {
                    if (from.repair(false)) {
                        continue;
                    }
                    break;
                }
                long n = put(file.fd, buffer, got, append ? -1 : offset + done);
                if (HostCalls.isError(n)) {
                    from.revert(got);
                    if (done == 0) {
                        return HostErrors.of(n).negative();
                    }
                    break;
                }
                done += n;
                if (n < got) {
                    from.revert(got - n);
                    break;
                }
            }
            if (append || offset + done > inode.size) {
                inode.reload();
            }
            return from.result(done);
        } finally {
            file.release();
        }
    }

    /** @param offset -1: append */
    private long put(int fd, MemorySegment buffer, long length, long offset) {
        int sync = flags() & (OpenFlags.O_DSYNC | OpenFlags.__O_SYNC);
        if (offset >= 0 && sync == 0) {
            return Files.pwrite(fd, buffer, 0, length, offset);
        }
        int how = offset < 0 ? RWF_APPEND : 0;
        if (sync != 0) {
            how |= (sync & OpenFlags.__O_SYNC) != 0 ? RWF_SYNC : RWF_DSYNC;
        }
        MemorySegment iov = Scratch.room();
        iov.set(Layouts.LONG, 0, buffer.address());
        iov.set(Layouts.LONG, 8, length);
        return HostCalls.call(SYS_PWRITEV2, fd, iov.address(), 1, Math.max(offset, 0), 0, how);
    }

    @Override
    public long seek(long offset, int whence) {
        long to = switch (whence) {
            case Seek.SEEK_SET -> offset;
            case Seek.SEEK_CUR -> position() + offset;
            case Seek.SEEK_END -> {
                inode.refresh();
                yield inode.size + offset;
            }
            case Seek.SEEK_DATA, Seek.SEEK_HOLE -> seekHole(offset, whence);
            default -> throw Errno.EINVAL.exception();
        };
        if (to < 0) {
            throw Errno.EINVAL.exception();
        }
        setPosition(to);
        return to;
    }

    private long seekHole(long offset, int whence) {
        HostHandle file = borrow(HostHandle.READ);
        try {
            // The descriptor's own position is used by nobody.
            return HostErrors.check(Files.lseek(file.fd, offset, whence));
        } finally {
            file.release();
        }
    }

    // --- space ---

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        boolean mayWrite = writable() && !inode.fs.options.readOnly();
        synchronized (this) {
            HostMapping known = mapped;
            if (known == null) {
                known = new HostMapping(mappable(mayWrite));
                mapped = known;
            }
            return known;
        }
    }

    private HostHandle mappable(boolean mayWrite) {
        HostHandle mine = held;
        if (mayWrite) {
            return borrow(HostHandle.READ | HostHandle.WRITE);
        }
        if (mine != null && (mine.access & HostHandle.WRITE) == 0) {
            return borrow(HostHandle.READ);
        }
        if (inode.fs.options.readOnly()) {
            return inode.acquire(HostHandle.READ);
        }
        // A guest may raise the protection of what it has mapped: the descriptor itself must not allow more than the
        // file does.
        return inode.openExactly(HostHandle.READ, mine);
    }

    @Override
    public void sync(boolean dataOnly) {
        if (inode.fs.options.readOnly()) {
            return;
        }
        HostHandle file = borrow(HostHandle.READ);
        try {
            HostErrors.check(dataOnly ? Files.fdatasync(file.fd) : Files.fsync(file.fd));
        } finally {
            file.release();
        }
    }

    @Override
    public void allocate(int mode, long offset, long length) {
        HostHandle file = borrow(HostHandle.WRITE);
        try {
            HostErrors.check(Files.fallocate(file.fd, mode, offset, length));
        } finally {
            file.release();
        }
        inode.reload();
    }

    @Override
    protected void onRelease() {
        HostHandle mine = held;
        if (mine != null) {
            mine.release();
        }
        synchronized (this) {
            if (mapped != null) {
                mapped.handle().release();
                mapped = null;
            }
        }
    }
}
