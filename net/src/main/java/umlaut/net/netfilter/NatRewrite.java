package umlaut.net.netfilter;

import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;

/** Puts other addresses and ports into packets, and mends their checksums (net/netfilter/nf_nat_proto.c, RFC 1624). */
final class NatRewrite {
    private NatRewrite() {}

    /** A packet gets the source, or the destination, of {@code target}. */
    static void packet(NfPacket p, Tuple target, boolean source) {
        boolean open = p.skb.partialChecksum >= 0;
        rewrite(p, 0, p.transport, p.protocol, target, source, open);
        if (source) {
            p.skb.source = target.source();
        } else {
            p.skb.destination = target.destination();
        }
    }

    /** An ICMP error: the packet in it is turned back into what its sender had sent, too. */
    static int error(NfPacket p, Connection c, boolean reply, boolean source) {
        if (!p.isIcmpError() || !c.has(Nat.bit(source, reply))) {
            return NfHook.ACCEPT;
        }
        Tuple other = c.tuple(!reply);
        int ip = p.inner();
        if (!p.has(ip + NfPacket.headerLength(p.v4))) {
            return NfHook.DROP;
        }
        int transport = ip + (p.v4 ? (p.u8(ip) & 15) * 4 : NfPacket.headerLength(false));
        rewrite(p, ip, transport, p.u8(ip + (p.v4 ? 9 : 6)), other, !source, false);
        rewriteAddress(p, 0, other.inverted(), source);
        if (source) {
            p.skb.source = other.inverted().source();
        } else {
            p.skb.destination = other.inverted().destination();
        }
        icmpChecksum(p);
        return NfHook.ACCEPT;
    }

    private static void icmpChecksum(NfPacket p) {
        SkBuff skb = p.skb;
        skb.linearize();
        skb.partialChecksum = -1;
        int at = skb.start() + p.transport;
        int length = skb.length() - p.transport;
        Be.put16(skb.head(), at + 2, 0);
        long sum = p.v4 ? 0 : Checksum.pseudo(skb.source, skb.destination, InetConst.IPPROTO_ICMPV6, length);
        Be.put16(skb.head(), at + 2, Checksum.fold(Checksum.add(sum, skb.head(), at, length)));
    }

    /** @return what the address's change adds to sums */
    private static long rewriteAddress(NfPacket p, int ip, Tuple target, boolean source) {
        byte[] b = p.skb.head();
        int at = p.skb.start() + ip;
        int length = p.v4 ? 4 : 16;
        int field = at + (p.v4 ? 12 : 8) + (source ? 0 : length);
        IpAddress fresh = source ? target.source() : target.destination();
        long change = changeOf(b, field, length);
        fresh.put(b, field);
        change += Checksum.add(0, fresh);
        if (p.v4) {
            mend(b, at + 10, change);
        }
        return change;
    }

    private static void rewrite(
            NfPacket p, int ip, int transport, int protocol, Tuple target, boolean source, boolean open) {
        // Of the packet in an error there may be 8 bytes of the transport header alone.
        boolean whole = p.has(transport + 8);
        long change = rewriteAddress(p, ip, target, source);
        if (!whole) {
            return;
        }
        byte[] b = p.skb.head();
        int t = p.skb.start() + transport;
        if (Tuple.hasPorts(protocol)) {
            int field = t + (source ? 0 : 2);
            int port = source ? target.sourcePort() : target.destinationPort();
            change += (~Be.u16(b, field) & 0xffff) + port;
            Be.put16(b, field, port);
            int checksum = protocol == InetConst.IPPROTO_TCP ? 16 : 6;
            boolean none = protocol == InetConst.IPPROTO_UDP && Be.u16(b, t + 6) == 0;
            if (!open && !none && p.has(transport + checksum + 2)) {
                b = p.skb.head();
                mend(b, p.skb.start() + transport + checksum, change);
            }
        } else if (Tuple.isIcmp(protocol)) {
            long icmp = (~Be.u16(b, t + 4) & 0xffff) + (long) target.sourcePort();
            Be.put16(b, t + 4, target.sourcePort());
            if (!open) {
                mend(b, t + 2, p.v4 ? icmp : icmp + change);
            }
        }
    }

    /** What taking bytes away adds to a sum. */
    private static long changeOf(byte[] b, int at, int length) {
        long sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += ~Be.u16(b, at + i) & 0xffff;
        }
        return sum;
    }

    private static void mend(byte[] b, int field, long change) {
        Be.put16(b, field, Checksum.fold((~Be.u16(b, field) & 0xffff) + change));
    }
}
