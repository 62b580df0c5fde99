package umlaut.gateway;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.host.Layouts;
import umlaut.host.Sockets;

/**
 * A learning Ethernet switch (IEEE 802.1D, without spanning trees): each port is a connection that carries a frame a message. Where a source address was last seen is remembered for
 * {@value #AGEING_S} s. A port that takes frames more slowly than they come has a queue; what is beyond that is lost. All on the loop's thread.
 */
final class SwitchServer {
    static final int AGEING_S = 300;

    private static final long AGEING_NS = AGEING_S * 1_000_000_000L;
    private static final int MOST_STATIONS = 4096, MOST_PORTS = 1024, TURN = 64, MIN_FRAME = 14;
    private static final int QUEUE_BYTES = 8 << 20, SOCKET_BUFFER = 4 << 20;
    private static final int SOL_SOCKET = 1, SO_SNDBUF = 7;
    private static final int WOULD_BLOCK = -Errno.EAGAIN.number();

    private final class Port {
        final int fd;
        final ArrayDeque<byte[]> queue = new ArrayDeque<>();
        int queuedBytes;

        Port(int fd) {
            this.fd = fd;
        }

        void ready(int events) {
            if ((events & HostLoop.OUT) != 0) {
                flush();
            }
            if ((events & ~HostLoop.OUT) != 0) {
                receive(this);
            }
        }

        /** Sends the first bytes of the loop's buffer, or keeps them. */
        void send(int length) {
            if (queue.isEmpty()) {
                long sent = InetSockets.send(fd, loop.buffer, length);
                if (sent != WOULD_BLOCK) {
                    return;
                }
            }
            if (queuedBytes + length <= QUEUE_BYTES) {
                byte[] copy = new byte[length];
                MemorySegment.copy(loop.buffer, Layouts.BYTE, 0, copy, 0, length);
                queue.add(copy);
                queuedBytes += length;
            }
        }

        private void flush() {
            for (byte[] next; (next = queue.peek()) != null; ) {
                Layouts.copy(next, loop.buffer);
                if (InetSockets.send(fd, loop.buffer, next.length) == WOULD_BLOCK) {
                    return;
                }
                queue.remove();
                queuedBytes -= next.length;
            }
        }
    }

    private record Station(Port port, long seenNs) {}

    private final HostLoop loop;
    private final Set<Port> ports = new LinkedHashSet<>();
    private final LinkedHashMap<Long, Station> stations = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Station> eldest) {
            return size() > MOST_STATIONS;
        }
    };

    /** @param listening where ports connect to */
    SwitchServer(HostLoop loop, int listening) {
        this.loop = loop;
        loop.watch(listening, HostLoop.IN, events -> accept(listening));
    }

    private void accept(int listening) {
        long fd = Sockets.accept(listening, Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK);
        if (fd < 0) {
            return;
        }
        if (ports.size() >= MOST_PORTS) {
            Files.close((int) fd);
            return;
        }
        InetSockets.setInt((int) fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER);
        Port port = new Port((int) fd);
        ports.add(port);
        loop.watch((int) fd, HostLoop.IN | HostLoop.OUT | HostLoop.RDHUP | HostLoop.EDGE, port::ready);
    }

    private void receive(Port from) {
        for (int i = 0; i < TURN; i++) {
            long n = InetSockets.recv(from.fd, loop.buffer, HostLoop.BUFFER);
            if (n == WOULD_BLOCK) {
                return;
            }
            if (n <= 0) {
                remove(from);
                return;
            }
            if (n >= MIN_FRAME) {
                forward(from, (int) n);
            }
        }
        loop.post(() -> {
            if (ports.contains(from)) {
                receive(from);
            }
        });
    }

    private void remove(Port port) {
        if (ports.remove(port)) {
            stations.values().removeIf(s -> s.port == port);
            loop.close(port.fd);
        }
    }

    private long address(int at) {
        long address = 0;
        for (int i = 0; i < 6; i++) {
            address = address << 8 | loop.buffer.get(Layouts.BYTE, at + i) & 0xff;
        }
        return address;
    }

    private static boolean isGroup(long address) {
        return (address >> 40 & 1) != 0;
    }

    private void forward(Port from, int length) {
        long source = address(6);
        long destination = address(0);
        long now = loop.nowNs();
        if (!isGroup(source)) {
            stations.remove(source);
            stations.put(source, new Station(from, now));
        }
        Port to = isGroup(destination) ? null : portOf(destination, now);
        if (to == null) {
            for (Port port : List.copyOf(ports)) {
                if (port != from) {
                    port.send(length);
                }
            }
        } else if (to != from) {
            to.send(length);
        }
    }

    private @Nullable Port portOf(long address, long now) {
        Station station = stations.get(address);
        return station == null || now - station.seenNs > AGEING_NS ? null : station.port;
    }
}
