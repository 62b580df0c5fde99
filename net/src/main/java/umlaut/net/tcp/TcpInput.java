package umlaut.net.tcp;

import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Poll;
import umlaut.net.core.Counter;
import umlaut.net.core.SkBuff;

/** Segments that come in for a connection (RFC 9293, 3.10.7; Linux: net/ipv4/tcp_input.c). Guarded by the namespace's lock. */
final class TcpInput {
    private static final int QUICK_ACKS = 16;
    private static final int MIN_MSS = 88;
    private static final int DEFAULT_MSS = 536;

    private final TcpSock tp;
    /** The largest segment seen: how much data an acknowledgement may wait for. */
    private int receiveMss = DEFAULT_MSS;

    private int quickAcks;
    /** Data goes to and fro: acknowledgements ride on answers. */
    private boolean pingPong;

    private boolean quickForced;
    private long lastChallengeNs;
    private boolean ackNow;

    TcpInput(TcpSock tp) {
        this.tp = tp;
    }

    int receiveMss() {
        return Math.min(receiveMss, Math.max(MIN_MSS, tp.advMss));
    }

    // --- acknowledging ---

    void leavePingPong() {
        pingPong = false;
    }

    /** TCP_QUICKACK. */
    void setQuickAck(boolean on) {
        pingPong = !on;
        if (on) {
            quickForced = true;
            if (tp.timers.ackDelayed()) {
                tp.output.sendAck();
            }
        }
    }

    boolean pingPong() {
        return pingPong;
    }

    /** An acknowledgement has gone out. */
    void ackSent() {
        if (quickAcks > 0) {
            quickAcks--;
        }
        quickForced = false;
    }

    void dataSent(long nowNs) {
        if (nowNs - tp.stats.lastDataReceivedNs < 40 * TcpRtt.MS) {
            pingPong = true;
        }
    }

    /** The reader has taken all: is the delayed acknowledgement to go now? */
    boolean ackWhenDrained() {
        return quickForced && !pingPong;
    }

    private void acknowledge() {
        int fresh = tp.rcvNxt - tp.rcvWup;
        boolean much = fresh > receiveMss() && (tp.rcvNxt - tp.copiedSeq < tp.options.receiveLowWater || roomFor());
        boolean quick = quickForced || quickAcks > 0 && !pingPong;
        if (ackNow || much || quick || tp.receiveQueue.hasEarly()) {
            ackNow = false;
            tp.output.sendAck();
        } else {
            tp.timers.delayAck();
        }
    }

    private boolean roomFor() {
        return tp.options.receiveBuffer - tp.receiveQueue.charged >= tp.options.receiveBuffer / 2;
    }

    private void duplicateAck(TcpHeader h) {
        tp.stats.dupAcksSent++;
        if (h.dataLength > 0 && Seq.before(h.seq, tp.rcvNxt)) {
            cameTwice(h.seq, Seq.after(h.end(), tp.rcvNxt) ? tp.rcvNxt : h.end(), Counter.EXT_TCP_DSACK_OLD_SENT);
        }
        tp.output.sendAck();
    }

    private void cameTwice(int start, int end, Counter counter) {
        if (tp.sackOk && tp.net.settings.dsack) {
            tp.output.cameTwice(start, end);
            tp.net.counters.add(counter);
        }
    }

    /** An answer to what may be forged, not too often (RFC 5961). */
    private void challenge() {
        long now = tp.net.nowNs();
        if (now - lastChallengeNs < ChallengeAcks.EACH_NS && lastChallengeNs != 0) {
            return;
        }
        lastChallengeNs = now;
        if (tp.net.tcp.challenges.allowed()) {
            tp.output.sendAck();
        }
    }

    // --- segments ---

    void segment(SkBuff skb, TcpHeader h) {
        tp.stats.segmentsIn++;
        boolean kept = tp.state() == InetConst.TCP_SYN_SENT ? synSent(skb, h) : process(skb, h);
        if (!kept) {
            skb.release();
        }
    }

