package umlaut.net.tcp;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Message;
import umlaut.net.core.Counter;
import umlaut.net.core.IcmpError;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.Sock;
import umlaut.net.inet.SockError;
import umlaut.net.inet.SocketAddress;

/** A TCP socket: connection or listener (tcp(7); Linux: struct tcp_sock). Here are its state and what programs do to it; the names of RFC 9293's variables are kept. */
public final class TcpSock extends Sock implements TcpFlow {
    static final int INITIAL_WINDOW = 10;

    final TcpInput input = new TcpInput(this);
    final TcpOutput output = new TcpOutput(this);
    final TcpLoss loss = new TcpLoss(this);
    final TcpTimers timers = new TcpTimers(this);
    final TcpOptions tcpOptions = new TcpOptions(this);
    final TcpStats stats = new TcpStats();
    final TcpRtt rtt = new TcpRtt();
    final TcpSendQueue sendQueue = new TcpSendQueue();
    final TcpReceiveQueue receiveQueue = new TcpReceiveQueue();
    CongestionControl congestion;

    private int state = InetConst.TCP_CLOSE;
    private @Nullable TcpListener listener;
    private @Nullable Key key;
    private boolean portHeld;
    /** The file has gone. */
    boolean orphan;

    private boolean destroyed;

    // --- sending (RFC 9293, 3.3.1) ---

    int iss;
    int sndUna;
    int sndNxt;
    int sndWnd;
    int sndWl1;
    int maxWindow;
    /** Sequence number behind all that has been written. */
    int writeSeq;
    /** Behind the last urgent byte; only while {@link #urgentMode}. */
    int sndUp;

    boolean urgentMode;
    int sndScale;
    /** Largest segment's data, options deducted; the peer's limit; what we tell. */
    int mss = 536;

    int peerMss = 536;
    int advMss = 536;
    int cwnd = INITIAL_WINDOW;
    int cwndCount;
    int ssthresh = Integer.MAX_VALUE;
    long lastSendNs;
    boolean finQueued;
    /** A writer waits, or was told that there is no room. */
    boolean noSpace;

    // --- receiving ---

    int irs;
    int rcvNxt;
    int rcvWup;
    int rcvWnd;
    int rcvScale;
    int copiedSeq;
    boolean finReceived;
    /** Serializes readers while they copy. */
    final ReentrantLock receiveLock = new ReentrantLock();

    final TcpUrgent urgent = new TcpUrgent(this);
    final TcpConnect connecting = new TcpConnect(this);
    final TcpBuffers buffers = new TcpBuffers(this);
    final TcpWrite write = new TcpWrite(this);

    // --- options agreed on ---

    boolean stamped;
    boolean sackOk;
    int tsRecent;
    long tsRecentNs;
    int tsOffset;

    // --- what programs set; see TcpOptions ---

    boolean noDelay;
    boolean cork;
    long deferAcceptNs;

    @Nullable Errno softError;

    private @Nullable Runnable urgentListener;

    public TcpSock(NetNamespace net, int family, SockOwner owner) {
        super(net, family, SockConst.SOCK_STREAM, InetConst.IPPROTO_TCP, owner);
        this.congestion = CongestionControl.of(net.settings.congestionControl);
        if (options.bufferLocks == 0) {
            options.receiveBuffer = net.settings.tcpRmem[1];
            options.sendBuffer = net.settings.tcpWmem[1];
        }
    }

    /** Takes over what a connection has from its listener. */
    void inherit(TcpSock from) {
        options.inherit(from.options);
        ip.inherit(from.ip);
        tcpOptions.inherit(from.tcpOptions);
        noDelay = from.noDelay;
        cork = from.cork;
        ipv6Only = from.ipv6Only;
        congestion = CongestionControl.of(from.congestion.name());
        portAsked = true;
        portHeld = true;
        addressAsked = from.addressAsked;
    }

    // --- state ---

    @Override
    public int state() {
        return state;
    }

