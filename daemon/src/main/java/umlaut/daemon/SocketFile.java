package umlaut.daemon;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.Scratch;
import umlaut.host.Sockets;

/** Sockets with a name in the runtime directory, which nobody else may enter. */
final class SocketFile {
    private static final int BACKLOG = 128;

    private SocketFile() {}

    static int socket() throws IOException {
        long fd = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new IOException(Errno.of((int) -fd).message());
        }
        return (int) fd;
    }

    static int address(Path path, MemorySegment to) throws IOException {
        int length = Sockets.unixAddress(path.toString(), to);
        if (length < 0) {
            throw new IOException("'" + path + "' is too long for a socket: set XDG_RUNTIME_DIR to something shorter");
        }
        return length;
    }

    /** In place of what a killed process may have left. @return a descriptor that listens */
    static int listen(Path path) throws IOException {
        int fd = socket();
        Files.unlinkat(Files.AT_FDCWD, Scratch.path(path.toString()), 0);
        MemorySegment address = Scratch.room();
        long result = Sockets.bind(fd, address, address(path, address));
        result = result < 0 ? result : Sockets.listen(fd, BACKLOG);
        if (result < 0) {
            Files.close(fd);
            throw new IOException("'" + path + "': " + Errno.of((int) -result).message());
        }
        return fd;
    }
}
