package umlaut.gateway;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import umlaut.host.HostCalls;
import umlaut.host.HostException;
import umlaut.host.RuntimeDirectory;
import umlaut.host.Scratch;
import umlaut.host.Sockets;
import umlaut.host.Syscall;

/** Where the guests of one user find a switch of a name: a socket and a lock, in a directory that is that user's alone. */
final class SwitchPlace {
    private static final int LOCK_EX = 2, LOCK_NB = 4;

    private final Path socket;
    private final Path lock;

    /** @throws GatewayException when there is no place that is safe */
    SwitchPlace(String name) {
        Path directory;
        try {
            directory = RuntimeDirectory.ofUser(System.getenv());
        } catch (HostException e) {
            throw new GatewayException("--network switch: " + e.getMessage());
        }
        socket = directory.resolve("switch-" + name);
        lock = directory.resolve("switch-" + name + ".lock");
    }

    /** Becomes the one who serves. @return a descriptor that listens, or -1: somebody else serves */
    int serve() {
        long held = umlaut.host.Files.openat(
                umlaut.host.Files.AT_FDCWD,
                Scratch.path(lock.toString()),
                umlaut.host.Files.O_RDWR | umlaut.host.Files.O_CREAT | umlaut.host.Files.O_CLOEXEC,
                0600);
        if (held < 0) {
            return -1;
        }
        // Kept open, and so locked, for as long as this process lives.
        if (HostCalls.call(Syscall.FLOCK, held, LOCK_EX | LOCK_NB) < 0) {
            umlaut.host.Files.close((int) held);
            return -1;
        }
        int fd = socket();
        MemorySegment address = Scratch.room();
        int length = Sockets.unixAddress(socket.toString(), address);
        umlaut.host.Files.unlinkat(umlaut.host.Files.AT_FDCWD, Scratch.path(socket.toString()), 0);
        if (fd < 0 || length < 0 || Sockets.bind(fd, address, length) < 0 || Sockets.listen(fd, 128) < 0) {
            umlaut.host.Files.close((int) held);
            return -1;
        }
        return fd;
    }

    /** @return a connected descriptor, or -errno */
    int connect() {
        int fd = socket();
        MemorySegment address = Scratch.room();
        int length = Sockets.unixAddress(socket.toString(), address);
        if (fd < 0 || length < 0) {
            return Math.min(fd, length);
        }
        long result = Sockets.connect(fd, address, length);
        if (result < 0) {
            umlaut.host.Files.close(fd);
            return (int) result;
        }
        return fd;
    }

    private static int socket() {
        return (int) Sockets.socket(
                Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK, 0);
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