    void setState(int fresh) {
        boolean was = isOpen(state);
        state = fresh;
        if (was != isOpen(fresh)) {
            net.counters.add(Counter.TCP_CURR_ESTAB, was ? -1 : 1);
        }
    }

    private static boolean isOpen(int s) {
        return s == InetConst.TCP_ESTABLISHED || s == InetConst.TCP_CLOSE_WAIT;
    }

    boolean in(int... states) {
        for (int s : states) {
            if (state == s) {
                return true;
            }
        }
        return false;
    }

    /** Has got a peer that has answered. */
    public boolean hasPeer() {
        return remotePort != 0 && !in(InetConst.TCP_CLOSE, InetConst.TCP_SYN_SENT, InetConst.TCP_LISTEN);
    }

    @Override
    public Key key() {
        Key known = key;
        if (known == null) {
            known = new Key(local, localPort, remote, remotePort);
            key = known;
        }
        return known;
    }

    /** What is left of the window last told. */
    int receiveWindow() {
        return Math.max(0, rcvWup + rcvWnd - rcvNxt);
    }

    void setCwnd(int segments) {
        cwnd = Math.min(segments, 1 << 20);
    }

    /** The clock of timestamps, ms. */
    int clock() {
        return (int) (net.nowNs() / TcpRtt.MS) + tsOffset;
    }

    // --- names ---

    @Override
    protected void takePort(int port) {
        int chosen = port == 0 ? net.tcp.ports.chooseFor(this) : port;
        if (net.tcp.ports.conflicts(chosen, this)) {
            throw Errno.EADDRINUSE.exception();
        }
        holdPort(chosen);
    }

    void holdPort(int port) {
        portByConnect = false;
        localPort = port;
        portHeld = true;
        net.tcp.ports.add(port, this);
    }

    /** For this connection only. */
    void holdPortByConnect(int port) {
        holdPort(port);
        portByConnect = true;
    }

    @Override
    public boolean listens() {
        return state == InetConst.TCP_LISTEN;
    }

    // --- connect ---

    @Override
    public long connect(SocketAddress target, boolean first, boolean nonBlocking) {
        return connecting.connect(target, first, nonBlocking);
    }

    /** Both ends are decided, or have changed. */
    void forgetKey() {
        key = null;
    }

    boolean holdsPort() {
        return portHeld;
    }

    /** The handshake is complete. */
    void established() {
        setState(InetConst.TCP_ESTABLISHED);
        output.syncMss();
        buffers.established();
        timers.established();
        writers.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
        readers.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
    }

    @Override
    public void disconnect() {
        if (state == InetConst.TCP_LISTEN) {
            closeListener();
        } else if (needsReset() || sendQueue.unsent != null && in(InetConst.TCP_CLOSING, InetConst.TCP_LAST_ACK)) {
            output.sendReset();
            setError(Errno.ECONNRESET.number());
        } else if (state == InetConst.TCP_SYN_SENT) {
            setError(Errno.ECONNRESET.number());
        }
        finish();
        receiveQueue.purge();
        connecting.disconnected();
        setError(0);
        receiveShut = false;
        sendShut = false;
        remote = any();
        remotePort = 0;
        if (!addressAsked) {
            local = any();
        }
        if (!portAsked) {
            localPort = 0;
        }
        setWay(null);
    }

    /** A close in this state is news to the other side that it must not take for an orderly one. */
    private boolean needsReset() {
        return in(
                InetConst.TCP_ESTABLISHED,
                InetConst.TCP_CLOSE_WAIT,
                InetConst.TCP_FIN_WAIT1,
                InetConst.TCP_FIN_WAIT2,
                InetConst.TCP_SYN_RECV);
    }

    // --- listen, accept ---

