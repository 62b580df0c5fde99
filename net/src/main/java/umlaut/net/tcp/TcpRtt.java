package umlaut.net.tcp;

/** The round trip's time and the retransmission timeout made of it (RFC 6298), with Linux's bounds. */
final class TcpRtt {
    static final long MS = 1_000_000;
    private static final long INITIAL_NS = 1000 * MS;
    private static final long MIN_NS = 200 * MS;
    static final long MAX_NS = 120_000 * MS;
    private static final long MIN_WINDOW_NS = 300_000 * MS;

    private long smoothedNs;
    private long variationNs;
    private long rtoNs = INITIAL_NS;
    private long minNs = Long.MAX_VALUE;
    private long minAtNs;
    private long latestNs;

    void sample(long rttNs, long nowNs) {
        long r = Math.max(1000, rttNs);
        if (r <= minNs || nowNs - minAtNs > MIN_WINDOW_NS) {
            minNs = r;
            minAtNs = nowNs;
        }
        coarseSample(r);
    }

    /** Of a time stamp's resolution: tells nothing about the least. */
    void coarseSample(long rttNs) {
        long r = Math.max(1000, rttNs);
        latestNs = r;
        if (smoothedNs == 0) {
            smoothedNs = r;
            variationNs = r / 2;
        } else {
            variationNs += (Math.abs(smoothedNs - r) - variationNs) / 4;
            smoothedNs += (r - smoothedNs) / 8;
        }
        rtoNs = Math.min(MAX_NS, smoothedNs + Math.max(MIN_NS, 4 * variationNs));
    }

    boolean known() {
        return smoothedNs != 0;
    }

    long smoothedNs() {
        return smoothedNs;
    }

    long variationNs() {
        return variationNs;
    }

    long minNs() {
        return minNs == Long.MAX_VALUE ? 0 : minNs;
    }

    long latestNs() {
        return latestNs;
    }

    /** The timeout after {@code backoff} doublings. */
    long rtoNs(int backoff) {
        return Math.min(MAX_NS, rtoNs << Math.min(backoff, 16));
    }

    /** SYN was retransmitted: nothing is known (RFC 6298, 5.7). */
    void restart() {
        rtoNs = 3 * INITIAL_NS;
    }
}
