package umlaut.net.tcp;

import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Counter;
import umlaut.net.core.IcmpError;
import umlaut.net.core.NetDevice;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.Sock;
import umlaut.net.proxy.TransparentProxy;

/** A connection that a SYN has asked for and that the last acknowledgement is missing of (Linux: struct request_sock). Guarded by the namespace's lock. */
public final class TcpRequest extends TcpMiniSock {
    private static final long TIMEOUT_NS = 1_000_000_000L;

    final TcpSock listener;
    private final NetDevice device;
    final int irs;
    final int iss;
    private int mss;
    private int scale;
    private boolean sack;
    private boolean stamped;
    private int tsRecent;
    private int window;
    private final int tsOffset;
    private final int advMss;
    private int retransmits;
    private long sentNs;
    /** An acknowledgement came while there was no room to accept. */
    private boolean acknowledged;
    /** Its SYN, while a proxy has not decided yet. */
    private @Nullable SkBuff first;

    private @Nullable TransparentProxy proxy;

    TcpRequest(TcpSock listener, Key key, SkBuff skb, TcpHeader h, int iss) {
        super(listener.net, key);
        this.listener = listener;
        this.device = skb.device == null ? net.loopback : skb.device;
        this.irs = h.seq;
        this.iss = iss;
        this.mss = h.mss == 0 ? 536 : h.mss;
        this.scale = net.settings.windowScaling ? h.scale : -1;
        this.sack = h.sackPermitted && net.settings.sack;
        this.stamped = h.hasTimestamp && net.settings.timestamps != 0;
        this.tsRecent = h.tsValue;
        this.window = h.window;
        this.tsOffset = key.hashCode() * 0x9e3779b1;
        this.advMss = listener.buffers.advertisedMss(key, skb.device);
    }

    /** From the acknowledgement of a cookie; nothing but the size is known. */
    static TcpRequest ofCookie(TcpSock listener, Key key, SkBuff skb, TcpHeader h, int mss) {
        TcpRequest request = new TcpRequest(listener, key, skb, h, h.ack - 1, h.seq - 1);
        request.mss = mss;
        request.forgetOptions();
        return request;
    }

    private TcpRequest(TcpSock listener, Key key, SkBuff skb, TcpHeader h, int iss, int irs) {
        super(listener.net, key);
        this.listener = listener;
        this.device = skb.device == null ? net.loopback : skb.device;
        this.irs = irs;
        this.iss = iss;
        this.window = h.window;
        this.tsOffset = key.hashCode() * 0x9e3779b1;
        this.advMss = listener.buffers.advertisedMss(key, skb.device);
    }

    void forgetOptions() {
        scale = -1;
        sack = false;
        stamped = false;
    }

    @Override
    public int state() {
        return InetConst.TCP_SYN_RECV;
    }

    public int uid() {
        return listener.uid();
    }

    public int family() {
        return listener.family;
    }

    public int retransmits() {
        return retransmits;
    }

    /** Leaves it to a proxy whether and when it is answered. */
    void hold(SkBuff skb, TransparentProxy by) {
        proxy = by;
        SkBuff copy = skb.duplicate();
        copy.release();
        first = copy;
        by.connection(this);
    }

    /** A proxy's answer: the connection is wanted. */
    public void admit() {
        if (first != null) {
            first = null;
            begin();
        }
    }

    /**
     * A proxy's answer: there will be no connection.
     *
     * @param unreachable code of an ICMP error, of the address's version; -1: a reset, as if nobody listened; -2: no answer at all
     */
    public void refuse(int unreachable) {
        SkBuff syn = first;
        if (syn == null) {
            return;
        }
        first = null;
        if (unreachable >= 0 && key.local().isV4()) {
            net.icmp.sendError(syn, InetConst.ICMP_DEST_UNREACH, unreachable, 0);
        } else if (unreachable >= 0) {
            net.icmp6.sendError(syn, InetConst.ICMPV6_DEST_UNREACH, unreachable, 0);
        } else if (unreachable == -1) {
            TcpHeader h = new TcpHeader();
            if (h.parse(syn)) {
                net.tcp.refuse(syn, h);
            }
        }
        proxy = null;
        drop();
    }

    void begin() {
        timer.set(net.nowNs() + TIMEOUT_NS);
        answer();
    }

    @Override
    void timeIsUp() {
        if (retransmits >= net.settings.synackRetries) {
            drop();
            return;
        }
        retransmits++;
        net.counters.add(Counter.TCP_RETRANS_SEGS);
        timer.set(net.nowNs() + (TIMEOUT_NS << retransmits));
        answer();
    }

    void drop() {
        timer.stop();
        net.tcp.remove(this);
        listener.listener().forget(this);
        net.counters.add(Counter.TCP_ATTEMPT_FAILS);
        first = null;
        TransparentProxy by = proxy;
        if (by != null) {
            proxy = null;
            by.gone(this);
        }
    }

