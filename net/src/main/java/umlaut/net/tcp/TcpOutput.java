package umlaut.net.tcp;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Counter;
import umlaut.net.core.DataChunk;
import umlaut.net.core.SkBuff;
import umlaut.net.ip.IpOutput;

/** Segments that go out: when, which, and with what header (RFC 9293, 3.8, 3.10.2; Linux: net/ipv4/tcp_output.c). Guarded by the namespace's lock. */
final class TcpOutput {
    private static final int SACK_MAX = 3;
    private static final long IDLE_RESTART_NS = 200 * TcpRtt.MS;

    private final TcpSock tp;
    private final int[] sackStarts = new int[4];
    private final int[] sackEnds = new int[4];
    /** The most that was on its way since the window was last full. */
    int maxInFlight;
    /** Sequence behind the last segment that was smaller than it might have been (Minshall's Nagle). */
    private int smallEnd;

    private boolean smallOut;
    /** What has come twice, until that has been told; an empty range: nothing. */
    private int twiceStart, twiceEnd;

    TcpOutput(TcpSock tp) {
        this.tp = tp;
    }

    // --- deciding ---

    /** The largest segment's data, from the way's MTU and what both sides allow. */
    void syncMss() {
        int mtu;
        try {
            mtu = Math.min(65535, tp.way().mtu(tp.net));
        } catch (ErrnoException e) {
            // No way now: what is known stays.
            return;
        }
        int headers = (tp.remote.isV4() ? 20 : 40) + TcpHeader.SIZE;
        int limit = Math.min(mtu - headers, tp.peerMss);
        if (tp.tcpOptions.maxSegment > 0) {
            limit = Math.min(limit, tp.tcpOptions.maxSegment);
        }
        tp.mss = Math.max(48, limit - (tp.stamped ? 12 : 0));
    }

    void pathMtuShrunk() {
        int before = tp.mss;
        syncMss();
        if (tp.mss < before && tp.sendQueue.packetsOut > 0) {
            for (TcpSegment s = tp.sendQueue.first; s != null && s != tp.sendQueue.unsent; s = s.next) {
                if (!s.is(TcpSegment.SACKED)) {
                    tp.sendQueue.clear(s, TcpSegment.RETRANSMITTED);
                    tp.sendQueue.mark(s, TcpSegment.LOST);
                }
            }
            retransmitLost();
            tp.timers.rearm();
        }
    }

    /**
     * Sends what may be sent.
     *
     * @param more the program has said that more will follow
     */
    void push(boolean more) {
        if (!tp.in(
                InetConst.TCP_ESTABLISHED,
                InetConst.TCP_CLOSE_WAIT,
                InetConst.TCP_FIN_WAIT1,
                InetConst.TCP_LAST_ACK,
                InetConst.TCP_CLOSING)) {
            return;
        }
        boolean sent = false;
        if (tp.sendQueue.lostOut > tp.sendQueue.retransOut) {
            retransmitLost();
        }
        restartAfterIdle();
        for (TcpSegment s; (s = tp.sendQueue.unsent) != null; ) {
            if (tp.sendQueue.inFlight() >= tp.cwnd) {
                break;
            }
            int room = tp.sndUna + tp.sndWnd - s.seq;
            int limit = Math.min(tp.mss, room);
            if (limit <= 0 && s.length > 0) {
                break;
            }
            if (s.length == 0 && room < 0) {
                break;
            }
            if (s.length > limit) {
                if (limit < tp.mss && tp.sendQueue.packetsOut > 0 && limit < tp.maxWindow / 2) {
                    break; // wait for a window worth filling (RFC 9293, 3.8.6.2.1)
                }
                tp.sendQueue.split(s, limit);
            }
            if (held(s, more)) {
                break;
            }
            sendNew(s);
            sent = true;
        }
        maxInFlight = sent ? Math.max(tp.sendQueue.inFlight(), maxInFlight >> 1) : maxInFlight;
        if (sent) {
            tp.timers.sent();
            tp.loss.scheduleProbe();
        } else if (tp.sendQueue.packetsOut == 0 && tp.sendQueue.unsent != null && !heldBack(more)) {
            tp.timers.startProbing();
        }
    }

