package umlaut.net.tcp;

/** How the congestion window follows what is acknowledged and lost (Linux: struct tcp_congestion_ops). */
interface CongestionControl {
    String name();

    /** The slow start threshold after a loss, in segments. */
    int threshold(TcpSock tp);

    /** Segments have been acknowledged while nothing is lost. */
    void acked(TcpSock tp, int segments, long nowNs);

    /** The retransmission timer has run out. */
    default void timeout() {}

    /** @throws umlaut.abi.ErrnoException ENOENT */
    static CongestionControl of(String name) {
        return switch (name) {
            case "cubic" -> new Cubic();
            case "reno" -> new Reno();
            default -> throw umlaut.abi.Errno.ENOENT.exception();
        };
    }

    /** Slow start (RFC 5681, 3.1; RFC 3465). @return segments not used up by it */
    static int slowStart(TcpSock tp, int segments) {
        int grown = Math.min(tp.cwnd + segments, Math.max(tp.ssthresh, tp.cwnd));
        int left = segments - (grown - tp.cwnd);
        tp.setCwnd(grown);
        return left;
    }

    /** One segment more for every {@code per} acknowledged. */
    static void increase(TcpSock tp, int per, int segments) {
        if (tp.cwndCount >= per) {
            tp.cwndCount = 0;
            tp.setCwnd(tp.cwnd + 1);
        }
        tp.cwndCount += segments;
        if (tp.cwndCount >= per) {
            int more = tp.cwndCount / per;
            tp.cwndCount -= more * per;
            tp.setCwnd(tp.cwnd + more);
        }
    }
}
