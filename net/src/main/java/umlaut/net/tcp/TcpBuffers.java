package umlaut.net.tcp;

import org.jspecify.annotations.Nullable;
import umlaut.abi.SockConst;
import umlaut.net.core.NetDevice;

/** How large a connection's buffers and windows are, and how they grow by themselves (tcp_sndbuf_expand, tcp_rcv_space_adjust, tcp_select_initial_window). Guarded by the namespace's lock. */
final class TcpBuffers {
    private static final int SEGMENT_COST = 256;
    /** Linux's cost of a segment beside its data, which the send buffer's size is reckoned with. */
    private static final int HEADERS = 640;

    private final TcpSock tp;
    /** The most that was read within a round trip. */
    private int spaceSeen;

    private int spaceSeq;
    private long spaceNs;

    TcpBuffers(TcpSock tp) {
        this.tp = tp;
    }

    void established() {
        growSend();
        spaceSeen = initialWindow();
        spaceSeq = tp.copiedSeq;
        spaceNs = tp.net.nowNs();
    }

    /** The window that the whole receive buffer stands for. */
    int initialWindow() {
        return tp.options.receiveBuffer / 2;
    }

    int ownScale() {
        int space = tp.options.receiveBuffer / 2;
        if ((tp.options.bufferLocks & SockConst.SOCK_RCVBUF_LOCK) == 0) {
            space = Math.max(tp.net.settings.tcpRmem[2], tp.net.settings.rmemMax);
        }
        return Math.max(0, Math.min(14, 31 - Integer.numberOfLeadingZeros(Math.max(1, space)) - 15));
    }

    /** The largest segment to tell the other side of. @param device that leads there; null: lo */
    int advertisedMss(TcpFlow.Key to, @Nullable NetDevice device) {
        NetDevice out = device == null || tp.net.fib(to.local().isV4()).isLocal(to.remote()) ? tp.net.loopback : device;
        int headers = to.remote().isV4() ? 40 : 60;
        int limit = Math.min(65535, out.mtu) - headers;
        return tp.tcpOptions.maxSegment > 0 ? Math.min(limit, tp.tcpOptions.maxSegment) : limit;
    }

    /** As the congestion window grows. */
    void growSend() {
        if ((tp.options.bufferLocks & SockConst.SOCK_SNDBUF_LOCK) != 0) {
            return;
        }
        int each = (Integer.highestOneBit(tp.mss + HEADERS - 1) << 1) + SEGMENT_COST;
        long wanted = 2L * Math.max(tp.cwnd, TcpSock.INITIAL_WINDOW) * each;
        if (wanted > tp.options.sendBuffer) {
            tp.options.sendBuffer = (int) Math.min(wanted, tp.net.settings.tcpWmem[2]);
        }
    }

    /** Data has been read: the buffer grows with what is read in a round trip. */
    void growReceive() {
        long now = tp.net.nowNs();
        long period = tp.rtt.known() ? tp.rtt.smoothedNs() : TcpRtt.MS;
        if (now - spaceNs < period) {
            return;
        }
        int copied = tp.copiedSeq - spaceSeq;
        if (copied > spaceSeen) {
            spaceSeen = copied;
            if ((tp.options.bufferLocks & SockConst.SOCK_RCVBUF_LOCK) == 0) {
                long wanted = 4L * copied + 16L * tp.advMss;
                if (wanted > tp.options.receiveBuffer) {
                    tp.options.receiveBuffer = (int) Math.min(wanted, tp.net.settings.tcpRmem[2]);
                }
            }
        }
        spaceSeq = tp.copiedSeq;
        spaceNs = now;
    }

    /** Memory of what has been written and is not acknowledged. */
    int queued() {
        return tp.sendQueue.bytes + SEGMENT_COST * tp.sendQueue.packetsOut;
    }

    /** Is there room enough that a writer is worth waking? */
    boolean hasRoom() {
        int used = queued();
        int low = tp.tcpOptions.notSentLowWater;
        return tp.options.sendBuffer - used >= used >> 1 && (low < 0 || tp.unsentBytes() < low);
    }
}
