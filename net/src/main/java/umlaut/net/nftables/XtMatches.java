package umlaut.net.nftables;

import java.util.concurrent.ThreadLocalRandom;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.net.core.IpAddress;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.nftables.XtMatch.Matcher;

/** The matches of iptables-extensions(8) that there are here. */
final class XtMatches {
    private static final long PROBABILITY_ONE = 0x8000_0000L;

    private XtMatches() {}

    static boolean knows(String name, int revision) {
        return switch (name) {
            case "conntrack" -> revision >= 1 && revision <= 3;
            case "addrtype", "multiport", "iprange", "mark" -> revision == 1;
            case "state", "comment", "tcp", "udp", "icmp", "icmp6", "pkttype", "length", "statistic", "limit", "mac" ->
                revision == 0;
            default -> false;
        };
    }

    /** @throws umlaut.abi.ErrnoException EINVAL: its struct is not whole */
    static Matcher of(String name, int revision, XtInfo info) {
        return switch (name) {
            case "conntrack" -> XtConntrack.of(info, revision);
            case "state" -> XtConntrack.state(info.need(4).u32(0), false);
            case "addrtype" -> addressType(info.need(8));
            case "multiport" -> multiport(info.need(48));
            case "iprange" -> addressRange(info.need(65));
            case "mark" -> mark(info.need(9));
            case "comment" -> p -> true;
            case "tcp" -> tcp(info.need(12));
            case "udp" -> udp(info.need(9));
            case "icmp", "icmp6" -> icmp(info.need(4), name.equals("icmp"));
            case "pkttype" -> packetType(info.need(8));
            case "length" -> length(info.need(5));
            case "statistic" -> statistic(info.need(16));
            case "limit" -> limit(info.need(8));
            case "mac" -> mac(info.need(12));
            default -> throw Errno.ENOENT.exception();
        };
    }

    private static boolean within(int value, int low, int high) {
        return value >= low && value <= high;
    }

    private static Matcher addressType(XtInfo info) {
        int source = info.u16(0);
        int destination = info.u16(2);
        int flags = info.u32(4);
        return p -> {
            boolean from = source == 0 || isOfType(p, p.skb.source, source) != ((flags & 1) != 0);
            return from && (destination == 0 || isOfType(p, p.skb.destination, destination) != ((flags & 2) != 0));
        };
    }

    private static boolean isOfType(NfPacket p, IpAddress address, int mask) {
        int type = RouteQuestion.typeOf(p, address, p.v4 ? null : p.net.fib6.lookup(address, null, 0, null, 0, 0));
        return (mask >>> type & 1) != 0;
    }

    private static Matcher multiport(XtInfo info) {
        int flags = info.u8(0);
        int count = Math.min(info.u8(1), 15);
        boolean invert = info.u8(47) != 0;
        return p -> {
            if (!p.hasTransport(4)) {
                return false;
            }
            boolean found = false;
            for (int i = 0; i < count; i++) {
                int low = info.u16(2 + 2 * i);
                boolean range = info.u8(32 + i) != 0;
                int high = range && i + 1 < count ? info.u16(2 + 2 * ++i) : low;
                found |= flags != 1 && within(p.u16(p.transport), low, high);
                found |= flags != 0 && within(p.u16(p.transport + 2), low, high);
            }
            return found != invert;
        };
    }

    private static Matcher addressRange(XtInfo info) {
        int flags = info.u8(64);
        return p -> {
            boolean from = (flags & 1) == 0 || between(p.skb.source, info, 0) != ((flags & 16) != 0);
            return from && ((flags & 2) == 0 || between(p.skb.destination, info, 32) != ((flags & 32) != 0));
        };
    }

    private static boolean between(IpAddress address, XtInfo info, int at) {
        byte[] a = address.bytes();
        return java.util.Arrays.compareUnsigned(a, info.address(at).bytes()) >= 0
                && java.util.Arrays.compareUnsigned(a, info.address(at + 16).bytes()) <= 0;
    }

    private static Matcher mark(XtInfo info) {
        return p -> ((p.skb.mark & info.u32(4)) == info.u32(0)) != (info.u8(8) != 0);
    }

