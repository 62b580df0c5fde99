package umlaut.net.tcp;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.core.Counter;
import umlaut.net.core.IpAddress;
import umlaut.net.inet.SocketAddress;
import umlaut.net.ip.IpOutput;

/** How a connection begins, from either side (tcp_v4_connect, __inet_stream_connect, inet_hash_connect). Guarded by the namespace's lock. */
final class TcpConnect {
    private enum State {
        NO,
        BEGUN,
        DONE
    }

    private final TcpSock tp;
    private State state = State.NO;

    TcpConnect(TcpSock tp) {
        this.tp = tp;
    }

    boolean hasBegun() {
        return state != State.NO;
    }

    void disconnected() {
        state = State.NO;
    }

    /** See {@link umlaut.net.inet.Sock#connect}. */
    long connect(SocketAddress target, boolean first, boolean nonBlocking) {
        return switch (state) {
            case DONE -> Errno.EISCONN.negative();
            case NO -> {
                if (!first) {
                    yield Errno.ECONNABORTED.negative();
                }
                if (tp.state() != InetConst.TCP_CLOSE) {
                    yield Errno.EISCONN.negative();
                }
                begin(target);
                state = State.BEGUN;
                yield nonBlocking ? Errno.EINPROGRESS.negative() : BlockingOp.WOULD_BLOCK;
            }
            case BEGUN -> {
                if (tp.in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV)) {
                    yield nonBlocking && first ? Errno.EALREADY.negative() : BlockingOp.WOULD_BLOCK;
                }
                if (tp.state() == InetConst.TCP_CLOSE) {
                    int errno = tp.error();
                    tp.disconnect();
                    yield errno == 0 ? Errno.ECONNABORTED.negative() : -errno;
                }
                state = State.DONE;
                yield 0L;
            }
        };
    }

    private void begin(SocketAddress target) {
        IpAddress to = target.address();
        if (to.isV4() && tp.v6Only() || to.isMulticast()) {
            throw Errno.ENETUNREACH.exception();
        }
        if (to.isLinkLocal() && target.scope() != 0) {
            if (tp.boundDevice != 0 && tp.boundDevice != target.scope()) {
                throw Errno.EINVAL.exception();
            }
            tp.boundDevice = target.scope();
        }
        if (to.isLinkLocal() && tp.boundDevice == 0) {
            throw Errno.EINVAL.exception();
        }
        IpOutput way = IpOutput.resolve(tp.net, to, tp.local, tp.boundDevice, tp.ip.tos, tp.options.mark());
        if (!TcpTable.isUnicast(way.type())) {
            throw Errno.ENETUNREACH.exception();
        }
        IpAddress before = tp.local;
        tp.local = way.source();
        tp.remote = way.destination();
        tp.remotePort = target.port();
        tp.forgetKey();
        try {
            choosePort();
        } catch (ErrnoException e) {
            tp.local = before;
            tp.remote = tp.any();
            tp.remotePort = 0;
            throw e;
        }
        tp.setWay(way);
        tp.net.tcp.add(tp);
        tp.advMss = tp.buffers.advertisedMss(tp.key(), way.device());
        reset();
        tp.iss = tp.net.tcp.initialSequence(tp.key());
        tp.tsOffset = tp.key().hashCode() * 0x9e3779b1;
        tp.sndUna = tp.iss;
        tp.sndNxt = tp.iss;
        tp.writeSeq = tp.iss + 1;
        tp.setState(InetConst.TCP_SYN_SENT);
        tp.net.counters.add(Counter.TCP_ACTIVE_OPENS);
        tp.output.sendSyn();
    }

    /** The bound port, if the way from it is free; else one that no other bound socket has. */
    private void choosePort() {
        if (tp.localPort != 0 && tp.holdsPort()) {
            if (!tp.net.tcp.usable(tp.key())) {
                throw Errno.EADDRNOTAVAIL.exception();
            }
            return;
        }
        int range = tp.ip.portRange;
        int low = (range & 0xffff) != 0 ? range & 0xffff : tp.net.settings.localPortLow;
        int high = range >>> 16 != 0 ? range >>> 16 : tp.net.settings.localPortHigh;
        int chosen = tp.net.tcp.ports.choose(low, high, this::isFree, Errno.EADDRNOTAVAIL);
        tp.forgetKey();
        tp.holdPortByConnect(chosen);
    }

    private boolean isFree(int port) {
        return tp.net.tcp.ports.users(port).stream().allMatch(u -> u.byConnect())
                && tp.net.tcp.usable(new TcpFlow.Key(tp.local, port, tp.remote, tp.remotePort));
    }

    private void reset() {
        tp.sendQueue.purge();
        tp.receiveQueue.purge();
        tp.receiveShut = false;
        tp.sendShut = false;
        tp.finQueued = false;
        tp.finReceived = false;
        tp.cwnd = TcpSock.INITIAL_WINDOW;
        tp.ssthresh = Integer.MAX_VALUE;
        tp.stamped = tp.net.settings.timestamps != 0;
        tp.sackOk = tp.net.settings.sack;
        tp.rcvScale = tp.net.settings.windowScaling ? tp.buffers.ownScale() : 0;
        tp.rcvWnd = Math.min(65535, tp.buffers.initialWindow());
        tp.softError = null;
        tp.timers.progress();
        tp.loss.reset();
        tp.urgent.reset();
    }

    /**
     * As the end of a handshake that the other side began.
     *
     * @param scale -1: the other side does not scale its window
     */
    void startPassive(
            int peerIss,
            int ownIss,
            int peerMss,
            int ownMss,
            int scale,
            boolean sack,
            boolean stamped,
            int tsRecent,
            int window) {
        tp.irs = peerIss;
        tp.iss = ownIss;
        tp.advMss = ownMss;
        tp.sackOk = sack;
        tp.stamped = stamped;
        tp.tsRecent = tsRecent;
        tp.tsRecentNs = tp.net.nowNs();
        tp.sndScale = Math.max(0, scale);
        tp.rcvScale = scale >= 0 ? tp.buffers.ownScale() : 0;
        tp.peerMss = peerMss;
        tp.sndUna = ownIss + 1;
        tp.sndNxt = ownIss + 1;
        tp.writeSeq = ownIss + 1;
        tp.sndWl1 = peerIss;
        tp.sndWnd = window;
        tp.maxWindow = window;
        tp.rcvNxt = peerIss + 1;
        tp.rcvWup = tp.rcvNxt;
        tp.copiedSeq = tp.rcvNxt;
        tp.rcvWnd = Math.min(65535, tp.buffers.initialWindow());
        state = State.DONE;
        tp.setState(InetConst.TCP_SYN_RECV);
    }
}