    /** In state SYN_SENT (RFC 9293, 3.10.7.3). @return true if the packet was kept */
    private boolean synSent(SkBuff skb, TcpHeader h) {
        if (h.has(TcpHeader.ACK)) {
            if (!Seq.after(h.ack, tp.iss) || Seq.after(h.ack, tp.sndNxt)) {
                tp.net.tcp.refuse(skb, h);
                return false;
            }
            if (h.has(TcpHeader.RST)) {
                tp.fail(Errno.ECONNREFUSED);
                return false;
            }
        } else if (h.has(TcpHeader.RST)) {
            return false;
        }
        if (!h.has(TcpHeader.SYN)) {
            return false;
        }
        learnOptions(h);
        if (h.has(TcpHeader.ACK)) {
            tp.sndUna = h.ack;
            tp.stats.lastAckReceivedNs = tp.net.nowNs();
            if (tp.timers.retransmits == 0) {
                tp.rtt.sample(tp.net.nowNs() - tp.lastSendNs, tp.net.nowNs());
            } else {
                tp.rtt.restart();
                tp.cwnd = 1;
            }
            tp.timers.progress();
            tp.timers.rearm();
            tp.established();
            quickAcks = 2;
            tp.output.sendAck();
            tp.output.push(false);
            return false;
        }
        // Both sides have called at the same time (RFC 9293, 3.5, figure 7).
        tp.setState(InetConst.TCP_SYN_RECV);
        tp.sndNxt = tp.iss;
        tp.output.sendSyn();
        return false;
    }

    private void learnOptions(TcpHeader h) {
        tp.irs = h.seq;
        tp.rcvNxt = h.seq + 1;
        tp.rcvWup = tp.rcvNxt;
        tp.copiedSeq = tp.rcvNxt;
        tp.sndWl1 = h.seq;
        tp.sndWnd = h.window;
        tp.maxWindow = h.window;
        tp.peerMss = h.mss == 0 ? DEFAULT_MSS : Math.max(MIN_MSS, h.mss);
        tp.sackOk &= h.sackPermitted;
        tp.stamped &= h.hasTimestamp;
        if (h.scale >= 0 && tp.net.settings.windowScaling) {
            tp.sndScale = h.scale;
        } else {
            tp.sndScale = 0;
            tp.rcvScale = 0;
        }
        if (tp.stamped) {
            tp.tsRecent = h.tsValue;
            tp.tsRecentNs = tp.net.nowNs();
        }
    }

    /** In all synchronized states, and SYN_RECV. @return true if the packet was kept */
    private boolean process(SkBuff skb, TcpHeader h) {
        if (tp.state() == InetConst.TCP_CLOSE) {
            tp.net.tcp.refuse(skb, h);
            return false;
        }
        if (!validate(h)) {
            return false;
        }
        if (!h.has(TcpHeader.ACK)) {
            return false;
        }
        if (!ackState(skb, h)) {
            return false;
        }
        skb.pull(h.length);
        if (h.has(TcpHeader.URG) || tp.urgentPending()) {
            tp.urgent.segment(skb, h);
        }
        return data(skb, h);
    }

    /** Is it in the window, not old, and no reset (RFC 9293, 3.10.7.4; RFC 7323, 5; RFC 5961)? */
    private boolean validate(TcpHeader h) {
        if (tp.stamped && h.hasTimestamp) {
            boolean old =
                    Seq.before(h.tsValue, tp.tsRecent) && tp.net.nowNs() - tp.tsRecentNs < 24L * 86_400_000_000_000L;
            if (old && !h.has(TcpHeader.RST)) {
                tp.net.counters.add(Counter.EXT_PAWS_ESTAB);
                challenge();
                return false;
            }
            if (!old && !Seq.after(h.seq, tp.rcvWup)) {
                tp.tsRecent = h.tsValue;
                tp.tsRecentNs = tp.net.nowNs();
            }
        }
        int end = h.end();
        boolean acceptable = !Seq.before(end, tp.rcvWup) && !Seq.after(h.seq, tp.rcvNxt + tp.receiveWindow());
        if (!acceptable) {
            if (!h.has(TcpHeader.RST)) {
                if (h.has(TcpHeader.SYN)) {
                    tp.net.counters.add(Counter.EXT_TCP_SYN_CHALLENGE);
                    challenge();
                } else if (h.dataLength > 0 || h.has(TcpHeader.FIN)) {
                    duplicateAck(h);
                } else {
                    duplicateAck(h);
                }
            } else if (h.seq == tp.rcvNxt - 1 && tp.finReceived) {
                reset();
            }
            return false;
        }
        if (h.has(TcpHeader.RST)) {
            if (h.seq == tp.rcvNxt) {
                reset();
            } else {
                challenge();
            }
            return false;
        }
        if (h.has(TcpHeader.SYN)) {
            boolean crossing = tp.state() == InetConst.TCP_SYN_RECV
                    && h.has(TcpHeader.ACK)
                    && h.seq + 1 == tp.rcvNxt
                    && h.ack == tp.sndNxt;
            if (!crossing) {
                tp.net.counters.add(Counter.EXT_TCP_SYN_CHALLENGE);
                challenge();
                return false;
            }
        }
        return true;
    }

