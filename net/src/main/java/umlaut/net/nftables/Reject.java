package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Drops the packet and tells its sender (net/netfilter/nft_reject.c). */
final class Reject extends Expression {
    private static final int TYPE = 1, CODE = 2, ICMP = 0, RESET = 1, ICMPX = 2, MOST_ICMPX = 3;
    /** Codes for both versions: no route, port, host, prohibited. */
    private static final int[] CODES4 = {0, 3, 1, 13};

    private static final int[] CODES6 = {0, 4, 3, 1};

    private final int type;
    private final int code;

    Reject(NlReader in) {
        type = in.be32(TYPE, -1);
        code = in.number(CODE, 0);
        if (type < ICMP || type > ICMPX || type == ICMPX && code > MOST_ICMPX) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "reject";
    }

    @Override
    void run(Evaluation e) {
        NfPacket p = e.packet;
        if (type == RESET) {
            reset(p);
        } else if (p.v4) {
            unreachable(p, type == ICMPX ? CODES4[code] : code);
        } else {
            unreachable(p, type == ICMPX ? CODES6[code] : code);
        }
        e.verdict = Verdict.DROP;
    }

    static void reset(NfPacket p) {
        if (p.protocol == InetConst.IPPROTO_TCP && p.hasTransport(20)) {
            p.skb.pull(p.transport);
            p.net.tcp.reject(p.skb);
            p.skb.push(p.transport);
        }
    }

    static void unreachable(NfPacket p, int code) {
        if (!p.hasTransport(0)) {
            return;
        }
        p.skb.networkHeader = p.skb.start();
        p.skb.pull(p.transport);
        if (p.v4) {
            p.net.icmp.sendError(p.skb, InetConst.ICMP_DEST_UNREACH, code, 0);
        } else {
            p.net.icmp6.sendError(p.skb, InetConst.ICMPV6_DEST_UNREACH, code, 0);
        }
        p.skb.push(p.transport);
    }

    @Override
    void write(NlWriter out) {
        out.be32(TYPE, type);
        if (type != RESET) {
            out.attribute8(CODE, code);
        }
    }
}
