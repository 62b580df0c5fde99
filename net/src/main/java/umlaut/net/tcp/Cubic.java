package umlaut.net.tcp;

/** CUBIC (RFC 9438): the window is a cubic function of the time since the last loss, never less than Reno's would be. */
final class Cubic implements CongestionControl {
    private static final double C = 0.4;
    private static final double BETA = 0.7;
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    /** The window before the last reduction, segments; 0 = none yet. */
    private double windowMax;

    private double windowEstimate;
    /** Seconds from the epoch's start until the window is at its old size. */
    private double k;

    private long epochNs;

    @Override
    public String name() {
        return "cubic";
    }

    @Override
    public int threshold(TcpSock tp) {
        epochNs = 0;
        // Fast convergence (4.7): a flow that has lost ground leaves room to new ones.
        windowMax = tp.cwnd < windowMax ? tp.cwnd * (1 + BETA) / 2 : tp.cwnd;
        return Math.max((int) (tp.cwnd * BETA), 2);
    }

    @Override
    public void timeout() {
        epochNs = 0;
        windowMax = 0;
    }

    @Override
    public void acked(TcpSock tp, int segments, long nowNs) {
        int left = tp.cwnd < tp.ssthresh ? CongestionControl.slowStart(tp, segments) : segments;
        if (left <= 0) {
            return;
        }
        if (epochNs == 0) {
            epochNs = nowNs;
            windowEstimate = tp.cwnd;
            if (windowMax <= tp.cwnd) {
                windowMax = tp.cwnd;
                k = 0;
            } else {
                k = Math.cbrt((windowMax - tp.cwnd) / C);
            }
        }
        double t = (nowNs - epochNs + tp.rtt.smoothedNs()) / 1e9;
        double target = windowMax + C * (t - k) * (t - k) * (t - k);
        target = Math.max(tp.cwnd, Math.min(target, 1.5 * tp.cwnd));
        double alpha = windowEstimate < windowMax ? ALPHA : 1;
        windowEstimate += alpha * left / tp.cwnd;
        target = Math.max(target, windowEstimate);
        int per = target > tp.cwnd ? (int) Math.max(2, tp.cwnd / (target - tp.cwnd)) : 100 * tp.cwnd;
        CongestionControl.increase(tp, per, left);
    }
}
