package umlaut.machine.console;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Descriptors;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Scratch;
import umlaut.host.Sockets;

/**
 * "port:N": a TCP port of the host's loopback address, for telnet(1). Several lines may have the same; whoever connects gets one that is open in the guest and that nobody has. (User-mode Linux needs
 * in.telnetd for this, and listens on all addresses.)
 */
final class PortChannel implements Channel {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int BACKLOG = 16, SOL_SOCKET = 1, SO_KEEPALIVE = 9, MOST = 65535;

    /** The ports of one machine, each listened on once. */
    static final class Listeners {
        private final Map<Integer, Integer> byPort = new HashMap<>();

        /** @return a listening socket. @throws ChannelException if the port cannot be had */
        synchronized int at(int port) {
            Integer known = byPort.get(port);
            if (known != null) {
                return known;
            }
            int fd = (int) InetSockets.tcp(LOOPBACK);
            long result = fd < 0 ? fd : InetSockets.bind(fd, LOOPBACK, port, true);
            result = result < 0 ? result : Sockets.listen(fd, BACKLOG);
            if (result < 0) {
                if (fd >= 0) {
                    Files.close(fd);
                }
                throw new ChannelException("cannot listen on port " + port + ": "
                        + Errno.of((int) -result).message());
            }
            byPort.put(port, fd);
            return fd;
        }

        synchronized void close() {
            byPort.values().forEach(Files::close);
            byPort.clear();
        }
    }

    private final int port;
    private final int listening;
    private final BiConsumer<Integer, Integer> resized;
    private final int stop = (int) Polling.eventfd(0);

    /** @throws ChannelException if it is no port, or cannot be had */
    PortChannel(String argument, Listeners listeners, BiConsumer<Integer, Integer> resized) {
        if (!argument.matches("\\d{1,5}") || Integer.parseInt(argument) > MOST || Integer.parseInt(argument) == 0) {
            throw new ChannelException("port_init : couldn't parse port '" + argument + "'");
        }
        port = Integer.parseInt(argument);
        this.resized = resized;
        listening = listeners.at(port);
    }

    @Override
    public String text() {
        return "port:" + port;
    }

    @Override
    public @Nullable Wire connect() {
        while (Descriptors.await(listening, Polling.POLLIN, stop)) {
            int fd = (int) InetSockets.accept(listening);
            if (fd >= 0) {
                return wire(fd);
            }
            if (fd != -Errno.EAGAIN.number() && fd != -Errno.EINTR.number()) {
                return null; // the listener has gone with the machine
            }
        }
        return null;
    }

    private Wire wire(int fd) {
        InetSockets.setInt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
        MemorySegment greeting = Scratch.room();
        MemorySegment.copy(Telnet.GREETING, 0, greeting, Layouts.BYTE, 0, Telnet.GREETING.length);
        InetSockets.send(fd, greeting, Telnet.GREETING.length);
        return new Wire(fd, fd, false, true, new Telnet(resized), () -> Files.close(fd));
    }

    @Override
    public boolean comesBack() {
        return true;
    }

    @Override
    public void close() {
        Descriptors.signal(stop);
    }
}
