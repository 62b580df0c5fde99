package umlaut.net.tcp;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.TcpInfo;
import umlaut.kernel.task.Task;
import umlaut.net.SocketOptions;

/** Options of level IPPROTO_TCP (tcp(7); Linux: do_tcp_setsockopt). */
final class TcpOptions {
    private static final int MAX_IDLE = 32767, MAX_INTERVAL = 32767, MAX_COUNT = 127, MAX_SYN = 127;
    private static final long SECOND_NS = 1_000_000_000L;

    private final TcpSock tp;
    private int keepIdle;
    private int keepInterval;
    private int keepCount;
    int synCount;
    /** TCP_MAXSEG, 0 = not set. */
    int maxSegment;

    int windowClamp;
    long userTimeoutMs;
    int notSentLowWater = -1;
    /** TCP_LINGER2: seconds, 0: the system's, negative: no waiting in FIN_WAIT2. */
    private int linger2;

    private boolean thinTimeouts;
    private boolean inq;
    private boolean saveSyn;
    private int deferAcceptSeconds;

    TcpOptions(TcpSock tp) {
        this.tp = tp;
    }

    void inherit(TcpOptions from) {
        keepIdle = from.keepIdle;
        keepInterval = from.keepInterval;
        keepCount = from.keepCount;
        synCount = from.synCount;
        maxSegment = from.maxSegment;
        windowClamp = from.windowClamp;
        userTimeoutMs = from.userTimeoutMs;
        notSentLowWater = from.notSentLowWater;
        linger2 = from.linger2;
        thinTimeouts = from.thinTimeouts;
    }

    long keepIdleSeconds() {
        return keepIdle > 0 ? keepIdle : tp.net.settings.keepaliveTime;
    }

    long keepIntervalSeconds() {
        return keepInterval > 0 ? keepInterval : tp.net.settings.keepaliveInterval;
    }

    int keepCount() {
        return keepCount > 0 ? keepCount : tp.net.settings.keepaliveProbes;
    }

    /** How long to wait for the peer's FIN when nobody has the socket; negative: not at all. */
    long finWaitNs() {
        if (linger2 < 0) {
            return -1;
        }
        int seconds = linger2 == 0 ? tp.net.settings.finTimeout : Math.min(linger2, 120);
        return seconds * SECOND_NS;
    }

    // --- setting ---

    boolean set(Task task, int name, MemorySegment value) {
        if (name == InetConst.TCP_CONGESTION) {
            setCongestion(task, value);
            return true;
        }
        if (name == InetConst.TCP_ULP) {
            // There is no protocol to put over a connection, TLS for example.
            throw (value.byteSize() == 0 ? Errno.EINVAL : Errno.ENOENT).exception();
        }
        int number = SocketOptions.integer(value);
        tp.net.lock();
        try {
            setNumber(name, number);
        } finally {
            tp.net.unlock();
        }
        return true;
    }

