package umlaut.fs.overlay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/**
 * Opening and reading files of the layers on the overlay's own behalf, for no task and at no place in the tree: what
 * layers' file systems (hostfs, tmpfs) do not ask for.
 */
@SuppressWarnings("NullAway") // no task, no path: see above
final class RealFiles {
    private static final int CHUNK = 256 << 10;

    private RealFiles() {}

    static File open(Inode real, int flags) {
        return real.open(null, null, flags);
    }

    static void list(Inode directory, DirectorySink sink) {
        File file = open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        try {
            file.readDirectory(null, sink);
        } finally {
            file.release();
        }
    }

    /** Copies the first {@code length} bytes, or all there are. */
    static void copy(Inode from, Inode to, long length) {
        long size = Math.min(from.size, length);
        if (size == 0) {
            return;
        }
        File source = open(from, OpenFlags.O_RDONLY);
        File target = open(to, OpenFlags.O_RDWR);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(CHUNK, size), 4096);
            IovIter iter = new IovIter();
            long done = 0;
            while (done < size) {
                long n = source.read(null, iter.kernel(buffer, 0, Math.min(buffer.byteSize(), size - done)), done);
                if (n < 0) {
                    throw Errno.of((int) -n).exception();
                }
                if (n == 0) {
                    break;
                }
                write(target, iter, buffer, n, done);
                done += n;
            }
        } finally {
            source.release();
            target.release();
        }
    }

    private static void write(File target, IovIter iter, MemorySegment buffer, long length, long offset) {
        long done = 0;
        while (done < length) {
            long n = target.write(null, iter.kernel(buffer, done, length - done), offset + done);
            if (n <= 0) {
                throw (n == 0 ? Errno.ENOSPC : Errno.of((int) -n)).exception();
            }
            done += n;
        }
    }
}
