package umlaut.net.netfilter;

import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;

/**
 * What packets of one direction of a connection have in common (struct nf_conntrack_tuple). For ICMP the source's port is the message's number, the destination's its type and code.
 */
public record Tuple(IpAddress source, IpAddress destination, int protocol, int sourcePort, int destinationPort) {
    /** Types of ICMP that are questions, each with its answer. */
    private static final int[][] QUESTIONS4 = {{8, 0}, {13, 14}, {15, 16}, {17, 18}};

    private static final int[][] QUESTIONS6 = {{128, 129}, {139, 140}};

    static @Nullable Tuple of(NfPacket p) {
        return p.laterFragment ? null : of(p.skb, p.v4, 0, p.transport, p.protocol);
    }

    /** Of the packet that an ICMP error is about; null: too little of it is there. */
    static @Nullable Tuple ofInner(NfPacket p) {
        int ip = p.inner();
        if (!p.has(ip + NfPacket.headerLength(p.v4))) {
            return null;
        }
        if ((p.u8(ip) >>> 4) != (p.v4 ? 4 : 6)) {
            return null;
        }
        int transport = ip + (p.v4 ? (p.u8(ip) & 15) * 4 : NfPacket.headerLength(false));
        return of(p.skb, p.v4, ip, transport, p.u8(ip + (p.v4 ? 9 : 6)));
    }

    /** @param ip where its IP header is, @param transport its transport header, from the packet's start */
    private static @Nullable Tuple of(SkBuff skb, boolean v4, int ip, int transport, int protocol) {
        boolean ports = hasPorts(protocol);
        boolean icmp = isIcmp(protocol);
        if ((ports || icmp) && !skb.pullable(transport + 8)) {
            return null;
        }
        byte[] b = skb.head();
        int at = skb.start();
        int addresses = at + ip + (v4 ? 12 : 8);
        int length = v4 ? 4 : 16;
        IpAddress from = IpAddress.of(b, addresses, length);
        IpAddress to = IpAddress.of(b, addresses + length, length);
        int t = at + transport;
        if (ports) {
            return new Tuple(from, to, protocol, Be.u16(b, t), Be.u16(b, t + 2));
        }
        return icmp
                ? new Tuple(from, to, protocol, Be.u16(b, t + 4), Be.u16(b, t))
                : new Tuple(from, to, protocol, 0, 0);
    }

    static boolean hasPorts(int protocol) {
        return protocol == InetConst.IPPROTO_TCP
                || protocol == InetConst.IPPROTO_UDP
                || protocol == InetConst.IPPROTO_UDPLITE;
    }

    static boolean isIcmp(int protocol) {
        return protocol == InetConst.IPPROTO_ICMP || protocol == InetConst.IPPROTO_ICMPV6;
    }

    private int[][] questions() {
        return source.isV4() ? QUESTIONS4 : QUESTIONS6;
    }

    /** May it be a connection's first? Answers to nothing and unknown messages may not. */
    boolean mayBegin() {
        if (!isIcmp(protocol)) {
            return true;
        }
        for (int[] pair : questions()) {
            if (destinationPort >>> 8 == pair[0]) {
                return true;
            }
        }
        return false;
    }

    /** What the other direction's packets have. */
    Tuple inverted() {
        if (!isIcmp(protocol)) {
            return new Tuple(destination, source, protocol, destinationPort, sourcePort);
        }
        int type = destinationPort >>> 8;
        int other = type;
        for (int[] pair : questions()) {
            other = type == pair[0] ? pair[1] : type == pair[1] ? pair[0] : other;
        }
        return new Tuple(destination, source, protocol, sourcePort, other << 8 | destinationPort & 0xff);
    }

    Tuple withSource(IpAddress address, int port) {
        return new Tuple(address, destination, protocol, port, destinationPort);
    }

    Tuple withDestination(IpAddress address, int port) {
        return new Tuple(source, address, protocol, sourcePort, port);
    }
}
