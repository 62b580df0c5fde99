package umlaut.net.tcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.Counter;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.ProtocolHandler;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.PortTable;
import umlaut.net.ip.IpOutput;

/** TCP's connections and listeners, and where a segment goes (Linux: tcp_hashinfo, tcp_v4_rcv). Guarded by the namespace's lock. */
public final class TcpTable implements ProtocolHandler {
    final NetNamespace net;
    public final PortTable ports;
    private final Map<TcpFlow.Key, TcpFlow> flows = new HashMap<>();
    private final Map<Integer, List<TcpSock>> listeners = new HashMap<>();
    private final TcpHeader header = new TcpHeader();
    final SynCookies cookies = new SynCookies();
    final ChallengeAcks challenges;
    /** Listens in the proxy's name, for all that no other listener wants. */
    private @Nullable TcpSock transparent;

    int timeWaits;
    int orphans;
    private final long issSecret = ThreadLocalRandom.current().nextLong();

    public TcpTable(NetNamespace net) {
        this.net = net;
        this.ports = new PortTable(net, true);
        this.challenges = new ChallengeAcks(net);
        net.setProtocol(InetConst.IPPROTO_TCP, this);
    }

    // --- the tables ---

    @Nullable TcpFlow flow(TcpFlow.Key key) {
        return flows.get(key);
    }

    void add(TcpFlow flow) {
        flows.put(flow.key(), flow);
    }

    void remove(TcpFlow flow) {
        flows.remove(flow.key(), flow);
    }

    void addListener(TcpSock sock) {
        listeners.computeIfAbsent(sock.localPort, p -> new ArrayList<>(1)).add(sock);
    }

    void removeListener(TcpSock sock) {
        List<TcpSock> list = listeners.get(sock.localPort);
        if (list != null) {
            list.remove(sock);
            if (list.isEmpty()) {
                listeners.remove(sock.localPort);
            }
        }
    }

    /** From now on the namespace's proxy is asked about connections to addresses and ports that nobody here listens on; those it admits come in by {@code listener}. */
    public void proxyBy(TcpSock listener) {
        transparent = listener;
    }

    /** Is a request one of those that the proxy decides about? */
    boolean isProxied(TcpSock listener) {
        return listener == transparent;
    }

    /** All connections and listeners, for those who list them. */
    public List<TcpSock> socks() {
        List<TcpSock> all = new ArrayList<>();
        listeners.values().forEach(all::addAll);
        for (TcpFlow flow : flows.values()) {
            if (flow instanceof TcpSock sock) {
                all.add(sock);
            }
        }
        return all;
    }

    public List<TcpTimeWait> timeWaits() {
        List<TcpTimeWait> all = new ArrayList<>();
        for (TcpFlow flow : flows.values()) {
            if (flow instanceof TcpTimeWait tw) {
                all.add(tw);
            }
        }
        return all;
    }

    public List<TcpRequest> requests() {
        List<TcpRequest> all = new ArrayList<>();
        for (TcpFlow flow : flows.values()) {
            if (flow instanceof TcpRequest request) {
                all.add(request);
            }
        }
        return all;
    }

    public int orphanCount() {
        return orphans;
    }

    /** The listener that fits best (inet_lookup_listener); of those that share a port, one by the flow's hash. */
    @Nullable TcpSock listener(IpAddress local, int port, IpAddress remote, int remotePort, @Nullable NetDevice device) {
        List<TcpSock> list = listeners.get(port);
        if (list == null) {
            return null;
        }
        TcpSock best = null;
        int bestScore = -1;
        int same = 0;
        for (int i = 0, n = list.size(); i < n; i++) {
            int score = score(list.get(i), local, device);
            if (score > bestScore) {
                best = list.get(i);
                bestScore = score;
                same = 1;
            } else if (score == bestScore && score >= 0) {
                same++;
            }
        }
        if (same > 1) {
            int pick = Math.floorMod((remote.hashCode() * 31 + remotePort) * 0x9e3779b1 >>> 8, same);
            for (TcpSock sock : list) {
                if (score(sock, local, device) == bestScore && pick-- == 0) {
                    return sock;
                }
            }
        }
        return best;
    }

    private static int score(TcpSock sock, IpAddress local, @Nullable NetDevice device) {
        boolean v4 = local.isV4();
        if (v4 ? sock.v6Only() : sock.family == SockConst.AF_INET) {
            return -1;
        }
        int score = v4 && sock.family == SockConst.AF_INET ? 1 : 0;
        if (!sock.local.isAny()) {
            if (!sock.local.equals(local)) {
                return -1;
            }
            score += 4;
        } else if (sock.local.isV4() && !v4) {
            return -1;
        }
        if (sock.boundDevice != 0) {
            if (device == null || device.index != sock.boundDevice) {
                return -1;
            }
            score += 2;
        }
        return score;
    }

    // --- receiving ---

    @Override
    public void receive(SkBuff skb) {
        net.counters.add(Counter.TCP_IN_SEGS);
        TcpHeader h = header;
        if (skb.packetType != InetConst.PACKET_HOST || !h.parse(skb)) {
            net.counters.add(Counter.TCP_IN_ERRS);
            skb.release();
            return;
        }
        if (!Checksum.valid(skb)) {
            net.counters.add(Counter.TCP_IN_CSUM_ERRORS);
            net.counters.add(Counter.TCP_IN_ERRS);
            skb.release();
            return;
        }
        TcpFlow flow = flows.get(new TcpFlow.Key(skb.destination, h.destinationPort, skb.source, h.sourcePort));
        if (flow != null) {
            flow.segment(skb, h);
            return;
        }
        unconnected(skb, h);
    }

