package umlaut.gateway;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.host.Layouts;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/**
 * Echo requests to the world, by the host's ping sockets (icmp(7); sysctl net.ipv4.ping_group_range says who may have them), or raw ones where those are allowed. Where neither is, the guest
 * is told that it is prohibited. Used by the loop's thread.
 */
final class EchoForwarder {
    private static final int MOST = 64;
    private static final int HEADER = 8, IP_HEADER = 20;
    private static final long IDLE_NS = 30_000_000_000L;

    private record Key(IpAddress guest, IpAddress remote, int identifier) {}

    private static final class Flow extends Flows.Flow<Key> {
        /** Sees all ICMP messages of its peer, with their IP headers. */
        final boolean raw;

        Flow(Key key, int fd, boolean raw, Datagram last) {
            super(key, fd, last);
            this.raw = raw;
        }
    }

    private final HostLoop loop;
    private final NetNamespace net;
    private final Destinations destinations;
    private final Flows<Key, Flow> flows;

    EchoForwarder(HostLoop loop, NetNamespace net, Destinations destinations) {
        this.loop = loop;
        this.net = net;
        this.destinations = destinations;
        flows = new Flows<>(loop, MOST, IDLE_NS);
    }

    void send(Datagram request) {
        Key key = new Key(request.from(), request.to(), request.fromPort());
        Flow flow = flows.get(key);
        if (flow == null) {
            flow = open(key, request);
            if (flow == null) {
                return;
            }
        }
        flows.use(flow);
        flow.last = request;
        Layouts.copy(request.data(), loop.buffer);
        long sent = InetSockets.send(flow.fd, loop.buffer, request.data().length);
        if (sent < 0 && sent != Errno.EAGAIN.negative()) {
            request.unreachable(net, Errno.of((int) -sent));
        }
    }

    private @Nullable Flow open(Key key, Datagram request) {
        switch (destinations.of(key.remote, 0)) {
            case Destinations.Refusal refusal -> {
                request.unreachable(net, refusal.errno());
                return null;
            }
            case Destinations.Target target -> {
                byte[] address = target.address().bytes();
                int fd = (int) InetSockets.ping(address);
                boolean raw = fd < 0;
                if (raw) {
                    fd = (int) InetSockets.rawPing(address);
                }
                long result = fd < 0 ? fd : InetSockets.connect(fd, address, 0);
                if (result < 0) {
                    if (fd >= 0) {
                        Files.close(fd);
                    }
                    request.unreachable(net, Errno.of((int) -result));
                    return null;
                }
                Flow flow = new Flow(key, fd, raw, request);
                flows.add(flow);
                loop.watch(fd, HostLoop.IN, events -> receive(flow));
                return flow;
            }
        }
    }

    private void receive(Flow flow) {
        long n = InetSockets.recv(flow.fd, loop.buffer, HostLoop.BUFFER);
        if (n < 0) {
            if (n != Errno.EAGAIN.negative()) {
                flow.last.unreachable(net, Errno.of((int) -n));
            }
            return;
        }
        byte[] b = new byte[(int) n];
        java.lang.foreign.MemorySegment.copy(loop.buffer, Layouts.BYTE, 0, b, 0, b.length);
        boolean v4 = flow.key.remote.isV4();
        int at = flow.raw && v4 && b.length >= IP_HEADER ? (b[0] & 15) * 4 : 0;
        int reply = v4 ? InetConst.ICMP_ECHOREPLY : InetConst.ICMPV6_ECHO_REPLY;
        boolean ours = b.length >= at + HEADER
                && (b[at] & 0xff) == reply
                && (!flow.raw || Be.u16(b, at + 4) == flow.key.identifier);
        if (!ours) {
            return;
        }
        Be.put16(b, at + 4, flow.key.identifier);
        Be.put16(b, at + 2, 0);
        SkBuff skb = SkBuff.allocate(b.length - at);
        net.lock();
        try {
            if (v4) {
                Be.put16(b, at + 2, Checksum.of(b, at, b.length - at));
                skb.put(b, at, b.length - at);
                net.icmp.sendAs(skb, flow.key.remote, flow.key.guest);
            } else {
                skb.put(b, at, b.length - at);
                net.icmp6.sendAs(skb, flow.key.remote, flow.key.guest);
            }
        } finally {
            net.unlock();
        }
    }

    void sweep() {
        flows.sweep();
    }
}