    private void reset() {
        tp.net.counters.add(Counter.TCP_ESTAB_RESETS);
        switch (tp.state()) {
            case InetConst.TCP_CLOSE_WAIT -> tp.fail(Errno.EPIPE);
            default -> tp.fail(Errno.ECONNRESET);
        }
    }

    /** Takes the acknowledgement and what it means for the state. @return false if the segment is at its end */
    private boolean ackState(SkBuff skb, TcpHeader h) {
        if (tp.state() == InetConst.TCP_SYN_RECV) {
            if (!Seq.between(h.ack, tp.sndUna, tp.sndNxt)) {
                tp.net.tcp.refuse(skb, h);
                return false;
            }
            tp.sndUna = h.ack;
            tp.sndWnd = h.window << (h.has(TcpHeader.SYN) ? 0 : tp.sndScale);
            tp.sndWl1 = h.seq;
            tp.maxWindow = tp.sndWnd;
            tp.stats.lastAckReceivedNs = tp.net.nowNs();
            tp.timers.stopAll();
            tp.timers.progress();
            tp.established();
            if (tp.finQueued) {
                tp.setState(InetConst.TCP_FIN_WAIT1);
            }
            if (h.has(TcpHeader.SYN)) {
                h.seq++;
                h.flags &= ~TcpHeader.SYN;
            }
            tp.output.push(false);
        } else if (!acknowledgement(h)) {
            return false;
        }
        boolean finAcked = tp.finQueued && tp.sndUna == tp.writeSeq;
        switch (tp.state()) {
            case InetConst.TCP_FIN_WAIT1 -> {
                if (finAcked) {
                    return finWait2(skb, h);
                }
            }
            case InetConst.TCP_CLOSING -> {
                if (finAcked) {
                    tp.timeWait();
                    return false;
                }
            }
            case InetConst.TCP_LAST_ACK -> {
                if (finAcked) {
                    tp.finish();
                    return false;
                }
            }
            default -> {}
        }
        return true;
    }

    private boolean finWait2(SkBuff skb, TcpHeader h) {
        tp.setState(InetConst.TCP_FIN_WAIT2);
        tp.sendShut = true;
        if (!tp.orphan) {
            tp.wakeAll();
            return true;
        }
        if (h.dataLength > 0 && Seq.after(h.end() - (h.flags & TcpHeader.FIN), tp.rcvNxt)) {
            tp.net.counters.add(Counter.EXT_TCP_ABORT_ON_DATA);
            tp.output.sendReset();
            tp.finish();
            return false;
        }
        if (!h.has(TcpHeader.FIN)) {
            tp.lingerInFinWait2();
            return false;
        }
        return true;
    }

    // --- acknowledgements ---

    /** @return false if the segment is to be dropped */
    private boolean acknowledgement(TcpHeader h) {
        int ack = h.ack;
        if (Seq.before(ack, tp.sndUna)) {
            if (Seq.before(ack, tp.sndUna - tp.maxWindow)) {
                challenge();
                return false;
            }
            if (tp.sackOk && h.sackCount > 0) {
                tp.loss.undo.duplicate(h, tp.sndUna);
                afterAck(h, 0, tp.loss.sacks(h, tp.net.nowNs()), false);
            }
            return true;
        }
        if (Seq.after(ack, tp.sndNxt)) {
            challenge();
            return false;
        }
        long now = tp.net.nowNs();
        tp.stats.lastAckReceivedNs = now;
        int window = h.window << tp.sndScale;
        boolean windowSame = window == tp.sndWnd;
        boolean progress = Seq.after(ack, tp.sndUna);
        if (progress || Seq.after(h.seq, tp.sndWl1) || h.seq == tp.sndWl1 && (window > tp.sndWnd || window == 0)) {
            tp.sndWnd = window;
            tp.sndWl1 = h.seq;
            tp.maxWindow = Math.max(tp.maxWindow, window);
        }
        boolean twice = tp.sackOk && tp.loss.undo.duplicate(h, tp.sndUna);
        boolean duplicate = !progress
                && !twice
                && windowSame
                && h.dataLength == 0
                && !h.has(TcpHeader.FIN)
                && tp.sendQueue.packetsOut > 0;
        int acked = progress ? clean(h, now) : 0;
        int sacked = tp.sackOk && h.sackCount > 0 ? tp.loss.sacks(h, now) : 0;
        if (h.dataLength == 0 && !progress) {
            tp.net.counters.add(Counter.EXT_TCP_PURE_ACKS);
        }
        afterAck(h, acked, sacked, duplicate);
        return true;
    }

