package umlaut.net.udp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.Counter;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.ProtocolHandler;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.PortTable;
import umlaut.net.ip.IpOutput;

/** The sockets of UDP or of UDP-Lite by port, and what comes in for them (RFC 768, RFC 8085, RFC 3828; Linux: net/ipv4/udp.c, udplite.c). Guarded by the namespace's lock. */
public final class UdpTable implements ProtocolHandler {
    static final int HEADER = 8;

    final NetNamespace net;
    final int protocol;
    public final PortTable ports;
    /** Newest first. */
    private final Map<Integer, List<UdpSock>> byPort = new HashMap<>();

    /** @param protocol IPPROTO_UDP or IPPROTO_UDPLITE */
    public UdpTable(NetNamespace net, int protocol) {
        this.net = net;
        this.protocol = protocol;
        this.ports = new PortTable(net, false);
        net.setProtocol(protocol, this);
    }

    void add(UdpSock sock) {
        ports.add(sock.localPort, sock);
        byPort.computeIfAbsent(sock.localPort, p -> new ArrayList<>(1)).addFirst(sock);
    }

    void remove(UdpSock sock) {
        ports.remove(sock.localPort, sock);
        List<UdpSock> list = byPort.get(sock.localPort);
        if (list != null) {
            list.remove(sock);
            if (list.isEmpty()) {
                byPort.remove(sock.localPort);
            }
        }
    }

    /** All bound sockets. */
    public List<UdpSock> all() {
        List<UdpSock> all = new ArrayList<>();
        byPort.values().forEach(all::addAll);
        return all;
    }

    // --- receiving ---

    @Override
    public void receive(SkBuff skb) {
        boolean v4 = skb.source.isV4();
        if (!skb.pullable(HEADER)) {
            drop(skb, v4 ? Counter.UDP_IN_ERRORS : Counter.UDP6_IN_ERRORS);
            return;
        }
        byte[] head = skb.head();
        int at = skb.start();
        int length = Be.u16(head, at + 4);
        if (length == 0 && (!v4 || isLite())) {
            length = skb.length();
        }
        if (length < HEADER || length > skb.length()) {
            drop(skb, v4 ? Counter.UDP_IN_ERRORS : Counter.UDP6_IN_ERRORS);
            return;
        }
        if (!isLite()) {
            skb.trim(length);
        }
        if (!isRight(skb, length, v4)) {
            drop(skb, v4 ? Counter.UDP_IN_CSUM_ERRORS : Counter.UDP6_IN_CSUM_ERRORS);
            return;
        }
        int from = Be.u16(head, at);
        int to = Be.u16(head, at + 2);
        NetDevice device = skb.device;
        if (skb.packetType != InetConst.PACKET_HOST || skb.destination.isMulticast()) {
            deliverToAll(skb, from, to);
            return;
        }
        UdpSock sock = find(skb.destination, to, skb.source, from, device);
        if (sock == null) {
            if (net.proxy != null && !isLite()) {
                net.proxy.datagram(skb);
                return;
            }
            count(v4 ? Counter.UDP_NO_PORTS : Counter.UDP6_NO_PORTS);
            if (v4) {
                net.icmp.sendError(skb, InetConst.ICMP_DEST_UNREACH, InetConst.ICMP_PORT_UNREACH, 0);
            } else {
                net.icmp6.sendError(skb, InetConst.ICMPV6_DEST_UNREACH, InetConst.ICMPV6_PORT_UNREACH, 0);
            }
            skb.release();
            return;
        }
        hand(sock, skb);
    }

    boolean isLite() {
        return protocol == InetConst.IPPROTO_UDPLITE;
    }

    /** @param covered the bytes that the checksum is of: with UDP-Lite perhaps not all */
    private boolean isRight(SkBuff skb, int covered, boolean v4) {
        if (Be.u16(skb.head(), skb.start() + 6) == 0) {
            return skb.looped || v4 && !isLite();
        }
        if (covered == skb.length()) {
            return Checksum.valid(skb);
        }
        return skb.looped || partialChecksum(skb, covered) == 0;
    }

    /** Of a packet's first bytes, and the pseudo header with its whole length (RFC 3828, 3.1). */
    static int partialChecksum(SkBuff skb, int covered) {
        byte[] part = new byte[covered];
        skb.copyTo(0, part, 0, covered);
        long pseudo = Checksum.pseudo(skb.source, skb.destination, InetConst.IPPROTO_UDPLITE, skb.length());
        return Checksum.fold(Checksum.add(pseudo, part, 0, covered));
    }

    /**
     * Sends a datagram in another machine's name.
     *
     * @param skb its data; taken over
     * @param outIndex only by this device; 0: as routes say
     * @throws umlaut.abi.ErrnoException as routing says, EMSGSIZE; the packet is then still the caller's
     */
    public void sendAs(SkBuff skb, IpAddress from, int fromPort, IpAddress to, int toPort, int outIndex) {
        IpOutput way = IpOutput.resolve(net, to, from, outIndex, 0, 0);
        int at = skb.push(HEADER);
        byte[] head = skb.head();
        Be.put16(head, at, fromPort);
        Be.put16(head, at + 2, toPort);
        Be.put16(head, at + 4, skb.length());
        Be.put16(head, at + 6, 0xffff);
        skb.partialChecksum = 6;
        int ttl = net.settings.defaultTtl;
        if (to.isV4()) {
            net.ipv4.send(skb, way, from, InetConst.IPPROTO_UDP, 0, ttl, false, null);
        } else {
            net.ipv6.send(skb, way, from, InetConst.IPPROTO_UDP, 0, ttl, false);
        }
    }

