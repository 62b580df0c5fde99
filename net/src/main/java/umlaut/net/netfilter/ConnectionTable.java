package umlaut.net.netfilter;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimer;
import umlaut.net.core.SkBuff;

/**
 * Connection tracking (net/netfilter/nf_conntrack_core.c): every packet gets its connection and what it is to it, and a connection enters the table when its first packet has passed all hooks.
 * Bounded: when it is full, the oldest connection that has had no answer makes room; where there is none, new ones are dropped.
 */
public final class ConnectionTable {
    private static final int MOST = 65_536;
    private static final long SWEEP_NS = 2_000_000_000L, SECOND_NS = 1_000_000_000L;
    private static final int UDP_SECONDS = 30, UDP_STREAM_SECONDS = 120, ICMP_SECONDS = 30, GENERIC_SECONDS = 600;
    private static final int TCP_UNREPLIED_SECONDS = 300;

    private final NetNamespace net;
    private final NetTimer sweeper;
    private final Map<Tuple, Connection> byTuple = new HashMap<>();
    /** In the order of their making. */
    private final Set<Connection> all = new LinkedHashSet<>();

    private int lastId;

    ConnectionTable(NetNamespace net) {
        this.net = net;
        sweeper = net.timers.create(this::sweep);
    }

    public Collection<Connection> all() {
        return all;
    }

    @Nullable Connection find(Tuple tuple) {
        Connection c = byTuple.get(tuple);
        if (c != null && c.deadlineNs <= net.nowNs()) {
            remove(c);
            return null;
        }
        return c;
    }

    /** Would a reply's tuple be another connection's? (nf_nat_used_tuple) */
    boolean isTaken(Tuple reply) {
        return find(reply) != null;
    }

    // --- packets ---

    /** A packet has come in or is sent from here. */
    int in(NfPacket p) {
        SkBuff skb = p.skb;
        if (skb.connection != null || skb.trackInfo == Connection.UNTRACKED) {
            return NfHook.ACCEPT;
        }
        if (p.isIcmpError()) {
            relate(p);
            return NfHook.ACCEPT;
        }
        Tuple tuple = Tuple.of(p);
        if (tuple == null) {
            return NfHook.ACCEPT;
        }
        boolean tcp = tuple.protocol() == InetConst.IPPROTO_TCP;
        if (tcp && !p.hasTransport(20)) {
            return NfHook.ACCEPT;
        }
        int flags = tcp ? TcpTracking.flags(p) : 0;
        Connection c = find(tuple);
        if (c != null && tcp) {
            TcpTracking.Result result = TcpTracking.seen(c, flags, !c.original.equals(tuple));
            if (result == TcpTracking.Result.INVALID) {
                return NfHook.ACCEPT;
            }
            if (result == TcpTracking.Result.REOPENED) {
                remove(c);
                c = null;
            }
        }
        if (c == null) {
            if (!tuple.mayBegin() || tcp && !TcpTracking.mayBegin(flags)) {
                return NfHook.ACCEPT;
            }
            if (all.size() >= MOST && !makeRoom()) {
                return NfHook.DROP;
            }
            c = new Connection(tuple, ++lastId);
            if (tcp) {
                TcpTracking.seen(c, flags, false);
            }
        }
        boolean reply = !c.original.equals(tuple);
        skb.connection = c;
        skb.trackInfo = info(c, reply);
        if (reply) {
            c.status |= Connection.SEEN_REPLY;
        }
        seen(c, reply, skb.length());
        return NfHook.ACCEPT;
    }

    private static int info(Connection c, boolean reply) {
        if (reply) {
            return Connection.ESTABLISHED + Connection.IS_REPLY;
        }
        return c.has(Connection.SEEN_REPLY) ? Connection.ESTABLISHED : Connection.NEW;
    }

    private void seen(Connection c, boolean reply, int length) {
        c.count(reply, length);
        int protocol = c.original.protocol();
        boolean answered = c.has(Connection.SEEN_REPLY);
        int seconds;
        if (protocol == InetConst.IPPROTO_TCP) {
            seconds = c.tcp.seconds;
            if (!answered && c.tcp == TcpTracking.State.ESTABLISHED) {
                seconds = TCP_UNREPLIED_SECONDS;
            }
            if (c.tcp == TcpTracking.State.ESTABLISHED && answered) {
                c.status |= Connection.ASSURED;
            }
        } else if (protocol == InetConst.IPPROTO_UDP || protocol == InetConst.IPPROTO_UDPLITE) {
            seconds = answered ? UDP_STREAM_SECONDS : UDP_SECONDS;
            if (answered && !reply) {
                c.status |= Connection.ASSURED;
            }
        } else {
            seconds = Tuple.isIcmp(protocol) ? ICMP_SECONDS : GENERIC_SECONDS;
        }
        c.deadlineNs = net.nowNs() + seconds * SECOND_NS;
    }

    /** An error about a connection's packet belongs to it (nf_conntrack_inet_error). */
    private void relate(NfPacket p) {
        Tuple inner = Tuple.ofInner(p);
        Tuple back = inner == null ? null : inner.inverted();
        Connection c = back == null ? null : find(back);
        if (c == null) {
            return;
        }
        p.skb.connection = c;
        p.skb.trackInfo = Connection.RELATED + (c.original.equals(back) ? 0 : Connection.IS_REPLY);
    }

    /** A packet has passed all hooks: its connection, if new, is one now. */
    int confirm(NfPacket p) {
        Connection c = p.skb.connection;
        if (c == null || c.has(Connection.CONFIRMED) || p.skb.trackInfo != Connection.NEW) {
            return NfHook.ACCEPT;
        }
        if (find(c.original) != null || find(c.reply) != null) {
            return NfHook.DROP;
        }
        c.status |= Connection.CONFIRMED;
        byTuple.put(c.original, c);
        byTuple.put(c.reply, c);
        all.add(c);
        if (!sweeper.isSet()) {
            sweeper.set(net.nowNs() + SWEEP_NS);
        }
        return NfHook.ACCEPT;
    }

    // --- ends ---

    void remove(Connection c) {
        c.status |= Connection.DYING;
        all.remove(c);
        byTuple.remove(c.original, c);
        byTuple.remove(c.reply, c);
    }

    private boolean makeRoom() {
        for (Connection c : all) {
            if (!c.has(Connection.ASSURED)) {
                remove(c);
                return true;
            }
        }
        return false;
    }

    private void sweep() {
        long now = net.nowNs();
        for (Iterator<Connection> i = all.iterator(); i.hasNext(); ) {
            Connection c = i.next();
            if (c.deadlineNs <= now) {
                i.remove();
                byTuple.remove(c.original, c);
                byTuple.remove(c.reply, c);
            }
        }
        if (!all.isEmpty()) {
            sweeper.set(now + SWEEP_NS);
        }
    }

    /** Forgets all: nobody asks for connections any more. */
    void clear() {
        all.clear();
        byTuple.clear();
    }
}
