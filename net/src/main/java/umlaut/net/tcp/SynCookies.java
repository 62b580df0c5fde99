package umlaut.net.tcp;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Answers to SYNs without a memory of them (RFC 4987, 3.6): the initial sequence number is a secret function of the ends and the time, and holds a choice of segment size.
 * Eight bits of time count minutes; the three lowest bits the size.
 */
final class SynCookies {
    private static final int[] SIZES4 = {536, 1300, 1440, 1460, 4312, 8960, 16384, 65483};
    private static final long MINUTE_NS = 60_000_000_000L;

    private final long secret = ThreadLocalRandom.current().nextLong();

    int make(TcpFlow.Key key, int peerSequence, int mss, long nowNs) {
        int choice = 0;
        while (choice + 1 < SIZES4.length && SIZES4[choice + 1] <= mss) {
            choice++;
        }
        int minute = (int) (nowNs / MINUTE_NS) & 0xff;
        return minute << 24 | hash(key, peerSequence, minute) << 3 & 0xfffff8 | choice;
    }

    /** @return the segment size of a cookie given in the last two minutes, 0 if it is none */
    int check(TcpFlow.Key key, int peerSequence, int cookie, long nowNs) {
        int minute = cookie >>> 24;
        int age = ((int) (nowNs / MINUTE_NS) & 0xff) - minute & 0xff;
        if (age > 1 || (hash(key, peerSequence, minute) << 3 & 0xfffff8) != (cookie & 0xfffff8)) {
            return 0;
        }
        return SIZES4[cookie & 7];
    }

    private int hash(TcpFlow.Key key, int peerSequence, int minute) {
        long x = secret + peerSequence * 0x9e37_79b9_7f4a_7c15L + minute;
        x = mix(x ^ key.local().low);
        x = mix(x ^ key.local().high);
        x = mix(x ^ key.remote().low);
        x = mix(x ^ key.remote().high);
        return (int) (mix(x ^ (long) key.localPort() << 16 ^ key.remotePort()) >>> 20);
    }

    private static long mix(long x) {
        long y = (x ^ x >>> 32) * 0xd6e8_feb8_6659_fd93L;
        return y ^ y >>> 29;
    }
}