    private boolean heldBack(boolean more) {
        TcpSegment s = tp.sendQueue.unsent;
        return s != null && tp.sndUna + tp.sndWnd - s.end() >= 0 && held(s, more);
    }

    /** Nagle's algorithm and TCP_CORK (RFC 9293, 3.7.4; RFC 1122, 4.2.3.4). */
    private boolean held(TcpSegment s, boolean more) {
        if (s.length >= tp.mss || (s.flags & TcpHeader.FIN) != 0 || s.next != null || tp.urgentMode) {
            return false;
        }
        if (tp.cork || more && s == tp.sendQueue.last) {
            return true;
        }
        boolean small = smallOut && Seq.after(smallEnd, tp.sndUna);
        return !tp.noDelay && tp.sendQueue.packetsOut > 0 && small;
    }

    /** After a pause the window is not to be trusted (RFC 2861, RFC 7661). */
    private void restartAfterIdle() {
        long now = tp.net.nowNs();
        boolean idle = tp.sendQueue.packetsOut == 0
                && tp.lastSendNs != 0
                && now - tp.lastSendNs > Math.max(IDLE_RESTART_NS, tp.rtt.rtoNs(0))
                && tp.net.settings.slowStartAfterIdle;
        if (idle && tp.sendQueue.unsent != null) {
            long rto = tp.rtt.rtoNs(0);
            int least = Math.min(TcpSock.INITIAL_WINDOW, tp.cwnd);
            for (long gap = now - tp.lastSendNs; gap > rto && tp.cwnd > least; gap -= rto) {
                tp.cwnd = Math.max(least, tp.cwnd >> 1);
            }
            tp.lastSendNs = now;
        }
    }

    private void sendNew(TcpSegment s) {
        tp.sendQueue.sent(s);
        s.deliveredThen = tp.stats.delivered;
        if (s.length > 0 && s.length < tp.mss) {
            smallOut = true;
            smallEnd = s.end();
        }
        transmit(s);
        tp.sndNxt = Seq.max(tp.sndNxt, s.end());
        tp.stats.bytesSent += s.length;
        tp.loss.sentInRecovery();
    }

    /** For a loss probe: one segment of new data if there is any and the window allows. */
    boolean sendOneNew() {
        TcpSegment s = tp.sendQueue.unsent;
        if (s == null || Seq.after(s.end(), tp.sndUna + tp.sndWnd)) {
            return false;
        }
        sendNew(s);
        return true;
    }

    // --- again ---

    /** Sends lost segments again, as the window allows. */
    void retransmitLost() {
        for (TcpSegment s = tp.sendQueue.first; s != null && s != tp.sendQueue.unsent; s = s.next) {
            if (tp.sendQueue.inFlight() >= tp.cwnd) {
                return;
            }
            if (s.is(TcpSegment.LOST) && !s.is(TcpSegment.RETRANSMITTED) && !s.is(TcpSegment.SACKED)) {
                retransmit(s);
                if (tp.loss.mode != TcpLoss.Mode.LOSS) {
                    tp.net.counters.add(Counter.EXT_TCP_FAST_RETRANS);
                }
                tp.loss.sentInRecovery();
            }
        }
    }