    private void afterAck(TcpHeader h, int acked, int sacked, boolean duplicate) {
        if (tp.sendQueue.unsent != null && tp.sndWnd > 0) {
            tp.timers.stopProbing();
        }
        if (acked > 0 || sacked > 0) {
            tp.timers.rearm();
        }
        tp.loss.acknowledged(h, acked, sacked, duplicate, tp.net.nowNs());
        if (acked > 0) {
            tp.buffers.growSend();
            tp.wakeWriters();
        }
        if (tp.sendQueue.unsent != null || tp.sendQueue.lostOut > 0) {
            tp.output.push(false);
        }
    }

    /** Removes what has been acknowledged (tcp_clean_rtx_queue). @return segments */
    private int clean(TcpHeader h, long now) {
        int ack = h.ack;
        int acked = 0;
        long sentNs = 0;
        boolean again = false;
        tp.stats.bytesAcked += ack - tp.sndUna;
        while (true) {
            TcpSegment s = tp.sendQueue.first;
            if (s == null || s == tp.sendQueue.unsent || Seq.after(s.end(), ack)) {
                break;
            }
            again |= s.everRetransmitted;
            if (!s.is(TcpSegment.SACKED)) {
                tp.loss.delivered(s, now);
                if (sentNs == 0 && !s.everRetransmitted) {
                    sentNs = s.sentNs;
                }
            }
            acked++;
            tp.sendQueue.removeFirst();
        }
        TcpSegment first = tp.sendQueue.first;
        if (first != null && Seq.before(first.seq, ack)) {
            tp.sendQueue.trimFirst(ack - first.seq);
        }
        tp.sndUna = ack;
        if (tp.urgentMode && !Seq.before(ack, tp.sndUp)) {
            tp.urgentMode = false;
        }
        if (sentNs != 0 && !again) {
            tp.rtt.sample(now - sentNs, now);
        } else if (tp.stamped && h.hasTimestamp && h.tsEcho != 0) {
            long ms = Math.max(1, tp.clock() - h.tsEcho);
            tp.rtt.coarseSample(ms * TcpRtt.MS);
        }
        tp.timers.progress();
        tp.softError = null;
        return Math.max(acked, 1);
    }

    // --- data ---

    /** The packet starts with its data. @return true if it was kept */
    private boolean data(SkBuff skb, TcpHeader h) {
        int length = skb.length();
        boolean fin = h.has(TcpHeader.FIN);
        if (length == 0 && !fin) {
            if (ackNow) {
                acknowledge();
            }
            return false;
        }
        int end = h.seq + length + (fin ? 1 : 0);
        if (tp.in(InetConst.TCP_CLOSE_WAIT, InetConst.TCP_CLOSING, InetConst.TCP_LAST_ACK, InetConst.TCP_CLOSE)) {
            if (Seq.before(h.seq, tp.rcvNxt)) {
                duplicateAck(h);
            }
            return false;
        }
        boolean unwanted = tp.receiveShut
                && tp.in(InetConst.TCP_FIN_WAIT1, InetConst.TCP_FIN_WAIT2)
                && Seq.after(end - (fin ? 1 : 0), tp.rcvNxt)
                && length > 0;
        if (unwanted) {
            tp.net.counters.add(Counter.EXT_TCP_ABORT_ON_DATA);
            tp.output.sendReset();
            tp.fail(Errno.ECONNRESET);
            return false;
        }
        if (!Seq.after(end, tp.rcvNxt)) {
            duplicateAck(h); // it has been here before
            return false;
        }
        if (!Seq.before(h.seq, tp.rcvNxt + tp.receiveWindow()) && tp.receiveWindow() == 0 && length > 0) {
            tp.net.counters.add(Counter.EXT_TCP_RCV_Q_DROP);
            duplicateAck(h);
            return false;
        }
        if (!makeRoom(length)) {
            tp.net.counters.add(Counter.EXT_TCP_RCV_Q_DROP);
            duplicateAck(h);
            return false;
        }
        skb.sequence = h.seq;
        skb.endSequence = end;
        skb.finFlag = fin;
        if (Seq.after(h.seq, tp.rcvNxt)) {
            tp.net.counters.add(Counter.EXT_TCP_OFO_QUEUE);
            tp.stats.outOfOrder++;
            if (!tp.receiveQueue.addEarly(skb)) {
                cameTwice(h.seq, end, Counter.EXT_TCP_DSACK_OFO_SENT);
            }
            ackNow = true;
            acknowledge();
            return true;
        }
        inOrder(skb, length);
        return true;
    }

