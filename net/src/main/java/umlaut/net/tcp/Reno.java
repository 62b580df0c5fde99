package umlaut.net.tcp;

/** Reno: additive increase, multiplicative decrease (RFC 5681). */
final class Reno implements CongestionControl {
    @Override
    public String name() {
        return "reno";
    }

    @Override
    public int threshold(TcpSock tp) {
        return Math.max(tp.cwnd >> 1, 2);
    }

    @Override
    public void acked(TcpSock tp, int segments, long nowNs) {
        int left = tp.cwnd < tp.ssthresh ? CongestionControl.slowStart(tp, segments) : segments;
        if (left > 0) {
            CongestionControl.increase(tp, tp.cwnd, left);
        }
    }
}
