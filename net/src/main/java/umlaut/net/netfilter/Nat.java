package umlaut.net.netfilter;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;

/**
 * Network address translation (net/netfilter/nf_nat_core.c): a connection's first packet asks the rules, once at a hook for destinations and once for sources; what they say is kept as the
 * connection's reply tuple, and every packet is rewritten after it.
 */
final class Nat {
    private static final int MOST_TRIES = 256;
    private static final int FIRST_FREE_PORT = 1024, PORTS = 65_536;
    private static final int PRIVILEGED_LOW = 512;

    private final ConnectionTable table;

    Nat(ConnectionTable table) {
        this.table = table;
    }

    /** @param rules of this hook, in order */
    int run(NfPacket p, List<NfHook.Function> rules) {
        Connection c = p.skb.connection;
        if (c == null) {
            return NfHook.ACCEPT;
        }
        boolean source = NfHook.translatesSource(p.hook);
        int info = p.skb.trackInfo;
        int base = info % Connection.IS_REPLY;
        if (base == Connection.RELATED) {
            return NatRewrite.error(p, c, Connection.isReply(info), source);
        }
        int done = source ? Connection.SRC_NAT_DONE : Connection.DST_NAT_DONE;
        if (base == Connection.NEW && !c.has(done)) {
            for (NfHook.Function rule : rules) {
                if (rule.run(p) != NfHook.ACCEPT) {
                    return NfHook.DROP;
                }
                if (c.has(done)) {
                    break;
                }
            }
            if (!c.has(done)) {
                setup(c, NatRange.NONE, source);
            }
        } else if (!Connection.isReply(info) && movedAway(c, p.out)) {
            table.remove(c);
            return NfHook.DROP;
        }
        boolean reply = Connection.isReply(info);
        if (c.has(bit(source, reply))) {
            NatRewrite.packet(p, c.tuple(!reply).inverted(), source);
        }
        return NfHook.ACCEPT;
    }

    /** Masqueraded as one device's address, it leaves by another now. */
    private static boolean movedAway(Connection c, @Nullable NetDevice out) {
        return c.masqueradeIndex != 0 && out != null && out.index != c.masqueradeIndex;
    }

    /** The status bit that says whether packets of a direction are rewritten where sources, or destinations, are. */
    static int bit(boolean source, boolean reply) {
        return source != reply ? Connection.SRC_NAT : Connection.DST_NAT;
    }

    /** What a rule has found for a new connection (nf_nat_setup_info). @return false: no port is free */
    boolean setup(Connection c, NatRange range, boolean source) {
        Tuple now = c.reply.inverted();
        Tuple wanted = choose(now, range, source);
        if (wanted == null) {
            return false;
        }
        if (!wanted.equals(now)) {
            c.reply = wanted.inverted();
            c.status |= source ? Connection.SRC_NAT : Connection.DST_NAT;
        }
        c.status |= source ? Connection.SRC_NAT_DONE : Connection.DST_NAT_DONE;
        return true;
    }

    private @Nullable Tuple choose(Tuple now, NatRange range, boolean source) {
        IpAddress address = address(now, range, source);
        boolean icmp = Tuple.isIcmp(now.protocol());
        int port = source ? now.sourcePort() : now.destinationPort();
        Tuple same = with(now, address, port, source);
        if (!Tuple.hasPorts(now.protocol()) && !(icmp && source)) {
            return same;
        }
        boolean given = range.highPort() != 0;
        boolean fits = !given || port >= range.lowPort() && port <= range.highPort();
        if (fits && !range.random() && !table.isTaken(same.inverted())) {
            return same;
        }
        if (!given && !source) {
            return same;
        }
        int low = range.lowPort();
        int count = range.highPort() - low + 1;
        if (!given) {
            boolean privileged = !icmp && port < FIRST_FREE_PORT;
            low = icmp ? 0 : privileged ? port < PRIVILEGED_LOW ? 1 : 600 : FIRST_FREE_PORT;
            count = icmp
                    ? PORTS
                    : privileged ? (port < PRIVILEGED_LOW ? PRIVILEGED_LOW : FIRST_FREE_PORT) - low : PORTS - low;
        }
        return search(now, address, low, count, range.random() || !given, source);
    }

    private @Nullable Tuple search(Tuple now, IpAddress address, int low, int count, boolean random, boolean source) {
        int start = random ? ThreadLocalRandom.current().nextInt(count) : 0;
        for (int i = 0; i < Math.min(count, MOST_TRIES); i++) {
            Tuple candidate = with(now, address, low + (start + i) % count, source);
            if (!table.isTaken(candidate.inverted())) {
                return candidate;
            }
        }
        return null;
    }

    /** The one of the range that a client always gets (find_best_ips_proto). */
    private static IpAddress address(Tuple now, NatRange range, boolean source) {
        IpAddress low = range.low();
        IpAddress high = range.high();
        if (low == null || high == null) {
            return source ? now.source() : now.destination();
        }
        long span = high.low - low.low;
        if (low.equals(high) || span <= 0) {
            return low;
        }
        int key = source
                ? now.source().hashCode()
                : now.source().hashCode() * 31 + now.destination().hashCode();
        return new IpAddress(low.high, low.low + Math.floorMod((long) key, span + 1));
    }

    private static Tuple with(Tuple tuple, IpAddress address, int port, boolean source) {
        return source ? tuple.withSource(address, port) : tuple.withDestination(address, port);
    }
}
