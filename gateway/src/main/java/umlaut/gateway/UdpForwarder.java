package umlaut.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.host.Layouts;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/**
 * Datagrams: each flow of the guest's, from an address and port to another, has a connected socket of the host's, so that only its peer's answers come back, and errors, too (RFC 4787 calls
 * that address- and port-dependent). Used by the loop's thread.
 */
final class UdpForwarder {
    private static final long IDLE_NS = 120_000_000_000L, RETRY_NS = 3_000_000_000L;
    /** Datagrams taken from one socket before others get their turn. */
    private static final int TURN = 64;

    private static final int FIRST_PORT = 32768, PORTS = 28232;

    /** Ends of a flow as the guest sees it. */
    private record Key(IpAddress guest, int guestPort, IpAddress remote, int remotePort) {}

    private static final class Flow extends Flows.Flow<Key> {
        final boolean toResolver;
        /** When the guest first sent something that has not been answered; 0: all has been. */
        long askedNs;

        Flow(Key key, int fd, boolean toResolver, Datagram last) {
            super(key, fd, last);
            this.toResolver = toResolver;
        }
    }

    /** Somebody who sends to a published port: the gateway's port that stands for him. */
    private record Client(int fd, byte[] address, int port) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Client c
                    && c.fd == fd
                    && c.port == port
                    && java.util.Arrays.equals(c.address, address);
        }

        @Override
        public int hashCode() {
            return (java.util.Arrays.hashCode(address) * 31 + port) * 31 + fd;
        }
    }

    private final HostLoop loop;
    private final NetNamespace net;
    private final Destinations destinations;
    private final int most;
    private final Flows<Key, Flow> flows;
    private final LinkedHashMap<Client, Integer> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Integer, Client> byPort = new java.util.HashMap<>();
    private int nextPort;

    UdpForwarder(HostLoop loop, NetNamespace net, Destinations destinations, int most) {
        this.loop = loop;
        this.net = net;
        this.destinations = destinations;
        this.most = most;
        flows = new Flows<>(loop, most, IDLE_NS);
    }

    // --- from the guest ---

    void send(Datagram datagram) {
        Client client = NatAddresses.isGateway(datagram.to()) ? byPort.get(datagram.toPort()) : null;
        if (client != null) {
            clients.get(client);
            Layouts.copy(datagram.data(), loop.buffer);
            InetSockets.sendTo(client.fd, loop.buffer, datagram.data().length, client.address, client.port);
            return;
        }
        Key key = new Key(datagram.from(), datagram.fromPort(), datagram.to(), datagram.toPort());
        Flow flow = flows.get(key);
        if (flow != null && flow.toResolver && flow.askedNs != 0 && loop.nowNs() - flow.askedNs > RETRY_NS) {
            destinations.resolverFailed();
            flows.end(flow);
            flow = null;
        }
        if (flow == null) {
            flow = open(key, datagram);
            if (flow == null) {
                return;
            }
        }
        flows.use(flow);
        flow.askedNs = flow.askedNs == 0 ? flow.usedNs : flow.askedNs;
        flow.last = datagram;
        Layouts.copy(datagram.data(), loop.buffer);
        long sent = InetSockets.send(flow.fd, loop.buffer, datagram.data().length);
        if (sent < 0 && sent != Errno.EAGAIN.negative()) {
            failed(flow, Errno.of((int) -sent));
        }
    }

    private @Nullable Flow open(Key key, Datagram datagram) {
        boolean v4 = key.remote.isV4();
        switch (destinations.of(key.remote, key.remotePort)) {
            case Destinations.Refusal refusal -> {
                datagram.unreachable(net, refusal.errno());
                return null;
            }
            case Destinations.Target target -> {
                byte[] address = target.address().bytes();
                int fd = (int) InetSockets.udp(address);
                if (fd < 0) {
                    return null;
                }
                long result = InetSockets.connect(fd, address, target.port());
                if (result < 0) {
                    Files.close(fd);
                    datagram.unreachable(net, Errno.of((int) -result));
                    return null;
                }
                Flow flow = new Flow(key, fd, target.isResolver(), datagram);
                flows.add(flow);
                loop.watch(fd, HostLoop.IN, events -> receive(flow));
                return flow;
            }
        }
    }

    private void failed(Flow flow, Errno errno) {
        flow.last.unreachable(net, errno);
    }

    private void receive(Flow flow) {
        for (int i = 0; i < TURN; i++) {
            long n = InetSockets.recv(flow.fd, loop.buffer, HostLoop.BUFFER);
            if (n == Errno.EAGAIN.negative()) {
                return;
            }
            if (n < 0) {
                failed(flow, Errno.of((int) -n));
                return;
            }
            flows.use(flow);
            flow.askedNs = 0;
            Key k = flow.key;
            give(n, k.remote, k.remotePort, k.guest, k.guestPort);
        }
    }

    /** Sends the first bytes of the buffer to the guest. */
    private void give(long count, IpAddress from, int fromPort, IpAddress to, int toPort) {
        SkBuff skb = SkBuff.allocate((int) count);
        int at = skb.put((int) count);
        java.lang.foreign.MemorySegment.copy(loop.buffer, Layouts.BYTE, 0, skb.head(), at, (int) count);
        net.lock();
        try {
            net.udp.sendAs(skb, from, fromPort, to, toPort, 0);
        } catch (ErrnoException e) {
            // Too long for a packet, or from a guest's address that leads nowhere: as if lost.
            skb.release();
        } finally {
            net.unlock();
        }
    }

    void sweep() {
        flows.sweep();
    }

    // --- to the guest ---

    /** Datagrams have come to a published port. */
    void incoming(int fd, boolean v4, int guestPort) {
        for (int i = 0; i < TURN; i++) {
            byte[] sender = new byte[(v4 ? 4 : 16) + 2];
            long n = InetSockets.recvFrom(fd, loop.buffer, HostLoop.BUFFER, sender);
            if (n < 0) {
                return;
            }
            int size = sender.length - 2;
            int port = (sender[size] & 0xff) << 8 | sender[size + 1] & 0xff;
            Client client = new Client(fd, java.util.Arrays.copyOf(sender, size), port);
            give(n, NatAddresses.GATEWAY4, portOf(client), NatAddresses.GUEST4, guestPort);
        }
    }

    private int portOf(Client client) {
        Integer known = clients.get(client);
        if (known != null) {
            return known;
        }
        if (clients.size() >= most) {
            Map.Entry<Client, Integer> eldest = clients.pollFirstEntry();
            byPort.remove(eldest.getValue());
        }
        do {
            nextPort = (nextPort + 1) % PORTS;
        } while (byPort.containsKey(FIRST_PORT + nextPort));
        int port = FIRST_PORT + nextPort;
        clients.put(client, port);
        byPort.put(port, client);
        return port;
    }
}