    public void listen(int backlog) {
        if (state == InetConst.TCP_LISTEN) {
            listener().backlog = backlog;
            return;
        }
        if (state != InetConst.TCP_CLOSE || connecting.hasBegun()) {
            throw Errno.EINVAL.exception();
        }
        if (localPort == 0) {
            takePort(0);
        }
        state = InetConst.TCP_LISTEN;
        if (net.tcp.ports.conflicts(localPort, this)) {
            state = InetConst.TCP_CLOSE;
            throw Errno.EADDRINUSE.exception();
        }
        listener = new TcpListener(this, backlog);
        net.tcp.addListener(this);
    }

    TcpListener listener() {
        TcpListener l = listener;
        if (l == null) {
            throw new IllegalStateException("not listening");
        }
        return l;
    }

    /** @return null if none has come yet; throws EINVAL */
    public @Nullable TcpSock accept() {
        if (state != InetConst.TCP_LISTEN) {
            throw Errno.EINVAL.exception();
        }
        return listener().poll();
    }

    private void closeListener() {
        TcpListener l = listener;
        net.tcp.removeListener(this);
        if (l != null) {
            l.close(); // its requests still know it
        }
        listener = null;
        state = InetConst.TCP_CLOSE;
    }

    /** Nobody will accept it. */
    void abandon() {
        abort();
    }

    /** Ends the connection with a reset; the socket is not to be used any more. */
    public void abort() {
        orphan = true;
        net.tcp.orphans++;
        if (needsReset()) {
            output.sendReset();
        }
        finish();
    }

    /** Bytes that can be written now. Without the lock. */
    public int sendRoom() {
        return Math.max(0, options.sendBuffer - buffers.queued());
    }

    // --- send ---

    @Override
    public long send(@Nullable Task task, Message message) {
        return write.send(message);
    }

    /** Room may have come: tells writers who wait for some. */
    void wakeWriters() {
        if (noSpace && buffers.hasRoom()) {
            noSpace = false;
            writers.wake(Poll.POLLOUT | Poll.POLLWRNORM);
        }
    }

    // --- receive ---

    @Override
    public long receive(Message message) {
        if (message.has(SockConst.MSG_OOB)) {
            return urgent.receive(message);
        }
        receiveLock.lock();
        try {
            return TcpRead.read(this, message);
        } finally {
            receiveLock.unlock();
        }
    }

    /** The reader has taken bytes; the lock is held. */
    void consumed(int count) {
        receiveQueue.consume(count);
        copiedSeq += count;
        buffers.growReceive();
        output.afterRead();
    }

    // --- end ---

    @Override
    public void shutdown(int how) {
        boolean receive = how != SockConst.SHUT_WR;
        boolean send = how != SockConst.SHUT_RD;
        if (state == InetConst.TCP_LISTEN) {
            if (receive) {
                closeListener();
                releasePort();
                wakeAll();
            }
            return;
        }
        if (state == InetConst.TCP_SYN_SENT) {
            disconnect();
            wakeAll();
            return;
        }
        boolean closed = state == InetConst.TCP_CLOSE;
        receiveShut |= receive;
        sendShut |= send;
        if (send && !closed) {
            sendFin();
        }
        wakeAll();
        if (closed) {
            throw Errno.ENOTCONN.exception();
        }
    }

    /** Moves on as the program closes its side (tcp_close_state). */
    private void sendFin() {
        switch (state) {
            case InetConst.TCP_ESTABLISHED, InetConst.TCP_SYN_RECV -> setState(InetConst.TCP_FIN_WAIT1);
            case InetConst.TCP_CLOSE_WAIT -> setState(InetConst.TCP_LAST_ACK);
            default -> {
                return;
            }
        }
        output.queueFin();
    }

