package umlaut.net.tcp;

import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.net.core.Counter;
import umlaut.net.core.NetTimer;

/** What time does to a connection (Linux: net/ipv4/tcp_timer.c). Guarded by the namespace's lock. */
final class TcpTimers {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long DELAYED_NS = 40 * TcpRtt.MS;
    private static final int ORPHAN_RETRIES = 8;

    /** What the retransmission timer is for. */
    private enum Pending {
        NONE,
        RETRANSMIT,
        PROBE,
        LOSS_PROBE,
        REORDERING
    }

    private final TcpSock tp;
    private final NetTimer retransmit;
    private final NetTimer delayedAck;
    private final NetTimer keepalive;
    private Pending pending = Pending.NONE;
    int retransmits;
    int backoff;
    int probes;
    private int keepProbes;
    private long firstTimeoutNs;

    TcpTimers(TcpSock tp) {
        this.tp = tp;
        this.retransmit = tp.net.timers.create(this::retransmitDue);
        this.delayedAck = tp.net.timers.create(this::delayedAckDue);
        this.keepalive = tp.net.timers.create(this::keepaliveDue);
    }

    private long now() {
        return tp.net.nowNs();
    }

    void stopAll() {
        pending = Pending.NONE;
        retransmit.stop();
        delayedAck.stop();
        keepalive.stop();
    }

    /** See {@link TcpSock#timerState}. */
    long[] show() {
        int kind = pending == Pending.NONE ? keepalive.isSet() ? 2 : 0 : pending == Pending.PROBE ? 4 : 1;
        NetTimer shown = kind == 2 ? keepalive : retransmit;
        long left = kind == 0 ? 0 : Math.max(0, shown.deadlineNs() - now());
        return new long[] {kind, left, retransmits, probes};
    }

    // --- retransmission ---

    /** Something has been sent or acknowledged: sets the timer anew, or stops it when nothing is on its way (RFC 6298, 5). */
    void rearm() {
        if (tp.sendQueue.packetsOut == 0) {
            if (pending != Pending.PROBE) {
                pending = Pending.NONE;
                retransmit.stop();
            }
            return;
        }
        pending = Pending.RETRANSMIT;
        retransmit.set(now() + tp.rtt.rtoNs(backoff));
    }

    /** Data has been sent: unless a timer for it runs already. */
    void sent() {
        if (pending == Pending.NONE || pending == Pending.PROBE) {
            rearm();
        }
    }

    /** A loss probe instead of the timeout (RFC 8985, 7). */
    void setLossProbe(long delayNs) {
        long timeout = now() + tp.rtt.rtoNs(backoff);
        pending = Pending.LOSS_PROBE;
        retransmit.set(Math.min(now() + delayNs, timeout));
    }

    boolean lossProbeSet() {
        return pending == Pending.LOSS_PROBE;
    }

    void setReordering(long delayNs) {
        pending = Pending.REORDERING;
        retransmit.set(now() + delayNs);
    }

    void setSyn() {
        pending = Pending.RETRANSMIT;
        retransmit.set(now() + Math.min(TcpRtt.MAX_NS, SECOND_NS << Math.min(retransmits, 7)));
    }

    /** New data has been acknowledged. */
    void progress() {
        retransmits = 0;
        backoff = 0;
        probes = 0;
        firstTimeoutNs = 0;
    }

    private void retransmitDue() {
        Pending what = pending;
        pending = Pending.NONE;
        switch (what) {
            case RETRANSMIT -> timeout();
            case PROBE -> windowProbe();
            case LOSS_PROBE -> tp.loss.sendProbe();
            case REORDERING -> tp.loss.reorderingDue();
            case NONE -> {}
        }
    }

    private void timeout() {
        if (tp.state() == InetConst.TCP_SYN_SENT) {
            int limit = tp.tcpOptions.synCount > 0 ? tp.tcpOptions.synCount : tp.net.settings.synRetries;
            if (retransmits >= limit || userTimeoutPassed()) {
                expire();
                return;
            }
            noteTimeout();
            tp.output.sendSyn();
            return;
        }
        if (tp.sendQueue.packetsOut == 0) {
            return;
        }
        int limit = tp.orphan ? orphanRetries() : tp.net.settings.retries2;
        if (retransmits >= limit || userTimeoutPassed()) {
            expire();
            return;
        }
        noteTimeout();
        tp.net.counters.add(Counter.EXT_TCP_TIMEOUTS);
        if (retransmits == tp.net.settings.retries1 + 1) {
            tp.setWay(null); // another way may be better
        }
        tp.loss.enterLoss();
        backoff++;
        tp.output.retransmitLost();
        pending = Pending.RETRANSMIT;
        retransmit.set(now() + tp.rtt.rtoNs(backoff));
    }