    void retransmit(TcpSegment s) {
        if (Seq.before(s.seq, tp.sndUna) && s == tp.sendQueue.first) {
            tp.sendQueue.trimFirst(tp.sndUna - s.seq);
        }
        int room = tp.sndUna + Math.max(tp.sndWnd, 1) - s.seq;
        if (s.length > tp.mss) {
            tp.sendQueue.split(s, tp.mss);
        }
        if (room < s.length && room > 0 && tp.sndWnd > 0) {
            tp.sendQueue.split(s, room);
        }
        s.everRetransmitted = true;
        tp.loss.undo.retransmitted();
        if (s.is(TcpSegment.LOST)) {
            tp.sendQueue.mark(s, TcpSegment.RETRANSMITTED);
        }
        tp.stats.totalRetransmits++;
        tp.stats.bytesRetransmitted += s.length;
        tp.net.counters.add(Counter.TCP_RETRANS_SEGS);
        transmit(s);
    }

    // --- single segments ---

    void sendSyn() {
        byte[] options = new byte[40];
        boolean scaled = tp.rcvScale > 0 || tp.net.settings.windowScaling;
        int length = synOptions(options, 0, tp.advMss, tp.stamped, tp.clock(), 0, tp.sackOk, scaled ? tp.rcvScale : -1);
        boolean again = tp.sndNxt != tp.iss;
        tp.sndNxt = tp.iss + 1;
        boolean answering = tp.state() == InetConst.TCP_SYN_RECV;
        int flags = TcpHeader.SYN | (answering ? TcpHeader.ACK : 0);
        if (again) {
            tp.net.counters.add(Counter.TCP_RETRANS_SEGS);
            tp.stats.totalRetransmits++;
        } else {
            tp.lastSendNs = tp.net.nowNs();
        }
        send(flags, tp.iss, answering ? tp.rcvNxt : 0, null, 0, 0, options, length, Math.min(65535, tp.rcvWnd));
        tp.timers.setSyn();
    }

    /** Writes a SYN's options. @param scale -1: none. @return their length */
    static int synOptions(byte[] b, int at, int mss, boolean stamped, int now, int echo, boolean sack, int scale) {
        int i = at;
        Be.put32(b, i, 0x02040000 | mss);
        i += 4;
        if (stamped) {
            Be.put16(b, i, sack ? 0x0402 : 0x0101);
            Be.put16(b, i + 2, 0x080a);
            Be.put32(b, i + 4, now);
            Be.put32(b, i + 8, echo);
            i += 12;
        } else if (sack) {
            Be.put32(b, i, 0x01010402);
            i += 4;
        }
        if (scale >= 0) {
            Be.put32(b, i, 0x01030300 | scale);
            i += 4;
        }
        return i - at;
    }

    void queueFin() {
        tp.finQueued = true;
        TcpSegment tail = tp.sendQueue.last;
        if (tail != null && tp.sendQueue.unsent != null) {
            tail.flags |= TcpHeader.FIN;
        } else {
            TcpSegment fin = new TcpSegment();
            fin.seq = tp.writeSeq;
            fin.flags = TcpHeader.FIN;
            tp.sendQueue.append(fin);
        }
        tp.writeSeq++;
        tp.cork = false;
        push(false);
    }

    void sendAck() {
        if (tp.state() == InetConst.TCP_CLOSE) {
            return;
        }
        send(TcpHeader.ACK, tp.sndNxt, tp.rcvNxt, null, 0, 0, null, 0, -1);
    }

    /** A segment outside the window: the other side answers with an acknowledgement (keepalive, zero window). */
    void sendProbe() {
        send(TcpHeader.ACK, tp.sndUna - 1, tp.rcvNxt, null, 0, 0, null, 0, -1);
    }

    /** Into a closed window: a byte if one fits, else a bare probe. @return false if data could be sent after all */
    boolean probeWindow() {
        TcpSegment s = tp.sendQueue.unsent;
        if (s != null && Seq.before(s.seq, tp.sndUna + tp.sndWnd)) {
            int room = tp.sndUna + tp.sndWnd - s.seq;
            if (s.length > Math.min(room, tp.mss)) {
                tp.sendQueue.split(s, Math.min(room, tp.mss));
            }
            sendNew(s);
            tp.timers.rearm();
            return false;
        }
        sendProbe();
        return true;
    }

