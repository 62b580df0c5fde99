package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Matches at a limited rate, by a bucket of tokens, which are ns (net/netfilter/nft_limit.c). */
final class Limit extends Expression {
    private static final int RATE = 1, UNIT = 2, BURST = 3, TYPE = 4, FLAGS = 5, BYTES = 1, INVERTED = 1;
    private static final int DEFAULT_BURST = 5;
    private static final long SECOND_NS = 1_000_000_000L;

    private final long rate;
    private final long unitSeconds;
    private final int burst;
    private final boolean byBytes;
    private final int flags;
    private final long mostTokens;
    private long tokens;
    private long lastNs = Long.MIN_VALUE;

    Limit(NlReader in) {
        rate = in.be64(RATE, 0);
        unitSeconds = in.be64(UNIT, 0);
        byBytes = in.be32(TYPE, 0) == BYTES;
        int given = in.be32(BURST, 0);
        burst = given == 0 && !byBytes ? DEFAULT_BURST : given;
        flags = in.be32(FLAGS, 0);
        if (rate <= 0 || unitSeconds <= 0 || unitSeconds > Long.MAX_VALUE / SECOND_NS || burst < 0) {
            throw Errno.EINVAL.exception();
        }
        double most = (double) unitSeconds * SECOND_NS * (double) (byBytes ? rate + burst : burst) / (double) rate;
        mostTokens = (long) Math.min(most, Long.MAX_VALUE / 4);
        tokens = mostTokens;
    }

    @Override
    String name() {
        return "limit";
    }

    @Override
    void run(Evaluation e) {
        long now = e.packet.net.nowNs();
        double each = (double) unitSeconds * SECOND_NS / (double) rate;
        long cost = (long) (byBytes ? each * e.packet.skb.length() : each);
        long fresh = lastNs == Long.MIN_VALUE ? 0 : now - lastNs;
        tokens = Math.min(mostTokens, tokens + fresh);
        lastNs = now;
        boolean within = tokens >= cost;
        if (within) {
            tokens -= cost;
        }
        if (within == ((flags & INVERTED) != 0)) {
            e.noMatch();
        }
    }

    @Override
    void write(NlWriter out) {
        out.be64(RATE, rate)
                .be64(UNIT, unitSeconds)
                .be32(BURST, burst)
                .be32(TYPE, byBytes ? BYTES : 0)
                .be32(FLAGS, flags);
    }
}