    @Override
    public void close() {
        orphan = true;
        boolean unread = copiedSeq != rcvNxt && !receiveQueue.ready.isEmpty() || urgent.isUnread();
        receiveShut = true;
        if (state == InetConst.TCP_LISTEN) {
            closeListener();
            finish();
            return;
        }
        net.tcp.orphans++;
        receiveQueue.purge();
        boolean connected = in(
                InetConst.TCP_ESTABLISHED,
                InetConst.TCP_CLOSE_WAIT,
                InetConst.TCP_FIN_WAIT1,
                InetConst.TCP_FIN_WAIT2,
                InetConst.TCP_SYN_RECV);
        if (unread && connected) {
            net.counters.add(Counter.EXT_TCP_ABORT_ON_CLOSE);
            output.sendReset();
            finish();
        } else if (options.lingers() && options.lingerSeconds() == 0 && state != InetConst.TCP_CLOSE) {
            if (needsReset()) {
                output.sendReset();
            }
            finish();
        } else if (in(InetConst.TCP_CLOSE, InetConst.TCP_SYN_SENT)) {
            finish();
        } else {
            sendShut = true;
            sendFin();
            if (state == InetConst.TCP_FIN_WAIT2) {
                lingerInFinWait2();
            }
        }
    }

    /** Nobody holds the socket any more, and the peer's FIN is missing: waits for it without the socket. */
    void lingerInFinWait2() {
        long ns = tcpOptions.finWaitNs();
        if (ns < 0) {
            output.sendReset();
            net.counters.add(Counter.EXT_TCP_ABORT_ON_LINGER);
        } else {
            TcpTimeWait.replace(this, InetConst.TCP_FIN_WAIT2, ns);
        }
        finish();
    }

    /** To TIME_WAIT: what is left of the connection does without the socket. */
    void timeWait() {
        TcpTimeWait.replace(this, InetConst.TCP_TIME_WAIT, 0);
        finish();
    }

    /** The connection has come to an end (tcp_done). */
    void finish() {
        boolean news = state != InetConst.TCP_CLOSE;
        setState(InetConst.TCP_CLOSE);
        timers.stopAll();
        sendQueue.purge();
        receiveQueue.purgeEarly();
        write.end();
        if (key != null && net.tcp.flow(key()) == this) {
            net.tcp.remove(this);
        }
        key = null;
        receiveShut = true;
        sendShut = true;
        if (orphan) {
            if (!destroyed) {
                destroyed = true;
                net.tcp.orphans = Math.max(0, net.tcp.orphans - 1);
            }
            releasePort();
            receiveQueue.purge();
        } else {
            if (!portAsked) {
                releasePort();
            }
            if (news) {
                wakeAll();
            }
        }
    }

    private void releasePort() {
        if (portHeld) {
            portHeld = false;
            net.tcp.ports.remove(localPort, this);
        }
    }

    void wakeAll() {
        int all = Poll.POLLIN
                | Poll.POLLRDNORM
                | Poll.POLLOUT
                | Poll.POLLWRNORM
                | Poll.POLLHUP
                | Poll.POLLRDHUP
                | Poll.POLLERR;
        readers.wakeAll(all);
        writers.wakeAll(all);
    }

    /** The other side has ended its direction. */
    void wakeEnd() {
        readers.wakeAll(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDHUP);
        writers.wakeAll(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDHUP);
    }

    boolean urgentPending() {
        return urgent.isExpected();
    }

    /** Who is told that urgent data has come: the file, whose owner gets SIGURG. */
    public void onUrgent(Runnable listener) {
        urgentListener = listener;
    }

    void signalUrgent() {
        Runnable listener = urgentListener;
        if (listener != null) {
            net.defer(listener);
        }
        readers.wakeAll(Poll.POLLPRI);
    }

    /** The connection fails. */
    void fail(Errno errno) {
        setError(errno.number());
        finish();
        wakeAll();
    }

    // --- asking ---

    @Override
    public int pollState() {
        net.lock();
        try {
            return pollLocked();
        } finally {
            net.unlock();
        }
    }