    void sendReset() {
        tp.net.counters.add(Counter.TCP_OUT_RSTS);
        tp.sendQueue.purge();
        if (tp.state() != InetConst.TCP_CLOSE && tp.state() != InetConst.TCP_SYN_SENT) {
            send(TcpHeader.RST | TcpHeader.ACK, tp.sndNxt, tp.rcvNxt, null, 0, 0, null, 0, -1);
        }
    }

    private void transmit(TcpSegment s) {
        s.sentNs = tp.net.nowNs();
        tp.lastSendNs = s.sentNs;
        int flags = TcpHeader.ACK | s.flags & (TcpHeader.FIN | TcpHeader.PSH);
        if (s.next == null) {
            flags |= s.length > 0 ? TcpHeader.PSH : 0;
        }
        if (s.length > 0) {
            tp.stats.dataSegmentsOut++;
            tp.stats.lastDataSentNs = s.sentNs;
            tp.input.dataSent(s.sentNs);
        }
        send(flags, s.seq, tp.rcvNxt, s.chunk, s.offset, s.length, null, 0, -1);
    }

    // --- building ---

    private void send(
            int flags,
            int seq,
            int ack,
            @Nullable DataChunk chunk,
            int offset,
            int length,
            byte @Nullable [] options,
            int optionsLength,
            int window) {
        SkBuff skb = SkBuff.allocate(0);
        if (chunk != null && length > 0) {
            skb.attach(chunk.acquire(), offset, length);
        }
        int sacks = 0;
        int room = optionsLength;
        boolean acks = (flags & TcpHeader.ACK) != 0;
        if (options == null && (flags & TcpHeader.SYN) == 0) {
            room = tp.stamped ? 12 : 0;
            sacks = tp.sackOk ? blocks() : 0;
            room += sacks > 0 ? 4 + 8 * sacks : 0;
        }
        int at = skb.push(TcpHeader.SIZE + room);
        byte[] b = skb.head();
        Be.put16(b, at, tp.localPort);
        Be.put16(b, at + 2, tp.remotePort);
        Be.put32(b, at + 4, seq);
        Be.put32(b, at + 8, acks ? ack : 0);
        b[at + 12] = (byte) (TcpHeader.SIZE + room << 2);
        b[at + 13] = (byte) flags;
        Be.put16(b, at + 14, window >= 0 ? window : acks ? selectWindow() : 0);
        Be.put16(b, at + 16, 0);
        Be.put16(b, at + 18, 0);
        if (tp.urgentMode && Seq.after(tp.sndUp, seq) && tp.sndUp - seq <= 0xffff) {
            b[at + 13] |= TcpHeader.URG;
            Be.put16(b, at + 18, tp.sndUp - seq);
        }
        if (options != null) {
            System.arraycopy(options, 0, b, at + TcpHeader.SIZE, optionsLength);
        } else {
            writeOptions(b, at + TcpHeader.SIZE, sacks);
        }
        skb.partialChecksum = 16;
        if (acks) {
            tp.timers.ackSent();
            tp.input.ackSent();
        }
        tp.stats.segmentsOut++;
        tp.net.counters.add(Counter.TCP_OUT_SEGS);
        hand(skb);
    }

    /** A segment has come for the second time: the next acknowledgement tells (RFC 2883). */
    void cameTwice(int start, int end) {
        twiceStart = start;
        twiceEnd = end;
    }

    /** What an acknowledgement tells beside itself. @return how many blocks */
    private int blocks() {
        int first = 0;
        if (twiceStart != twiceEnd) {
            sackStarts[0] = twiceStart;
            sackEnds[0] = twiceEnd;
            twiceEnd = twiceStart;
            first = 1;
        }
        return tp.receiveQueue.hasEarly() ? tp.receiveQueue.sacks(sackStarts, sackEnds, first, SACK_MAX) : first;
    }