    private static Matcher tcp(XtInfo info) {
        int inverted = info.u8(11);
        return p -> {
            if (p.protocol != InetConst.IPPROTO_TCP || !p.hasTransport(20)) {
                return false;
            }
            boolean ports = ports(p, info, inverted);
            boolean flags = (p.u8(p.transport + 13) & info.u8(9)) == info.u8(10) != ((inverted & 4) != 0);
            boolean option = info.u8(8) == 0 || hasOption(p, info.u8(8)) != ((inverted & 8) != 0);
            return ports && flags && option;
        };
    }

    private static boolean hasOption(NfPacket p, int wanted) {
        int end = p.transport + (p.u8(p.transport + 12) >>> 4) * 4;
        if (!p.has(end)) {
            return false;
        }
        for (int i = p.transport + 20; i < end; ) {
            int kind = p.u8(i);
            if (kind == wanted) {
                return true;
            }
            i += kind < 2 || i + 1 >= end ? 1 : Math.max(p.u8(i + 1), 1);
        }
        return false;
    }

    private static boolean ports(NfPacket p, XtInfo info, int inverted) {
        boolean from = within(p.u16(p.transport), info.u16(0), info.u16(2)) != ((inverted & 1) != 0);
        return from && within(p.u16(p.transport + 2), info.u16(4), info.u16(6)) != ((inverted & 2) != 0);
    }

    private static Matcher udp(XtInfo info) {
        return p -> p.protocol == InetConst.IPPROTO_UDP && p.hasTransport(8) && ports(p, info, info.u8(8));
    }

    private static Matcher icmp(XtInfo info, boolean v4) {
        return p -> {
            if (!p.isIcmp() || p.v4 != v4 || !p.hasTransport(4)) {
                return false;
            }
            boolean any = v4 && info.u8(0) == 0xff;
            boolean same =
                    any || p.u8(p.transport) == info.u8(0) && within(p.u8(p.transport + 1), info.u8(1), info.u8(2));
            return same != ((info.u8(3) & 1) != 0);
        };
    }

    private static Matcher packetType(XtInfo info) {
        return p -> {
            int type = p.skb.packetType == 0 && p.skb.destination.isMulticast()
                    ? InetConst.PACKET_MULTICAST
                    : p.skb.packetType;
            return (type == info.u32(0)) != (info.u32(4) != 0);
        };
    }

    private static Matcher length(XtInfo info) {
        return p -> within(p.skb.length(), info.u16(0), info.u16(2)) != (info.u8(4) != 0);
    }

    private static Matcher statistic(XtInfo info) {
        boolean invert = (info.u16(2) & 1) != 0;
        long number = info.u32(4) & 0xffff_ffffL;
        if (info.u16(0) == 0) {
            return p -> (ThreadLocalRandom.current().nextLong(PROBABILITY_ONE) < number) != invert;
        }
        long[] seen = {info.u32(8) & 0xffff_ffffL};
        return p -> {
            boolean hit = seen[0] == number;
            seen[0] = hit ? 0 : seen[0] + 1;
            return hit != invert;
        };
    }

    /** Credits of 1/10,000 s, as many as the burst may cost. */
    private static Matcher limit(XtInfo info) {
        long cost = (info.u32(0) & 0xffff_ffffL) * 100_000;
        long most = cost * (info.u32(4) & 0xffff_ffffL);
        long[] credit = {most, Long.MIN_VALUE};
        return p -> {
            long now = p.net.nowNs();
            credit[0] = credit[1] == Long.MIN_VALUE ? most : Math.min(most, credit[0] + now - credit[1]);
            credit[1] = now;
            boolean enough = credit[0] >= cost;
            credit[0] -= enough ? cost : 0;
            return enough;
        };
    }

    private static Matcher mac(XtInfo info) {
        return p -> {
            int mac = p.skb.macHeader;
            if (p.in == null || !p.in.isEthernet() || mac < 0 || mac + 12 > p.skb.head().length) {
                return false;
            }
            boolean same = java.util.Arrays.equals(p.skb.head(), mac + 6, mac + 12, info.bytes(), 0, 6);
            return same != (info.u32(8) != 0);
        };
    }
}