    private void noteTimeout() {
        if (firstTimeoutNs == 0) {
            firstTimeoutNs = now();
        }
        retransmits++;
    }

    private int orphanRetries() {
        return tp.net.settings.orphanRetries > 0 ? tp.net.settings.orphanRetries : ORPHAN_RETRIES;
    }

    private boolean userTimeoutPassed() {
        long limit = tp.tcpOptions.userTimeoutMs * TcpRtt.MS;
        return limit > 0 && firstTimeoutNs != 0 && now() - firstTimeoutNs >= limit;
    }

    /** The other side has not answered for too long. */
    private void expire() {
        tp.net.counters.add(Counter.EXT_TCP_ABORT_ON_TIMEOUT);
        Errno soft = tp.softError;
        tp.fail(soft == null ? Errno.ETIMEDOUT : soft);
    }

    // --- a closed window ---

    /** There is data to send and no window, and nothing on its way whose acknowledgement would open it (RFC 9293, 3.8.6.1). */
    void startProbing() {
        if (pending == Pending.NONE) {
            pending = Pending.PROBE;
            retransmit.set(now() + Math.max(200 * TcpRtt.MS, tp.rtt.rtoNs(backoff)));
        }
    }

    /** The window has opened. */
    void stopProbing() {
        if (pending == Pending.PROBE) {
            pending = Pending.NONE;
            retransmit.stop();
            backoff = 0;
            probes = 0;
        }
    }

    private void windowProbe() {
        if (tp.sendQueue.packetsOut > 0 || tp.sendQueue.unsent == null) {
            probes = 0;
            return;
        }
        int limit = tp.orphan ? orphanRetries() : tp.net.settings.retries2;
        if (probes >= limit || userTimeoutPassed()) {
            expire();
            return;
        }
        noteProbe();
        if (tp.output.probeWindow()) {
            pending = Pending.PROBE;
            backoff = Math.min(backoff + 1, 16);
            retransmit.set(now() + Math.max(200 * TcpRtt.MS, tp.rtt.rtoNs(backoff)));
        }
    }

    private void noteProbe() {
        probes++;
        if (firstTimeoutNs == 0) {
            firstTimeoutNs = now();
        }
    }

    // --- acknowledgements ---

    void delayAck() {
        if (!delayedAck.isSet()) {
            delayedAck.set(now() + DELAYED_NS);
        }
    }

    void ackSent() {
        delayedAck.stop();
    }

    boolean ackDelayed() {
        return delayedAck.isSet();
    }

    private void delayedAckDue() {
        if (!tp.in(InetConst.TCP_CLOSE, InetConst.TCP_LISTEN)) {
            tp.net.counters.add(Counter.EXT_DELAYED_ACKS);
            tp.input.leavePingPong();
            tp.output.sendAck();
        }
    }

    // --- keepalive (RFC 9293, 3.8.4) ---

    void established() {
        retransmits = 0;
        keepProbes = 0;
        setKeepalive();
    }

    /** SO_KEEPALIVE or its times have been set. */
    void setKeepalive() {
        boolean wanted = tp.options.isOn(SockConst.SO_KEEPALIVE)
                && !tp.in(InetConst.TCP_CLOSE, InetConst.TCP_LISTEN, InetConst.TCP_SYN_SENT);
        if (wanted) {
            keepalive.set(now() + tp.tcpOptions.keepIdleSeconds() * SECOND_NS);
        } else {
            keepalive.stop();
        }
    }

    private void keepaliveDue() {
        boolean wanted = tp.options.isOn(SockConst.SO_KEEPALIVE)
                && !tp.in(InetConst.TCP_CLOSE, InetConst.TCP_LISTEN, InetConst.TCP_SYN_SENT);
        if (!wanted) {
            return;
        }
        long idle = tp.tcpOptions.keepIdleSeconds() * SECOND_NS;
        if (tp.sendQueue.packetsOut > 0 || tp.sendQueue.unsent != null) {
            keepalive.set(now() + idle);
            return;
        }
        long last = Math.max(tp.stats.lastAckReceivedNs, tp.stats.lastDataReceivedNs);
        long quiet = now() - last;
        if (quiet < idle) {
            keepProbes = 0;
            keepalive.set(last + idle);
            return;
        }
        long userLimit = tp.tcpOptions.userTimeoutMs * TcpRtt.MS;
        boolean over = userLimit > 0 ? quiet >= userLimit && keepProbes > 0 : keepProbes >= tp.tcpOptions.keepCount();
        if (over) {
            tp.output.sendReset();
            expire();
            return;
        }
        keepProbes++;
        tp.output.sendProbe();
        keepalive.set(now() + tp.tcpOptions.keepIntervalSeconds() * SECOND_NS);
    }
}