    private int pollLocked() {
        if (state == InetConst.TCP_LISTEN) {
            return listener().waiting() > 0 ? Poll.POLLIN | Poll.POLLRDNORM : 0;
        }
        int mask = 0;
        if (receiveShut && sendShut || state == InetConst.TCP_CLOSE) {
            mask |= Poll.POLLHUP;
        }
        if (receiveShut) {
            mask |= Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDHUP;
        }
        if (!in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV)) {
            int readable = urgent.readable(rcvNxt - copiedSeq - (finReceived ? 1 : 0));
            if (readable >= Math.max(1, options.receiveLowWater) && readable > 0) {
                mask |= Poll.POLLIN | Poll.POLLRDNORM;
            }
            if (sendShut) {
                mask |= Poll.POLLOUT | Poll.POLLWRNORM;
            } else if (buffers.hasRoom()) {
                mask |= Poll.POLLOUT | Poll.POLLWRNORM;
            } else {
                noSpace = true;
            }
            if (urgent.isUnread()) {
                mask |= Poll.POLLPRI;
            }
        }
        if (error() != 0 || !errors.isEmpty()) {
            mask |= Poll.POLLERR;
        }
        return mask;
    }

    @Override
    public int inputBytes() {
        if (in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV)) {
            return 0;
        }
        return urgent.inputBytes(rcvNxt - copiedSeq - (finReceived ? 1 : 0));
    }

    @Override
    public int outputBytes() {
        return in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV, InetConst.TCP_CLOSE) ? 0 : writeSeq - sndUna;
    }

    public int unsentBytes() {
        return in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV, InetConst.TCP_CLOSE) ? 0 : writeSeq - sndNxt;
    }

    /** What TCP_CONGESTION and TCP_INFO tell, for those who list sockets. */
    public String congestionName() {
        return congestion.name();
    }

    public byte[] info() {
        byte[] bytes = new byte[umlaut.abi.TcpInfo.SIZE];
        tcpOptions.info(MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** SIOCATMARK. */
    public boolean atMark() {
        return urgent.atMark();
    }

    /** Connections that wait to be accepted, and how many may; for a listener. */
    public int[] acceptQueue() {
        TcpListener l = listener;
        return l == null ? new int[2] : new int[] {l.waiting(), l.backlog};
    }

    /** As /proc/net/tcp tells: which timer runs (0 none, 1 retransmit, 2 keepalive, 4 probe), until when in ns, retransmissions, probes. */
    public long[] timerState() {
        return timers.show();
    }

    @Override
    public boolean setOption(Task task, int level, int name, MemorySegment value) {
        return level == SockConst.SOL_TCP && tcpOptions.set(task, name, value);
    }

    @Override
    public int getOption(int level, int name, MemorySegment value) {
        return level == SockConst.SOL_TCP ? tcpOptions.get(name, value) : -1;
    }

    // --- the network ---

    @Override
    public void segment(SkBuff skb, TcpHeader h) {
        input.segment(skb, h);
    }

    @Override
    public void icmpError(IcmpError error) {
        if (state == InetConst.TCP_CLOSE) {
            return;
        }
        boolean tooBig = error.v4()
                ? error.type() == InetConst.ICMP_DEST_UNREACH && error.code() == InetConst.ICMP_FRAG_NEEDED
                : error.type() == InetConst.ICMPV6_PKT_TOOBIG;
        if (error.packet().length >= 8) {
            int seq = umlaut.net.core.Be.i32(error.packet(), 4);
            if (!Seq.between(seq, sndUna, sndNxt)) {
                return;
            }
        }
        if (tooBig) {
            setWay(null);
            output.pathMtuShrunk();
            return;
        }
        Errno errno = Errno.of(error.errno());
        if (in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV)) {
            fail(errno);
        } else if (wantsErrors(error.v4())) {
            queueError(new SockError(
                    error.errno(),
                    error.v4() ? SockError.ICMP : SockError.ICMP6,
                    error.type(),
                    error.code(),
                    error.info(),
                    error.offender(),
                    error.destination(),
                    remotePort,
                    new byte[0]));
            reportError(error.errno());
        } else {
            softError = errno;
        }
    }
}