    /** UDP-Lite has counters of its own in Linux, which are not kept here. */
    void count(Counter counter) {
        if (!isLite()) {
            net.counters.add(counter);
        }
    }

    private void drop(SkBuff skb, Counter counter) {
        count(counter);
        boolean v4 = skb.source.isV4();
        count(v4 ? Counter.UDP_IN_ERRORS : Counter.UDP6_IN_ERRORS);
        skb.release();
    }

    private void hand(UdpSock sock, SkBuff skb) {
        boolean v4 = skb.source.isV4();
        skb.fragmentSize = Math.max(skb.fragmentSize, 0);
        if (sock.filtered(skb)) {
            skb.release();
            return;
        }
        if (sock.deliver(skb)) {
            count(v4 ? Counter.UDP_IN_DATAGRAMS : Counter.UDP6_IN_DATAGRAMS);
        } else {
            count(v4 ? Counter.UDP_RCVBUF_ERRORS : Counter.UDP6_RCVBUF_ERRORS);
            count(v4 ? Counter.UDP_IN_ERRORS : Counter.UDP6_IN_ERRORS);
        }
    }

    /** Multicasts and broadcasts go to every socket that wants them (__udp4_lib_mcast_deliver). */
    private void deliverToAll(SkBuff skb, int from, int to) {
        NetDevice device = skb.device;
        UdpSock last = null;
        for (UdpSock sock : List.copyOf(byPort.getOrDefault(to, List.of()))) {
            boolean wanted = device != null
                    && score(sock, skb.destination, skb.source, from, device, true) >= 0
                    && (!skb.destination.isMulticast() || sock.ip.takes(skb.destination, skb.source, device));
            if (wanted) {
                if (last != null) {
                    hand(last, skb.duplicate());
                }
                last = sock;
            }
        }
        if (last == null) {
            count(Counter.UDP_IGNORED_MULTI);
            skb.release();
        } else {
            hand(last, skb);
        }
    }

    /** The socket that fits best; of sockets that share a port by SO_REUSEPORT, one by the flow's hash. */
    @Nullable UdpSock find(IpAddress local, int localPort, IpAddress remote, int remotePort, @Nullable NetDevice device) {
        List<UdpSock> list = byPort.get(localPort);
        if (list == null) {
            return null;
        }
        UdpSock best = null;
        int bestScore = -1;
        int same = 0;
        for (int i = 0, n = list.size(); i < n; i++) {
            UdpSock sock = list.get(i);
            int score = score(sock, local, remote, remotePort, device, false);
            if (score > bestScore) {
                best = sock;
                bestScore = score;
                same = 1;
            } else if (score == bestScore && score >= 0 && sock.reusesPort()) {
                same++;
            }
        }
        if (best == null || same <= 1 || !best.reusesPort() || best.remotePort != 0) {
            return best;
        }
        int pick = Math.floorMod(remote.hashCode() * 31 + remotePort * 0x9e3779b1 >>> 8, same);
        for (int i = list.size() - 1; i >= 0; i--) {
            UdpSock sock = list.get(i);
            if (sock.reusesPort()
                    && score(sock, local, remote, remotePort, device, false) == bestScore
                    && pick-- == 0) {
                return sock;
            }
        }
        return best;
    }

    private static int score(
            UdpSock sock,
            IpAddress local,
            IpAddress remote,
            int remotePort,
            @Nullable NetDevice device,
            boolean toMany) {
        boolean v4 = remote.isV4();
        if (v4 ? sock.v6Only() : sock.family == SockConst.AF_INET) {
            return -1;
        }
        int score = v4 && sock.family == SockConst.AF_INET ? 1 : 0;
        IpAddress own = sock.local;
        if (!own.isAny()) {
            if (!own.equals(local)) {
                return -1;
            }
            score += 16;
        } else if (own.isV4() != v4 && own.isV4()) {
            return -1;
        }
        if (!sock.remote.isAny()) {
            if (!sock.remote.equals(remote)) {
                return -1;
            }
            score += 8;
        }
        if (sock.remotePort != 0) {
            if (sock.remotePort != remotePort) {
                return -1;
            }
            score += 8;
        }
        int bound = sock.boundDevice;
        if (bound != 0) {
            if (device == null || device.index != bound) {
                return -1;
            }
            score += 4;
        }
        return score;
    }

    @Override
    public void error(IcmpError error) {
        UdpSock sock =
                find(error.source(), error.sourcePort(), error.destination(), error.destinationPort(), error.device());
        if (sock != null) {
            sock.icmpError(error);
        }
    }
}