    private void setCongestion(Task task, MemorySegment value) {
        if (value.byteSize() < 1) {
            throw Errno.EINVAL.exception();
        }
        byte[] bytes = Le.getBytes(value, 0, (int) Math.min(15, value.byteSize()));
        String name = new String(bytes, StandardCharsets.ISO_8859_1).split("\0", 2)[0];
        CongestionControl fresh = CongestionControl.of(name);
        boolean allowed = Arrays.asList(tp.net.settings.allowedCongestionControl.split(" "))
                .contains(name);
        if (!allowed && !task.credentials().capable(Capability.CAP_NET_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        tp.net.lock();
        try {
            tp.congestion = fresh;
        } finally {
            tp.net.unlock();
        }
    }

    private static int checked(int number, int low, int high) {
        if (number < low || number > high) {
            throw Errno.EINVAL.exception();
        }
        return number;
    }

    private void setNumber(int name, int number) {
        switch (name) {
            case InetConst.TCP_NODELAY -> {
                tp.noDelay = number != 0;
                if (tp.noDelay) {
                    tp.output.push(false);
                }
            }
            case InetConst.TCP_CORK -> {
                tp.cork = number != 0;
                if (!tp.cork) {
                    boolean was = tp.noDelay;
                    tp.noDelay = true;
                    tp.output.push(false);
                    tp.noDelay = was;
                }
            }
            case InetConst.TCP_MAXSEG -> {
                if (number != 0) {
                    checked(number, 88, 32767);
                }
                maxSegment = number;
            }
            case InetConst.TCP_KEEPIDLE -> {
                keepIdle = checked(number, 1, MAX_IDLE);
                tp.timers.setKeepalive();
            }
            case InetConst.TCP_KEEPINTVL -> keepInterval = checked(number, 1, MAX_INTERVAL);
            case InetConst.TCP_KEEPCNT -> keepCount = checked(number, 1, MAX_COUNT);
            case InetConst.TCP_SYNCNT -> synCount = checked(number, 1, MAX_SYN);
            case InetConst.TCP_LINGER2 -> linger2 = number < 0 ? -1 : number > 120 ? 120 : number;
            case InetConst.TCP_DEFER_ACCEPT -> {
                deferAcceptSeconds = deferred(number);
                tp.deferAcceptNs = deferAcceptSeconds * SECOND_NS;
            }
            case InetConst.TCP_WINDOW_CLAMP -> {
                if (number == 0) {
                    checked(tp.state(), InetConst.TCP_CLOSE, InetConst.TCP_CLOSE);
                    windowClamp = 0;
                } else {
                    windowClamp = Math.max(1152, number);
                }
            }
            case InetConst.TCP_QUICKACK -> tp.input.setQuickAck((number & 1) != 0);
            case InetConst.TCP_USER_TIMEOUT -> userTimeoutMs = checked(number, 0, Integer.MAX_VALUE);
            case InetConst.TCP_NOTSENT_LOWAT -> {
                notSentLowWater = number;
                tp.wakeWriters();
            }
            case InetConst.TCP_THIN_LINEAR_TIMEOUTS -> thinTimeouts = checked(number, 0, 1) != 0;
            case InetConst.TCP_THIN_DUPACK -> checked(number, 0, 1);
            case InetConst.TCP_INQ -> inq = checked(number, 0, 1) != 0;
            case InetConst.TCP_SAVE_SYN -> saveSyn = checked(number, 0, 2) != 0;
            case InetConst.TCP_TIMESTAMP -> throw Errno.EPERM.exception();
            case InetConst.TCP_REPAIR, InetConst.TCP_REPAIR_QUEUE, InetConst.TCP_QUEUE_SEQ ->
                throw Errno.EPERM.exception();
            case InetConst.TCP_FASTOPEN, InetConst.TCP_FASTOPEN_CONNECT, InetConst.TCP_FASTOPEN_NO_COOKIE ->
                throw Errno.EOPNOTSUPP.exception();
            default -> throw Errno.ENOPROTOOPT.exception();
        }
    }

    /** Seconds become retransmissions, and these seconds again (secs_to_retrans, retrans_to_secs). */
    private static int deferred(int seconds) {
        if (seconds <= 0) {
            return 0;
        }
        int period = 1;
        for (int step = 1; seconds > period && step < 255; step++) {
            period += Math.min(120, 1 << Math.min(step, 20));
        }
        return period;
    }

    // --- getting ---

    int get(int name, MemorySegment value) {
        switch (name) {
            case InetConst.TCP_INFO -> {
                tp.net.lock();
                try {
                    return info(value);
                } finally {
                    tp.net.unlock();
                }
            }
            case InetConst.TCP_CONGESTION -> {
                byte[] text = Arrays.copyOf(tp.congestion.name().getBytes(StandardCharsets.ISO_8859_1), 16);
                Le.putBytes(value, 0, text);
                return 16;
            }
            case InetConst.TCP_CC_INFO -> {
                return 0;
            }
            default -> {}
        }
        tp.net.lock();
        try {
            Le.putInt(value, 0, number(name));
            return 4;
        } finally {
            tp.net.unlock();
        }
    }

    private int number(int name) {
        return switch (name) {
            case InetConst.TCP_NODELAY -> tp.noDelay ? 1 : 0;
            case InetConst.TCP_CORK -> tp.cork ? 1 : 0;
            case InetConst.TCP_MAXSEG ->
                maxSegment > 0 && tp.in(InetConst.TCP_CLOSE, InetConst.TCP_LISTEN) ? maxSegment : tp.mss;
            case InetConst.TCP_KEEPIDLE -> (int) keepIdleSeconds();
            case InetConst.TCP_KEEPINTVL -> (int) keepIntervalSeconds();
            case InetConst.TCP_KEEPCNT -> keepCount();
            case InetConst.TCP_SYNCNT -> synCount > 0 ? synCount : tp.net.settings.synRetries;
            case InetConst.TCP_LINGER2 -> linger2 == 0 ? tp.net.settings.finTimeout : linger2;
            case InetConst.TCP_DEFER_ACCEPT -> deferAcceptSeconds;
            case InetConst.TCP_WINDOW_CLAMP -> windowClamp;
            case InetConst.TCP_QUICKACK -> tp.input.pingPong() ? 0 : 1;
            case InetConst.TCP_USER_TIMEOUT -> (int) userTimeoutMs;
            case InetConst.TCP_NOTSENT_LOWAT -> notSentLowWater == -1 ? tp.net.settings.notsentLowat : notSentLowWater;
            case InetConst.TCP_THIN_LINEAR_TIMEOUTS -> thinTimeouts ? 1 : 0;
            case InetConst.TCP_THIN_DUPACK -> 0;
            case InetConst.TCP_INQ -> inq ? 1 : 0;
            case InetConst.TCP_SAVE_SYN -> saveSyn ? 1 : 0;
            case InetConst.TCP_FASTOPEN, InetConst.TCP_FASTOPEN_CONNECT, InetConst.TCP_FASTOPEN_NO_COOKIE -> 0;
            case InetConst.TCP_TIMESTAMP -> tp.clock();
            case InetConst.TCP_REPAIR -> 0;
            case InetConst.TCP_IS_MPTCP -> 0;
            default -> throw Errno.ENOPROTOOPT.exception();
        };
    }

    boolean wantsInq() {
        return inq;
    }

    int info(MemorySegment v) {
        Le.clear(v, 0, TcpInfo.SIZE);
        TcpStats s = tp.stats;
        long now = tp.net.nowNs();
        Le.putByte(v, TcpInfo.TCPI_STATE, tp.state());
        Le.putByte(v, TcpInfo.TCPI_CA_STATE, tp.loss.shown());
        Le.putByte(v, TcpInfo.TCPI_RETRANSMITS, tp.timers.retransmits);
        Le.putByte(v, TcpInfo.TCPI_PROBES, tp.timers.probes);
        Le.putByte(v, TcpInfo.TCPI_BACKOFF, tp.timers.backoff);
        boolean scaled = tp.sndScale > 0 || tp.rcvScale > 0;
        Le.putByte(v, TcpInfo.TCPI_OPTIONS, (tp.stamped ? 1 : 0) | (tp.sackOk ? 2 : 0) | (scaled ? 4 : 0));
        Le.putByte(v, TcpInfo.TCPI_OPTIONS + 1, tp.sndScale | tp.rcvScale << 4);
        Le.putInt(v, TcpInfo.TCPI_RTO, (int) (tp.rtt.rtoNs(tp.timers.backoff) / 1000));
        Le.putInt(v, TcpInfo.TCPI_ATO, 40_000);
        Le.putInt(v, TcpInfo.TCPI_SND_MSS, tp.mss);
        Le.putInt(v, TcpInfo.TCPI_RCV_MSS, tp.input.receiveMss());
        int[] queue = tp.acceptQueue();
        boolean listening = tp.state() == InetConst.TCP_LISTEN;
        Le.putInt(v, TcpInfo.TCPI_UNACKED, listening ? queue[0] : tp.sendQueue.packetsOut);
        Le.putInt(v, TcpInfo.TCPI_SACKED, listening ? queue[1] : tp.sendQueue.sackedOut);
        Le.putInt(v, TcpInfo.TCPI_LOST, tp.sendQueue.lostOut);
        Le.putInt(v, TcpInfo.TCPI_RETRANS, tp.sendQueue.retransOut);
        Le.putInt(v, TcpInfo.TCPI_LAST_DATA_SENT, ms(now - s.lastDataSentNs));
        Le.putInt(v, TcpInfo.TCPI_LAST_DATA_RECV, ms(now - s.lastDataReceivedNs));
        Le.putInt(v, TcpInfo.TCPI_LAST_ACK_RECV, ms(now - s.lastAckReceivedNs));
        Le.putInt(v, TcpInfo.TCPI_PMTU, tp.mss + 40 + (tp.stamped ? 12 : 0));
        Le.putInt(v, TcpInfo.TCPI_RCV_SSTHRESH, tp.buffers.initialWindow());
        Le.putInt(v, TcpInfo.TCPI_RTT, (int) (tp.rtt.smoothedNs() / 1000));
        Le.putInt(v, TcpInfo.TCPI_RTTVAR, (int) (tp.rtt.variationNs() / 1000));
        Le.putInt(v, TcpInfo.TCPI_SND_SSTHRESH, tp.ssthresh);
        Le.putInt(v, TcpInfo.TCPI_SND_CWND, tp.cwnd);
        Le.putInt(v, TcpInfo.TCPI_ADVMSS, tp.advMss);
        Le.putInt(v, TcpInfo.TCPI_REORDERING, tp.net.settings.reordering);
        Le.putInt(v, TcpInfo.TCPI_RCV_SPACE, tp.buffers.initialWindow());
        Le.putInt(v, TcpInfo.TCPI_TOTAL_RETRANS, s.totalRetransmits);
        Le.putLong(v, TcpInfo.TCPI_PACING_RATE, -1);
        Le.putLong(v, TcpInfo.TCPI_MAX_PACING_RATE, -1);
        Le.putLong(v, TcpInfo.TCPI_BYTES_ACKED, s.bytesAcked);
        Le.putLong(v, TcpInfo.TCPI_BYTES_RECEIVED, s.bytesReceived);
        Le.putInt(v, TcpInfo.TCPI_SEGS_OUT, s.segmentsOut);
        Le.putInt(v, TcpInfo.TCPI_SEGS_IN, s.segmentsIn);
        Le.putInt(v, TcpInfo.TCPI_NOTSENT_BYTES, tp.unsentBytes());
        Le.putInt(v, TcpInfo.TCPI_MIN_RTT, (int) (tp.rtt.minNs() / 1000));
        Le.putInt(v, TcpInfo.TCPI_DATA_SEGS_IN, s.dataSegmentsIn);
        Le.putInt(v, TcpInfo.TCPI_DATA_SEGS_OUT, s.dataSegmentsOut);
        Le.putLong(v, TcpInfo.TCPI_BYTES_SENT, s.bytesSent);
        return TcpInfo.SIZE;
    }

    private static int ms(long ns) {
        return (int) (ns / TcpRtt.MS);
    }
}
