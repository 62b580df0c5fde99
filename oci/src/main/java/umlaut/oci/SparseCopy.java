package umlaut.oci;

import java.io.IOException;
import java.nio.file.Path;
import umlaut.abi.Errno;
import umlaut.abi.Seek;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;

/** Copies a file of the host with its holes, by reference where the host's file system can (copy_file_range(2)); the copy is on stable storage when it is done. */
final class SparseCopy {
    private static final long CHUNK = 1L << 30;

    private SparseCopy() {}

    /** @param to must not be there yet */
    static void copy(Path from, Path to, long size) throws IOException {
        int in = open(from, Files.O_RDONLY);
        try {
            int out = open(to, Files.O_WRONLY | Files.O_CREAT | Files.O_EXCL);
            try {
                check(Files.ftruncate(out, size));
                for (long at = next(in, 0, Seek.SEEK_DATA, size); at < size; ) {
                    long end = next(in, at, Seek.SEEK_HOLE, size);
                    copyRange(in, out, at, end);
                    at = next(in, end, Seek.SEEK_DATA, size);
                }
                check(Files.fsync(out));
            } finally {
                Files.close(out);
            }
        } finally {
            Files.close(in);
        }
    }

    private static int open(Path path, int flags) throws IOException {
        return (int) check(Files.openat(Files.AT_FDCWD, Scratch.path(path.toString()), flags | Files.O_CLOEXEC, 0600));
    }

    private static long next(int fd, long from, int whence, long size) throws IOException {
        long found = Files.lseek(fd, from, whence);
        return found == Errno.ENXIO.negative() ? size : Math.min(size, check(found));
    }

    private static void copyRange(int in, int out, long from, long to) throws IOException {
        for (long at = from; at < to; ) {
            long n = Files.copyFileRange(in, at, out, at, Math.min(CHUNK, to - at));
            if (n <= 0) {
                n = through(in, out, at, to);
            }
            at += n;
        }
    }

    /** Where the host's kernel does not copy between these files by itself. */
    private static long through(int in, int out, long at, long to) throws IOException {
        long n = check(Files.pread(in, Scratch.buffer(), 0, Math.min(Scratch.BUFFER, to - at), at));
        if (n == 0) {
            throw new IOException("the file became shorter");
        }
        for (long done = 0; done < n; ) {
            done += check(Files.pwrite(out, Scratch.buffer(), done, n - done, at + done));
        }
        return n;
    }

    private static long check(long result) throws IOException {
        if (HostCalls.isError(result)) {
            throw new IOException(Errno.of((int) -result).message());
        }
        return result;
    }
}
