package umlaut.net.tcp;

import org.jspecify.annotations.Nullable;
import umlaut.net.core.Counter;

/**
 * Which segments have been lost, and how fast to go on: selective acknowledgements (RFC 2018, RFC 6675), RACK and tail loss probes (RFC 8985), New Reno where there are no SACKs (RFC 6582),
 * proportional rate reduction (RFC 6937). Guarded by the namespace's lock.
 */
final class TcpLoss {
    enum Mode {
        OPEN,
        DISORDER,
        RECOVERY,
        LOSS
    }

    private static final int DUPLICATES = 3;

    private final TcpSock tp;
    Mode mode = Mode.OPEN;
    /** Where recovery ends. */
    private int recoveryEnd;

    private int duplicateAcks;
    private int priorCwnd;
    private int prrDelivered;
    private int prrOut;

    // RACK: the segment sent last of those delivered
    private long rackSentNs;
    private int rackEnd;
    private long rackRttNs;
    private boolean reorderingSeen;
    private int highestSacked;
    final TcpUndo undo;

    /** Where a tail loss probe stands: acknowledged without a sign of loss, it was not needed. */
    private boolean probeOut;

    private int probeEnd;

    TcpLoss(TcpSock tp) {
        this.tp = tp;
        undo = new TcpUndo(tp);
    }

    void reset() {
        undo.reset();
        mode = Mode.OPEN;
        duplicateAcks = 0;
        rackSentNs = 0;
        probeOut = false;
        reorderingSeen = false;
    }

    // --- selective acknowledgements ---

    /** Marks what the blocks of an acknowledgement tell. @return segments newly marked */
    int sacks(TcpHeader h, long nowNs) {
        int marked = 0;
        for (int i = 0; i < h.sackCount; i++) {
            int start = h.sackStart[i];
            int end = h.sackEnd[i];
            boolean sane = Seq.before(start, end) && !Seq.after(end, tp.sndNxt) && !Seq.before(start, tp.sndUna);
            if (sane) {
                marked += block(start, end, nowNs);
            }
        }
        return marked;
    }

    private int block(int start, int end, long nowNs) {
        int marked = 0;
        for (TcpSegment s = tp.sendQueue.first; s != null && s != tp.sendQueue.unsent; s = s.next) {
            if (!Seq.before(s.seq, end)) {
                break;
            }
            if (Seq.before(s.seq, start) || s.is(TcpSegment.SACKED)) {
                continue;
            }
            if (Seq.after(s.end(), end)) {
                tp.sendQueue.split(s, end - s.seq);
                if (Seq.after(s.end(), end)) {
                    continue;
                }
            }
            if (!s.everRetransmitted && highestSacked != 0 && Seq.before(s.end(), highestSacked)) {
                reorderingSeen = true;
            }
            delivered(s, nowNs);
            tp.sendQueue.clear(s, TcpSegment.LOST | TcpSegment.RETRANSMITTED);
            tp.sendQueue.mark(s, TcpSegment.SACKED);
            if (highestSacked == 0 || Seq.after(s.end(), highestSacked)) {
                highestSacked = s.end();
            }
            marked++;
        }
        return marked;
    }

    /** A segment has arrived: RACK learns from it. */
    void delivered(TcpSegment s, long nowNs) {
        tp.stats.delivered++;
        if (s.sentNs == 0) {
            return;
        }
        long rtt = nowNs - s.sentNs;
        if (s.everRetransmitted && rtt < tp.rtt.minNs()) {
            return; // it was the first sending that arrived
        }
        boolean later = s.sentNs > rackSentNs || s.sentNs == rackSentNs && Seq.after(s.end(), rackEnd);
        if (later) {
            rackSentNs = s.sentNs;
            rackEnd = s.end();
            rackRttNs = rtt;
        }
    }

    /** Marks what was sent well before something that has arrived. @return how long until more is to be marked, ns, 0: nothing */
    private long rack(long nowNs) {
        long window = reorderingWindow();
        long wait = 0;
        for (TcpSegment s = tp.sendQueue.first; s != null && s != tp.sendQueue.unsent; s = s.next) {
            if (s.is(TcpSegment.SACKED) || s.is(TcpSegment.LOST) && !s.is(TcpSegment.RETRANSMITTED)) {
                continue;
            }
            boolean earlier = s.sentNs < rackSentNs || s.sentNs == rackSentNs && Seq.before(s.end(), rackEnd);
            if (!earlier) {
                continue;
            }
            long left = s.sentNs + rackRttNs + window - nowNs;
            if (left <= 0) {
                if (s.is(TcpSegment.RETRANSMITTED)) {
                    tp.net.counters.add(Counter.EXT_TCP_LOST_RETRANSMIT);
                }
                tp.sendQueue.clear(s, TcpSegment.RETRANSMITTED);
                tp.sendQueue.mark(s, TcpSegment.LOST);
            } else {
                wait = Math.max(wait, left);
            }
        }
        return wait;
    }