    /** A segment of no known connection: to a listener, or refused. */
    void unconnected(SkBuff skb, TcpHeader h) {
        TcpSock listener = listener(skb.destination, h.destinationPort, skb.source, h.sourcePort, skb.device);
        if (listener == null) {
            listener = transparent;
        }
        if (listener != null) {
            listener.listener().segment(skb, h);
            return;
        }
        if (!h.has(TcpHeader.RST)) {
            refuse(skb, h);
        }
        skb.release();
    }

    /** A rule has a segment refused, which starts at its header; stays the caller's. */
    public void reject(SkBuff skb) {
        TcpHeader h = new TcpHeader();
        if (h.parse(skb)) {
            refuse(skb, h);
        }
    }

    /** Answers with a reset (RFC 9293, 3.10.7.1). */
    void refuse(SkBuff skb, TcpHeader h) {
        if (h.has(TcpHeader.RST) || skb.destination.isMulticast()) {
            return;
        }
        int seq = h.has(TcpHeader.ACK) ? h.ack : 0;
        int ack = h.has(TcpHeader.ACK) ? 0 : h.end();
        int flags = TcpHeader.RST | (h.has(TcpHeader.ACK) ? 0 : TcpHeader.ACK);
        net.counters.add(Counter.TCP_OUT_RSTS);
        bare(skb, h, seq, ack, flags, 0, 0, 0);
    }

    /**
     * Answers a segment with one without data and without a connection (tcp_v4_send_ack).
     *
     * @param tsValue, tsEcho timestamps, both 0: none
     */
    void bare(SkBuff skb, TcpHeader h, int seq, int ack, int flags, int window, int tsValue, int tsEcho) {
        boolean stamped = (tsValue | tsEcho) != 0;
        int length = TcpHeader.SIZE + (stamped ? 12 : 0);
        SkBuff out = SkBuff.allocate(length);
        int at = out.put(length);
        byte[] b = out.head();
        Be.put16(b, at, h.destinationPort);
        Be.put16(b, at + 2, h.sourcePort);
        Be.put32(b, at + 4, seq);
        Be.put32(b, at + 8, ack);
        b[at + 12] = (byte) (length << 2);
        b[at + 13] = (byte) flags;
        Be.put16(b, at + 14, window);
        if (stamped) {
            Be.put32(b, at + 20, 0x0101080a);
            Be.put32(b, at + 24, tsValue);
            Be.put32(b, at + 28, tsEcho);
        }
        NetDevice device = skb.device;
        int index = device != null && skb.source.needsScope() ? device.index : 0;
        send(out, skb.destination, skb.source, index);
    }

    /** Sends a segment that belongs to no socket. */
    void send(SkBuff out, IpAddress from, IpAddress to, int index) {
        out.partialChecksum = 16;
        try {
            IpOutput way = IpOutput.resolve(net, to, from, index, 0, 0);
            net.counters.add(Counter.TCP_OUT_SEGS);
            if (to.isV4()) {
                net.ipv4.send(out, way, from, InetConst.IPPROTO_TCP, 0, net.settings.defaultTtl, true, null);
            } else {
                net.ipv6.send(out, way, from, InetConst.IPPROTO_TCP, 0, net.settings.defaultTtl, false);
            }
        } catch (ErrnoException e) {
            // As with any lost segment: the other side asks again.
            net.counters.add(Counter.IP_OUT_DISCARDS);
            out.release();
        }
    }

    @Override
    public void error(IcmpError error) {
        if (error.packet().length < 8) {
            return;
        }
        TcpFlow flow = flows.get(
                new TcpFlow.Key(error.source(), error.sourcePort(), error.destination(), error.destinationPort()));
        if (flow != null) {
            flow.icmpError(error);
        }
    }

    /** An initial sequence number (RFC 6528): a secret function of the ends, plus a clock. */
    int initialSequence(TcpFlow.Key key) {
        long x = issSecret ^ key.hashCode() * 0x9e37_79b9_7f4a_7c15L;
        x ^= key.local().low + key.remote().low * 31 + key.remotePort();
        x = (x ^ x >>> 32) * 0xd6e8_feb8_6659_fd93L;
        x = (x ^ x >>> 32) * 0xd6e8_feb8_6659_fd93L;
        return (int) (x >>> 32) + (int) (net.nowNs() >>> 6);
    }

    /** Is a free local port's flow to there unused, or left by a connection that may be reused? */
    boolean usable(TcpFlow.Key key) {
        TcpFlow known = flows.get(key);
        if (known == null) {
            return true;
        }
        if (known instanceof TcpTimeWait tw && tw.reusable()) {
            tw.kill();
            net.counters.add(Counter.EXT_TW_RECYCLED);
            return true;
        }
        return false;
    }

    static boolean isUnicast(int type) {
        return type == Netlink.RTN_UNICAST || type == Netlink.RTN_LOCAL;
    }
}
