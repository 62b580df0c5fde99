package umlaut.machine.mconsole;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Sockets;
import umlaut.kernel.KernelLog;

/** The management console's socket: a thread that takes requests and sends each its answer. Only who may write to the socket can ask, which is the machine's user. */
public final class Mconsole implements AutoCloseable {
    /** Kinds of messages to a socket that wants to be told. */
    private static final int SOCKET = 0, PANIC = 1, USER = 3;

    private static final int NOTIFICATION = 16 + Request.DATA, ADDRESS = 110, ROOM = 1 << 16;

    private final int fd;
    private final Path socket;
    private final Commands commands;
    private final KernelLog log;
    private final @Nullable String notify;
    private volatile boolean closed;

    private Mconsole(int fd, Path socket, Hardware hardware, KernelLog log, @Nullable String notify) {
        this.fd = fd;
        this.socket = socket;
        this.commands = new Commands(hardware);
        this.log = log;
        this.notify = notify;
    }

    /** @param notify a socket that is to be told of this one, or null. @return null if there can be none, and the log says why */
    public static @Nullable Mconsole open(
            UmidDirectory directory, Hardware hardware, KernelLog log, @Nullable String notify) {
        Path socket = directory.path.resolve("mconsole");
        int fd = (int) Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS);
            int length = Sockets.unixAddress(socket.toString(), address);
            long result = fd < 0 ? fd : length < 0 ? length : Sockets.bind(fd, address, length);
            if (result < 0) {
                log.error("Failed to initialize management console: " + socket + ": "
                        + Errno.of((int) -result).message());
                return null;
            }
        }
        Mconsole console = new Mconsole(fd, socket, hardware, log, notify);
        Thread.ofPlatform().daemon().name("mconsole").start(console::serve);
        console.tell(SOCKET, socket.toString());
        log.info("mconsole (version " + Request.VERSION + ") initialized on " + socket);
        return console;
    }

    private void serve() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(ROOM);
            MemorySegment sender = arena.allocate(ADDRESS + 2);
            MemorySegment length = arena.allocate(4, 4);
            while (!closed) {
                length.set(Layouts.INT, 0, ADDRESS);
                long n = Sockets.recvFrom(fd, buffer, ROOM, 0, sender, length);
                if (closed) {
                    return;
                }
                if (n >= 0) {
                    Request request = Request.parse(buffer.asSlice(0, n).toArray(Layouts.BYTE), (int) n);
                    answer(request, sender, length.get(Layouts.INT, 0), buffer);
                } else if (n != -Errno.EINTR.number()) {
                    return;
                }
            }
        }
    }

    private void answer(Request request, MemorySegment sender, int length, MemorySegment buffer) {
        if (!request.problem().isEmpty()) {
            send(Reply.error(request.problem()), sender, length, buffer);
        }
        if (!request.text().isEmpty()) {
            send(commands.carryOut(request.text()), sender, length, buffer);
        } else if (request.problem().isEmpty()) {
            send(Reply.error("Unknown command"), sender, length, buffer);
        }
    }

    private void send(Reply reply, MemorySegment to, int length, MemorySegment buffer) {
        for (byte[] packet : reply.packets()) {
            MemorySegment.copy(packet, 0, buffer, Layouts.BYTE, 0, packet.length);
            long result = Sockets.sendto(fd, buffer, packet.length, Sockets.MSG_NOSIGNAL, to, length);
            if (result < 0) {
                return; // whoever asked has gone
            }
        }
    }

    /** The kernel panics. */
    public void panic(String why) {
        tell(PANIC, why);
    }

    /** The guest has something to say: what was written to /proc/mconsole. */
    public void user(String text) {
        tell(USER, text);
    }

    /** Is there somebody to be told? */
    public boolean notifies() {
        return notify != null;
    }

    private void tell(int kind, String text) {
        String to = notify;
        if (to == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS);
            int length = Sockets.unixAddress(to, address);
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            int n = Math.min(bytes.length, Request.DATA - 1);
            MemorySegment message = arena.allocate(NOTIFICATION, 4);
            message.set(Layouts.INT, 0, Request.MAGIC);
            message.set(Layouts.INT, 4, Request.VERSION);
            message.set(Layouts.INT, 8, kind);
            message.set(Layouts.INT, 12, n);
            MemorySegment.copy(bytes, 0, message, Layouts.BYTE, 16, n);
            long result = length < 0
                    ? length
                    : Sockets.sendto(
                            fd, message, NOTIFICATION, Sockets.MSG_NOSIGNAL | Sockets.MSG_DONTWAIT, address, length);
            if (result < 0) {
                log.error("mconsole_notify: nobody listens at '" + to + "': "
                        + Errno.of((int) -result).message());
            }
        }
    }

    public Path socket() {
        return socket;
    }

    @Override
    public void close() {
        closed = true;
        Sockets.shutdown(fd);
        Files.close(fd);
    }
}
