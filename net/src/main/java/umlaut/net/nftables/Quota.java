package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Matches until so many bytes have passed, or from then on (net/netfilter/nft_quota.c). */
final class Quota extends Expression {
    private static final int BYTES = 1, FLAGS = 2, CONSUMED = 4, INVERTED = 1, DEPLETED = 2;

    private final long most;
    private final int flags;
    private long used;

    Quota(NlReader in) {
        most = in.be64(BYTES, -1);
        flags = in.be32(FLAGS, 0);
        used = in.be64(CONSUMED, 0);
        if (most < 0 || (flags & ~INVERTED) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "quota";
    }

    @Override
    void run(Evaluation e) {
        used += e.packet.skb.length();
        if (used >= most != ((flags & INVERTED) != 0)) {
            e.noMatch();
        }
    }

    @Override
    void write(NlWriter out) {
        out.be64(BYTES, most).be64(CONSUMED, Math.min(used, most)).be32(FLAGS, used >= most ? flags | DEPLETED : flags);
    }
}
