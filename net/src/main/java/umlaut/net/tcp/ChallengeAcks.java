package umlaut.net.tcp;

import umlaut.net.core.Counter;
import umlaut.net.core.NetNamespace;

/** How many answers to segments that may be forged are given (RFC 5961, 7): so many a second in all, and one each half second a connection. */
final class ChallengeAcks {
    static final long EACH_NS = 500_000_000;
    private static final long SECOND_NS = 1_000_000_000;

    private final NetNamespace net;
    private long secondNs;
    private int left;

    ChallengeAcks(NetNamespace net) {
        this.net = net;
    }

    boolean allowed() {
        long now = net.nowNs();
        if (now - secondNs >= SECOND_NS) {
            secondNs = now;
            left = net.settings.challengeAckLimit;
        }
        if (left <= 0) {
            return false;
        }
        left--;
        net.counters.add(Counter.EXT_TCP_CHALLENGE_ACK);
        return true;
    }
}
