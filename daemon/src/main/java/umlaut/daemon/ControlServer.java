package umlaut.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Scratch;
import umlaut.host.Sockets;

/** Listens on the sockets of all guests of this process: one thread in epoll_wait(2), and one for each connection. */
public final class ControlServer {
    private static final int EVENT_BYTES = 12, MAX_EVENTS = 16;

    private record Listener(int fd, Consumer<Connection> serve) {}

    private final int epoll = (int) Polling.epollCreate();

    @GuardedBy("this") private final Map<Integer, Listener> listeners = new HashMap<>();

    @GuardedBy("this") private final Map<String, Integer> byGuest = new HashMap<>();

    @GuardedBy("this") private @Nullable Thread thread;

    /** @throws IOException when it cannot be listened there */
    void add(Watch watch) throws IOException {
        int fd = listen(watch.guest.socket(), connection -> new Session(connection, watch).run());
        synchronized (this) {
            byGuest.put(watch.guest.id(), fd);
        }
    }

    /** Listens on some other socket. @return its descriptor */
    int listen(java.nio.file.Path socket, Consumer<Connection> serve) throws IOException {
        int fd = SocketFile.listen(socket);
        synchronized (this) {
            listeners.put(fd, new Listener(fd, serve));
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("control").start(this::loop);
            }
        }
        Polling.epollCtl(epoll, Polling.EPOLL_CTL_ADD, fd, Polling.POLLIN, fd);
        return fd;
    }

    void remove(Watch watch) {
        Integer fd;
        synchronized (this) {
            fd = byGuest.remove(watch.guest.id());
            if (fd != null) {
                listeners.remove(fd);
            }
        }
        if (fd != null) {
            Files.unlinkat(Files.AT_FDCWD, Scratch.path(watch.guest.socket().toString()), 0);
            Files.close(fd);
        }
    }

    private void loop() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENT_BYTES * MAX_EVENTS, 8);
            while (true) {
                long n = Polling.epollWait(epoll, events, MAX_EVENTS, -1);
                for (int i = 0; i < n; i++) {
                    accept((int) events.get(Layouts.INT, (long) EVENT_BYTES * i + 4));
                }
            }
        }
    }

    private void accept(int listening) {
        Listener listener;
        synchronized (this) {
            listener = listeners.get(listening);
        }
        if (listener == null) {
            return;
        }
        long fd = Sockets.accept(listener.fd(), Sockets.SOCK_CLOEXEC);
        if (HostCalls.isError(fd)) {
            return; // it has gone again, or there are too many: epoll tells of it as long as it waits
        }
        Thread.ofPlatform().daemon().name("session").start(() -> {
            try (Connection connection = new Connection((int) fd)) {
                listener.serve().accept(connection);
            }
        });
    }
}