    private int receiveWindow() {
        return Math.min(65535, listener.buffers.initialWindow());
    }

    private int clock() {
        return (int) (net.nowNs() / TcpRtt.MS) + tsOffset;
    }

    /** Sends SYN and ACK. */
    void answer() {
        int options = 4 + (stamped ? 12 : sack ? 4 : 0) + (scale >= 0 ? 4 : 0);
        int length = TcpHeader.SIZE + options;
        SkBuff out = SkBuff.allocate(length);
        int at = out.put(length);
        byte[] b = out.head();
        Be.put16(b, at, key.localPort());
        Be.put16(b, at + 2, key.remotePort());
        Be.put32(b, at + 4, iss);
        Be.put32(b, at + 8, irs + 1);
        b[at + 12] = (byte) (length << 2);
        b[at + 13] = (byte) (TcpHeader.SYN | TcpHeader.ACK);
        Be.put16(b, at + 14, receiveWindow());
        TcpOutput.synOptions(
                b,
                at + TcpHeader.SIZE,
                advMss,
                stamped,
                clock(),
                tsRecent,
                sack,
                scale >= 0 ? listener.buffers.ownScale() : -1);
        sentNs = net.nowNs();
        net.tcp.send(out, key.local(), key.remote(), key.remote().needsScope() ? device.index : 0);
    }

    @Override
    public void segment(SkBuff skb, TcpHeader h) {
        if (stamped && h.hasTimestamp && Seq.before(h.tsValue, tsRecent) && !h.has(TcpHeader.RST)) {
            challenge(skb, h);
            skb.release();
            return;
        }
        if (first != null && !h.has(TcpHeader.RST)) {
            skb.release(); // the proxy has not decided yet
            return;
        }
        if (h.has(TcpHeader.SYN) && h.seq == irs && !h.has(TcpHeader.ACK | TcpHeader.RST)) {
            answer(); // it has not been heard
            skb.release();
            return;
        }
        int room = listener.buffers.initialWindow();
        boolean inWindow = Seq.between(h.seq, irs + 1, irs + 1 + room) || h.seq == irs + 1;
        if (!inWindow) {
            if (!h.has(TcpHeader.RST)) {
                challenge(skb, h);
            }
            skb.release();
            return;
        }
        if (h.has(TcpHeader.RST | TcpHeader.SYN)) {
            if (h.has(TcpHeader.RST)) {
                net.counters.add(Counter.EXT_EMBRYONIC_RSTS);
                drop();
            } else {
                challenge(skb, h);
            }
            skb.release();
            return;
        }
        if (!h.has(TcpHeader.ACK)) {
            skb.release();
            return;
        }
        if (h.ack != iss + 1) {
            net.tcp.refuse(skb, h);
            skb.release();
            return;
        }
        established(skb, h);
    }

    private void established(SkBuff skb, TcpHeader h) {
        TcpListener to = listener.listener();
        if (listener.deferAcceptNs > 0
                && h.dataLength == 0
                && !h.has(TcpHeader.FIN)
                && net.nowNs() - sentNs < listener.deferAcceptNs
                && retransmits < 1) {
            skb.release();
            return;
        }
        if (to.isFull()) {
            acknowledged = true;
            net.counters.add(Counter.EXT_LISTEN_OVERFLOWS);
            net.counters.add(Counter.EXT_LISTEN_DROPS);
            if (net.settings.abortOnOverflow) {
                net.tcp.refuse(skb, h);
                drop();
            }
            skb.release();
            return;
        }
        timer.stop();
        proxy = null;
        to.complete(this, skb, h);
    }

    private void challenge(SkBuff skb, TcpHeader h) {
        if (net.tcp.challenges.allowed()) {
            net.tcp.bare(skb, h, iss + 1, irs + 1, TcpHeader.ACK, receiveWindow(), stamped ? clock() : 0, tsRecent);
        }
    }

    /** The connection, in state SYN_RECV. */
    TcpSock makeChild() {
        TcpSock child = new TcpSock(net, listener.family, Sock.SockOwner.none(listener.uid()));
        child.inherit(listener);
        child.local = key.local();
        child.localPort = key.localPort();
        child.remote = key.remote();
        child.remotePort = key.remotePort();
        child.boundDevice = key.remote().needsScope() ? device.index : listener.boundDevice;
        child.tsOffset = tsOffset;
        child.connecting.startPassive(irs, iss, mss, advMss, scale, sack, stamped, tsRecent, window);
        if (retransmits == 0 && sentNs != 0) {
            child.rtt.sample(net.nowNs() - sentNs, net.nowNs());
        }
        return child;
    }

    @Override
    public void icmpError(IcmpError error) {
        // As Linux: a router's word does not end what a client has begun.
    }
}