    private boolean makeRoom(int length) {
        int limit = tp.options.receiveBuffer;
        if (tp.receiveQueue.charged + length <= limit) {
            return true;
        }
        if (tp.receiveQueue.hasEarly()) {
            tp.receiveQueue.prune(Math.max(0, limit - length));
            tp.net.counters.add(Counter.EXT_TCP_OFO_DROP);
        }
        // What a window has promised is taken, though headers cost more than was thought.
        return tp.receiveQueue.charged + length <= 2L * limit + 65536;
    }

    private void inOrder(SkBuff first, int length) {
        measure(length);
        boolean filled = tp.receiveQueue.hasEarly();
        boolean gotFin = take(first);
        SkBuff next;
        while (!gotFin && (next = tp.receiveQueue.pollEarly(tp.rcvNxt)) != null) {
            if (!Seq.after(next.endSequence, tp.rcvNxt)) {
                next.release();
            } else {
                gotFin = take(next);
            }
        }
        if (filled) {
            ackNow = true;
        }
        if (gotFin) {
            finReceived();
            return;
        }
        wakeReaders();
        acknowledge();
    }

    /** @return true if it had the FIN */
    private boolean take(SkBuff skb) {
        int before = tp.rcvNxt - skb.sequence;
        boolean fin = skb.finFlag;
        if (before > 0) {
            skb.drop(Math.min(before, skb.length()));
        }
        int length = skb.length();
        tp.rcvNxt = skb.endSequence;
        tp.stats.bytesReceived += length;
        if (length > 0) {
            tp.receiveQueue.addReady(skb);
        } else {
            skb.release();
        }
        return fin;
    }

    private void measure(int length) {
        if (length <= 0) {
            return;
        }
        long now = tp.net.nowNs();
        if (tp.stats.dataSegmentsIn == 0) {
            quickAcks = QUICK_ACKS;
        } else if (now - tp.stats.lastDataReceivedNs > tp.rtt.rtoNs(0)) {
            quickAcks = Math.max(quickAcks, 2);
        }
        tp.stats.dataSegmentsIn++;
        tp.stats.lastDataReceivedNs = now;
        receiveMss = Math.max(receiveMss, length);
    }

    private void wakeReaders() {
        int there = tp.rcvNxt - tp.copiedSeq;
        if (there >= tp.options.receiveLowWater || tp.finReceived) {
            tp.readers.wake(Poll.POLLIN | Poll.POLLRDNORM);
        }
    }

    /** The other side sends no more (tcp_fin). */
    private void finReceived() {
        tp.finReceived = true;
        tp.receiveShut = true;
        tp.receiveQueue.purgeEarly();
        switch (tp.state()) {
            case InetConst.TCP_SYN_RECV, InetConst.TCP_ESTABLISHED -> {
                tp.setState(InetConst.TCP_CLOSE_WAIT);
                tp.output.sendAck();
                tp.wakeEnd();
            }
            case InetConst.TCP_FIN_WAIT1 -> {
                tp.setState(InetConst.TCP_CLOSING);
                tp.output.sendAck();
                tp.wakeEnd();
            }
            case InetConst.TCP_FIN_WAIT2 -> {
                tp.output.sendAck();
                tp.timeWait();
                tp.wakeEnd();
            }
            default -> {}
        }
    }
}