    private long reorderingWindow() {
        boolean enough = mode == Mode.RECOVERY || mode == Mode.LOSS || tp.sendQueue.sackedOut >= DUPLICATES;
        return !reorderingSeen && !undo.sawReordering() && enough ? 0 : undo.window();
    }

    // --- acknowledgements ---

    /**
     * Decides after an acknowledgement.
     *
     * @param ackedSegments newly acknowledged in order
     * @param sackedSegments newly acknowledged out of order
     * @param duplicate it says nothing new, for New Reno
     */
    void acknowledged(TcpHeader h, int ackedSegments, int sackedSegments, boolean duplicate, long nowNs) {
        if (probeOut && !Seq.before(tp.sndUna, probeEnd)) {
            probeOut = false;
        }
        boolean progress = ackedSegments > 0;
        if (!tp.sackOk) {
            newReno(progress, duplicate, ackedSegments);
        }
        if (mode == Mode.RECOVERY || mode == Mode.LOSS) {
            if (!Seq.before(tp.sndUna, recoveryEnd)) {
                endRecovery();
            } else if (!tp.sackOk && progress) {
                markFirst(); // a partial acknowledgement (RFC 6582, 3.2)
            }
        }
        if (undo.attempt(h, progress)) {
            undone();
        }
        long wait = 0;
        if (tp.sackOk && tp.sendQueue.packetsOut > 0 && (tp.sendQueue.sackedOut > 0 || mode != Mode.OPEN)) {
            wait = rack(nowNs);
        }
        if (tp.sendQueue.lostOut > 0 && mode != Mode.RECOVERY && mode != Mode.LOSS) {
            enterRecovery();
        }
        if (mode == Mode.OPEN || mode == Mode.DISORDER) {
            mode = tp.sendQueue.sackedOut > 0 || duplicateAcks > 0 ? Mode.DISORDER : Mode.OPEN;
        }
        adjustWindow(ackedSegments, sackedSegments, nowNs);
        if (wait > 0) {
            tp.timers.setReordering(wait);
        }
    }

    /** Nothing was lost: what is thought so, and has not been sent again, is on its way. */
    private void undone() {
        if (mode == Mode.LOSS) {
            for (TcpSegment s = tp.sendQueue.first; s != null && s != tp.sendQueue.unsent; s = s.next) {
                tp.sendQueue.clear(s, TcpSegment.LOST | TcpSegment.RETRANSMITTED);
            }
        }
        if (mode == Mode.RECOVERY || mode == Mode.LOSS) {
            mode = Mode.DISORDER;
            duplicateAcks = 0;
        }
    }

    private void newReno(boolean progress, boolean duplicate, int acked) {
        if (progress) {
            duplicateAcks = Math.max(0, duplicateAcks - acked + 1);
            if (mode != Mode.RECOVERY) {
                duplicateAcks = 0;
            }
        } else if (duplicate) {
            duplicateAcks++;
            if (duplicateAcks == DUPLICATES && mode != Mode.RECOVERY && mode != Mode.LOSS) {
                markFirst();
            }
        }
    }

    private void markFirst() {
        TcpSegment s = tp.sendQueue.first;
        if (s != null && s != tp.sendQueue.unsent && !s.is(TcpSegment.LOST)) {
            tp.sendQueue.clear(s, TcpSegment.RETRANSMITTED);
            tp.sendQueue.mark(s, TcpSegment.LOST);
        }
    }

    private void adjustWindow(int acked, int sacked, long nowNs) {
        int delivered = acked + sacked;
        if (mode == Mode.RECOVERY) {
            reduceRate(delivered);
        } else if (acked > 0 && mode != Mode.DISORDER) {
            boolean limited =
                    tp.cwnd <= tp.output.maxInFlight || tp.cwnd < tp.ssthresh && tp.cwnd < 2 * tp.output.maxInFlight;
            if (limited) {
                tp.congestion.acked(tp, acked, nowNs);
            }
        }
    }

    // --- recovery ---