    private void writeOptions(byte[] b, int at, int sacks) {
        int i = at;
        if (tp.stamped) {
            Be.put32(b, i, 0x0101080a);
            Be.put32(b, i + 4, tp.clock());
            Be.put32(b, i + 8, tp.tsRecent);
            i += 12;
        }
        if (sacks > 0) {
            Be.put32(b, i, 0x01010500 | 2 + 8 * sacks);
            for (int k = 0; k < sacks; k++) {
                Be.put32(b, i + 4 + 8 * k, sackStarts[k]);
                Be.put32(b, i + 8 + 8 * k, sackEnds[k]);
            }
        }
    }

    private void hand(SkBuff skb) {
        try {
            IpOutput way = tp.way();
            int ttl = tp.ttlFor(tp.remote, way.device());
            if (tp.remote.isV4()) {
                boolean dont = tp.ip.mtuDiscover != InetConst.IP_PMTUDISC_DONT;
                tp.net.ipv4.send(skb, way, tp.local, InetConst.IPPROTO_TCP, tp.ip.tos, ttl, dont, tp.ip.headerOptions);
            } else {
                int flow = Math.max(0, tp.ip.trafficClass) << 20 | tp.flowLabel & 0xfffff;
                tp.net.ipv6.send(skb, way, tp.local, InetConst.IPPROTO_TCP, flow, ttl, true);
            }
        } catch (ErrnoException e) {
            // As if lost on the way: the timers send it again.
            skb.release();
            if (e.errno() == Errno.EMSGSIZE) {
                syncMss();
            } else {
                tp.softError = e.errno();
            }
        }
    }

    // --- the receive window ---

    /** The window to tell, in the units of the header; what has been told is not taken back (RFC 9293, 3.8.6; RFC 7323, 2.4). */
    private int selectWindow() {
        int told = tp.receiveWindow();
        int fresh = freshWindow();
        if (fresh < told) {
            fresh = told + (1 << tp.rcvScale) - 1 & -(1 << tp.rcvScale);
        }
        int most = Math.min(0xffff << tp.rcvScale, 1 << 30);
        fresh = Math.min(fresh, most);
        tp.rcvWnd = fresh;
        tp.rcvWup = tp.rcvNxt;
        return fresh >> tp.rcvScale;
    }

    private int freshWindow() {
        int full = tp.options.receiveBuffer / 2;
        int free = Math.max(0, (tp.options.receiveBuffer - tp.receiveQueue.charged) / 2);
        free = Math.min(free, full);
        if (tp.tcpOptions.windowClamp > 0) {
            free = Math.min(free, tp.tcpOptions.windowClamp);
            full = Math.min(full, tp.tcpOptions.windowClamp);
        }
        int unit = Math.min(tp.input.receiveMss(), full);
        if (free < full / 2 && free < unit) {
            return 0;
        }
        if (tp.rcvScale > 0) {
            int step = 1 << tp.rcvScale;
            return Math.min(free + step - 1 & -step, Integer.MAX_VALUE);
        }
        int window = tp.rcvWnd;
        return window <= free - unit || window > free ? free / unit * unit : window;
    }

    /** Data has been read: tells of the larger window if that is worth a segment (tcp_cleanup_rbuf). */
    void afterRead() {
        if (tp.in(InetConst.TCP_CLOSE, InetConst.TCP_LISTEN, InetConst.TCP_TIME_WAIT)) {
            return;
        }
        boolean due = false;
        if (tp.timers.ackDelayed()) {
            boolean many = tp.rcvNxt - tp.rcvWup > tp.input.receiveMss();
            boolean drained = tp.receiveQueue.ready.isEmpty() && tp.input.ackWhenDrained();
            due = many || drained;
        }
        if (!due && !tp.receiveShut) {
            int told = tp.receiveWindow();
            if (2 * told <= tp.options.receiveBuffer / 2) {
                int fresh = freshWindow();
                due = fresh > 0 && fresh >= 2 * told;
            }
        }
        if (due) {
            sendAck();
        }
    }
}
