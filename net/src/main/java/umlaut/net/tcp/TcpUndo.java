package umlaut.net.tcp;

import umlaut.net.core.Counter;

/**
 * Takes a reduction of the window back when it turns out that nothing was lost, packets having come late or in another order: the receiver says that it has had each retransmitted segment twice
 * (DSACK, RFC 2883, RFC 3708), or acknowledges the first sending of one, as its echoed time stamp shows (Eifel, RFC 3522). Each such sign also widens the time that RACK gives to reordered packets
 * (RFC 8985, 6.2.4). Guarded by the namespace's lock.
 */
final class TcpUndo {
    /** Recoveries without a sign of reordering until RACK is as strict as at the start. */
    private static final int PERSIST = 16;

    private static final int MAX_STEPS = 255;

    private final TcpSock tp;
    /** A reduction may be taken back; what it concerns begins at {@link #marker}. */
    private boolean open;

    private int marker;
    private int cwnd;
    private int ssthresh;
    /** Segments sent again that have not been shown to be needless. */
    private int inDoubt;

    private boolean sentAgain;
    /** Our clock as the first was. */
    private int firstStamp;

    private int steps = 1;
    private int persist;
    /** What was sent next as the steps were last changed: once a round trip is enough. */
    private int stepsSeq;

    TcpUndo(TcpSock tp) {
        this.tp = tp;
    }

    void reset() {
        open = false;
        steps = 1;
        persist = 0;
    }

    /** Recovery begins, or a timeout; the window is still as before. */
    void begin() {
        open = true;
        marker = tp.sndUna;
        cwnd = tp.cwnd;
        ssthresh = tp.ssthresh;
        inDoubt = 0;
        sentAgain = false;
    }

    void retransmitted() {
        if (open) {
            if (!sentAgain) {
                firstStamp = tp.clock();
            }
            sentAgain = true;
            inDoubt++;
        }
    }

    /** Recovery has come to its end. */
    void recovered() {
        persist = Math.max(0, persist - 1);
        if (persist == 0) {
            steps = 1;
        }
    }

    /** The first block of an acknowledgement may tell of a segment that has come twice: it is acknowledged, or within the second (RFC 2883, 4). @return whether it does */
    boolean duplicate(TcpHeader h, int formerUna) {
        if (h.sackCount == 0) {
            return false;
        }
        int start = h.sackStart[0];
        int end = h.sackEnd[0];
        boolean acknowledged = !Seq.after(end, h.ack) && Seq.before(start, h.ack);
        boolean within = h.sackCount > 1 && !Seq.before(start, h.sackStart[1]) && !Seq.after(end, h.sackEnd[1]);
        if (!acknowledged && !within || !Seq.before(start, end) || Seq.before(start, tp.sndUna - tp.maxWindow)) {
            return false;
        }
        tp.net.counters.add(Counter.EXT_TCP_DSACK_RECV);
        if (open && inDoubt > 0 && Seq.after(end, marker)) {
            int segments = Math.max(1, (end - start + tp.mss - 1) / tp.mss);
            inDoubt = Math.max(0, inDoubt - segments);
        }
        if (steps == 1 || !Seq.before(formerUna, stepsSeq)) {
            steps = Math.min(MAX_STEPS, steps + 1);
            stepsSeq = tp.sndNxt;
        }
        persist = PERSIST;
        return true;
    }

    /** How much later than its successors a packet may be and not be lost, ns. */
    long window() {
        return Math.min(Math.max(steps * (tp.rtt.minNs() / 4), 1000), tp.rtt.smoothedNs());
    }

    boolean sawReordering() {
        return steps > 1;
    }

    /**
     * After an acknowledgement.
     *
     * @param progress it acknowledges new data
     * @return whether the window has been given back
     */
    boolean attempt(TcpHeader h, boolean progress) {
        if (!open || !sentAgain) {
            return false;
        }
        boolean late = progress && tp.stamped && h.hasTimestamp && h.tsEcho != 0 && Seq.before(h.tsEcho, firstStamp);
        if (inDoubt > 0 && !late) {
            return false;
        }
        tp.net.counters.add(late ? Counter.EXT_TCP_PARTIAL_UNDO : Counter.EXT_TCP_DSACK_UNDO);
        open = false;
        tp.setCwnd(Math.max(tp.cwnd, cwnd));
        tp.ssthresh = Math.max(tp.ssthresh, ssthresh);
        return true;
    }
}