    private void enterRecovery() {
        tp.net.counters.add(tp.sackOk ? Counter.EXT_TCP_SACK_RECOVERY : Counter.EXT_TCP_RENO_RECOVERY);
        recoveryEnd = tp.sndNxt;
        priorCwnd = tp.cwnd;
        undo.begin();
        prrDelivered = 0;
        prrOut = 0;
        tp.ssthresh = tp.congestion.threshold(tp);
        mode = Mode.RECOVERY;
    }

    /** RFC 6937, 3: sends in proportion to what has been delivered. */
    private void reduceRate(int delivered) {
        prrDelivered += delivered;
        int pipe = tp.sendQueue.inFlight();
        int send;
        if (pipe > tp.ssthresh) {
            long sum = (long) tp.ssthresh * prrDelivered + priorCwnd - 1;
            send = (int) (sum / Math.max(1, priorCwnd)) - prrOut;
        } else {
            send = Math.min(tp.ssthresh - pipe, Math.max(prrDelivered - prrOut, delivered) + 1);
        }
        tp.setCwnd(Math.max(1, pipe + Math.max(send, prrOut == 0 ? 1 : 0)));
    }

    void sentInRecovery() {
        if (mode == Mode.RECOVERY) {
            prrOut++;
        }
    }

    private void endRecovery() {
        if (mode == Mode.RECOVERY) {
            tp.setCwnd(Math.max(2, Math.min(tp.ssthresh, Math.max(tp.cwnd, tp.ssthresh))));
        }
        mode = Mode.OPEN;
        duplicateAcks = 0;
        highestSacked = 0;
        undo.recovered();
    }

    /** The retransmission timer has run out: all is taken for lost (RFC 5681, 3.1; RFC 6298, 5.4). */
    void enterLoss() {
        if (mode != Mode.LOSS) {
            undo.begin();
            tp.ssthresh = tp.congestion.threshold(tp);
            tp.congestion.timeout();
        }
        recoveryEnd = tp.sndNxt;
        tp.cwnd = 1;
        tp.cwndCount = 0;
        mode = Mode.LOSS;
        duplicateAcks = 0;
        for (TcpSegment s = tp.sendQueue.first; s != null && s != tp.sendQueue.unsent; s = s.next) {
            tp.sendQueue.clear(s, TcpSegment.RETRANSMITTED);
            if (!s.is(TcpSegment.SACKED)) {
                tp.sendQueue.mark(s, TcpSegment.LOST);
            }
        }
    }

    void reorderingDue() {
        long wait = rack(tp.net.nowNs());
        if (tp.sendQueue.lostOut > 0 && mode != Mode.RECOVERY && mode != Mode.LOSS) {
            enterRecovery();
            reduceRate(0);
        }
        tp.output.retransmitLost();
        tp.timers.rearm();
        if (wait > 0) {
            tp.timers.setReordering(wait);
        }
    }

    // --- tail loss probes ---

    /** After sending: when to probe, if that is of use. */
    void scheduleProbe() {
        boolean useful = tp.sackOk
                && tp.rtt.known()
                && mode == Mode.OPEN
                && tp.net.settings.earlyRetrans >= 3
                && tp.sendQueue.packetsOut > 0
                && !probeOut;
        if (!useful) {
            return;
        }
        long delay = 2 * tp.rtt.smoothedNs();
        delay += tp.sendQueue.packetsOut == 1 ? 200 * TcpRtt.MS : 2 * TcpRtt.MS;
        tp.timers.setLossProbe(delay);
    }

    void sendProbe() {
        if (tp.sendQueue.packetsOut == 0) {
            return;
        }
        tp.net.counters.add(Counter.EXT_TCP_LOSS_PROBES);
        probeOut = true;
        probeEnd = tp.sndNxt;
        if (!tp.output.sendOneNew()) {
            TcpSegment s = lastSent();
            if (s != null) {
                tp.output.retransmit(s);
            }
        }
        probeEnd = tp.sndNxt;
        tp.timers.rearm();
    }

    private @Nullable TcpSegment lastSent() {
        TcpSegment u = tp.sendQueue.unsent;
        return u == null ? tp.sendQueue.last : u.previous;
    }

    /** For TCP_INFO: 0 open, 1 disorder, 3 recovery, 4 loss. */
    int shown() {
        return switch (mode) {
            case OPEN -> 0;
            case DISORDER -> 1;
            case RECOVERY -> 3;
            case LOSS -> 4;
        };
    }
}
