package umlaut.net.tcp;

import umlaut.abi.InetConst;
import umlaut.net.core.Counter;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.PortUser;

/** What is left of a connection for a minute, so that late segments of it don't disturb the next (RFC 9293, 3.6; Linux: tcp_minisocks.c). Guarded by the namespace's lock. */
public final class TcpTimeWait extends TcpMiniSock implements PortUser {
    private static final long LENGTH_NS = 60_000_000_000L;
    private static final long REUSE_NS = 1_000_000_000L;

    private final int sndNxt;
    private int rcvNxt;
    private final int window;
    private final boolean stamped;
    private final int tsOffset;
    private int tsRecent;
    private long tsRecentNs;
    private final boolean reuseAddress;
    private final boolean reusePort;
    private final int uid;
    private final boolean byConnect;
    public final int family;
    /** FIN_WAIT2 of a socket that nobody holds any more, or TIME_WAIT. */
    private int state;

    TcpTimeWait(TcpSock from, int state, long timeoutNs) {
        super(from.net, from.key());
        this.sndNxt = from.sndNxt;
        this.rcvNxt = from.rcvNxt;
        this.window = from.receiveWindow() >> from.rcvScale;
        this.stamped = from.stamped;
        this.tsOffset = from.tsOffset;
        this.tsRecent = from.tsRecent;
        this.tsRecentNs = from.tsRecentNs;
        this.reuseAddress = from.reusesAddress();
        this.reusePort = from.reusesPort();
        this.uid = from.uid();
        this.byConnect = from.byConnect();
        this.family = from.family;
        this.state = state;
        timer.set(net.nowNs() + timeoutNs);
        net.tcp.timeWaits++;
    }

    /** Puts it in the connection's place. */
    static void replace(TcpSock sock, int state, long timeoutNs) {
        NetNamespace net = sock.net;
        if (net.tcp.timeWaits >= net.settings.maxTwBuckets) {
            net.counters.add(Counter.EXT_TCP_TIME_WAIT_OVERFLOW);
            return;
        }
        TcpTimeWait tw = new TcpTimeWait(sock, state, state == InetConst.TCP_TIME_WAIT ? LENGTH_NS : timeoutNs);
        net.tcp.remove(sock);
        net.tcp.add(tw);
        net.tcp.ports.add(tw.key.localPort(), tw);
    }

    @Override
    void timeIsUp() {
        kill();
    }

    void kill() {
        timer.stop();
        if (net.tcp.flow(key) == this) {
            net.tcp.remove(this);
            net.counters.add(Counter.EXT_TW);
        }
        net.tcp.ports.remove(key.localPort(), this);
        net.tcp.timeWaits--;
    }

    /** May a new connection to the same end begin (net.ipv4.tcp_tw_reuse; RFC 6191)? */
    boolean reusable() {
        int setting = net.settings.twReuse;
        boolean on = setting == 1 || setting == 2 && key.remote().isLoopback();
        return on && stamped && net.nowNs() - tsRecentNs > REUSE_NS;
    }

    @Override
    public int state() {
        return state;
    }

    @Override
    public void segment(SkBuff skb, TcpHeader h) {
        boolean stale = stamped && h.hasTimestamp && !h.has(TcpHeader.RST) && Seq.before(h.tsValue, tsRecent);
        if (state == InetConst.TCP_FIN_WAIT2) {
            finWait2(skb, h, stale);
            return;
        }
        boolean acceptable = !stale
                && h.seq == rcvNxt
                && (h.dataLength == 0 && !h.has(TcpHeader.SYN | TcpHeader.FIN) || h.has(TcpHeader.RST));
        if (acceptable) {
            if (h.has(TcpHeader.RST) && !net.settings.rfc1337) {
                kill();
            } else if (h.hasTimestamp) {
                tsRecent = h.tsValue;
                tsRecentNs = net.nowNs();
            }
            skb.release();
            return;
        }
        boolean fresh = h.has(TcpHeader.SYN)
                && !h.has(TcpHeader.RST | TcpHeader.ACK)
                && !stale
                && (Seq.after(h.seq, rcvNxt) || stamped && h.hasTimestamp && Seq.after(h.tsValue, tsRecent));
        if (fresh) {
            kill();
            net.tcp.unconnected(skb, h);
            return;
        }
        if (!h.has(TcpHeader.RST)) {
            if (h.has(TcpHeader.FIN)) {
                timer.set(net.nowNs() + LENGTH_NS);
            }
            answer(skb, h);
        }
        skb.release();
    }

    private void finWait2(SkBuff skb, TcpHeader h, boolean stale) {
        if (stale || !Seq.between(h.seq, rcvNxt - 65535, rcvNxt + 65535)) {
            answer(skb, h);
        } else if (h.has(TcpHeader.RST)) {
            kill();
        } else if (h.has(TcpHeader.SYN) || h.dataLength > 0 && Seq.after(h.end(), rcvNxt)) {
            // Data that nobody will read.
            net.tcp.refuse(skb, h);
            kill();
        } else if (h.has(TcpHeader.FIN)) {
            rcvNxt = h.end();
            state = InetConst.TCP_TIME_WAIT;
            if (h.hasTimestamp) {
                tsRecent = h.tsValue;
                tsRecentNs = net.nowNs();
            }
            timer.set(net.nowNs() + LENGTH_NS);
            answer(skb, h);
        }
        skb.release();
    }

    private void answer(SkBuff skb, TcpHeader h) {
        int now = stamped ? (int) (net.nowNs() / TcpRtt.MS) + tsOffset : 0;
        net.tcp.bare(skb, h, sndNxt, rcvNxt, TcpHeader.ACK, window, now, stamped ? tsRecent : 0);
    }

    @Override
    public void icmpError(IcmpError error) {}

    // --- as a user of its port ---

    @Override
    public IpAddress portAddress() {
        return key.local();
    }

    @Override
    public boolean v6Only() {
        return !key.local().isV4();
    }

    @Override
    public int portDevice() {
        return 0;
    }

    @Override
    public boolean reusesAddress() {
        return reuseAddress;
    }

    @Override
    public boolean reusesPort() {
        return reusePort;
    }

    @Override
    public int uid() {
        return uid;
    }

    @Override
    public boolean listens() {
        return false;
    }

    @Override
    public boolean byConnect() {
        return byConnect;
    }
}
