package umlaut.net.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;

/** The routing of one IP version: rules and tables (Linux: net/ipv4/fib_*.c, net/ipv6/ip6_fib.c). Guarded by the namespace's lock. */
public final class Fib {
    /** Hears of changes: netlink. */
    public interface Listener {
        void routeChanged(Route route, boolean added, boolean replaced);

        void ruleChanged(Rule rule, boolean added, boolean v4);
    }

    public final boolean v4;
    private final Map<Integer, RouteTable> tables = new TreeMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Listener listener;
    /** Changes with every change here, so that what was looked up can be kept. */
    private int generation;

    Fib(boolean v4, Listener listener) {
        this.v4 = v4;
        this.listener = listener;
        IpAddress any = v4 ? IpAddress.ANY4 : IpAddress.ANY6;
        rules.add(Rule.table(0, Netlink.RT_TABLE_LOCAL, any));
        rules.add(Rule.table(32766, Netlink.RT_TABLE_MAIN, any));
        if (v4) {
            rules.add(Rule.table(32767, Netlink.RT_TABLE_DEFAULT, any));
        }
    }

    public int generation() {
        return generation;
    }

    /** Something that lookups depend on has changed: a device, say. */
    public void invalidate() {
        generation++;
    }

    // --- lookup ---

    /**
     * The route a packet takes.
     *
     * @param source null: not chosen yet
     * @param outIndex only by this device; 0 = any
     * @param in the device it came in by; null: made here
     * @return a route, perhaps one that refuses; null: there is none
     */
    public @Nullable Route lookup(
            IpAddress destination,
            @Nullable IpAddress source,
            int outIndex,
            @Nullable NetDevice in,
            int tos,
            int mark) {
        for (int i = 0, n = rules.size(); i < n; i++) {
            Rule rule = rules.get(i);
            if (!matches(rule, destination, source, outIndex, in, tos, mark)) {
                continue;
            }
            if (rule.action() != Rule.TO_TABLE) {
                return refusing(rule, destination);
            }
            RouteTable table = tables.get(rule.table());
            Route route = table == null ? null : table.lookup(destination, r -> fits(r, outIndex, destination));
            if (route != null && route.type() != Netlink.RTN_THROW) {
                return route;
            }
        }
        return null;
    }

    private static boolean fits(Route route, int outIndex, IpAddress destination) {
        NetDevice device = route.device();
        if (outIndex == 0) {
            return true;
        }
        if (device == null) {
            return true;
        }
        // What is addressed to the machine itself arrives by lo, whatever device it is sent from.
        return device.index == outIndex || route.type() == Netlink.RTN_LOCAL && !destination.needsScope();
    }

    private static boolean matches(
            Rule rule,
            IpAddress destination,
            @Nullable IpAddress source,
            int outIndex,
            @Nullable NetDevice in,
            int tos,
            int mark) {
        if (rule.sourceLength() > 0 && (source == null || !source.in(rule.source(), rule.sourceLength()))) {
            return false;
        }
        if (rule.destinationLength() > 0 && !destination.in(rule.destination(), rule.destinationLength())) {
            return false;
        }
        if (rule.inName() != null && (in == null || !in.name.equals(rule.inName()))) {
            return false;
        }
        if (rule.outName() != null && outIndex == 0) {
            return false;
        }
        return (rule.tos() == 0 || rule.tos() == tos) && ((rule.mark() ^ mark) & rule.mask()) == 0;
    }

    private static Route refusing(Rule rule, IpAddress destination) {
        return new Route(
                destination, destination.bits(), rule.table(), rule.action(), 0, 0, 0, 0, null, null, null, 0, 0);
    }

    /** Is it an address of this machine? */
    public boolean isLocal(IpAddress address) {
        RouteTable local = tables.get(Netlink.RT_TABLE_LOCAL);
        Route route = local == null ? null : local.lookup(address, r -> true);
        return route != null && route.type() == Netlink.RTN_LOCAL;
    }

    /** RTN_LOCAL, RTN_BROADCAST or RTN_MULTICAST of the local table, RTN_UNICAST for all else. */
    public int addressType(IpAddress address) {
        if (address.isMulticast()) {
            return Netlink.RTN_MULTICAST;
        }
        if (address.isLimitedBroadcast()) {
            return Netlink.RTN_BROADCAST;
        }
        RouteTable local = tables.get(Netlink.RT_TABLE_LOCAL);
        Route route = local == null ? null : local.lookup(address, r -> true);
        return route == null ? Netlink.RTN_UNICAST : route.type();
    }

    // --- changes ---

    public RouteTable table(int id) {
        return tables.computeIfAbsent(id, RouteTable::new);
    }

    public Iterable<RouteTable> tables() {
        return List.copyOf(tables.values());
    }

    /**
     * Adds a route as RTM_NEWROUTE says.
     *
     * @param flags NLM_F_CREATE, EXCL, REPLACE, APPEND
     * @throws umlaut.abi.ErrnoException EEXIST, ENOENT
     */
    public void add(Route route, int flags) {
        RouteTable table = table(route.table());
        Route same = null;
        for (Route r : table.at(route.destination(), route.prefixLength())) {
            if (r.metric() == route.metric() && r.tos() == route.tos()) {
                same = r;
                break;
            }
        }
        if (same != null && (flags & Netlink.NLM_F_EXCL) != 0) {
            throw Errno.EEXIST.exception();
        }
        boolean replaces = false;
        if (same != null && (flags & Netlink.NLM_F_REPLACE) != 0) {
            replaces = true;
            table.remove(same);
        } else if (same != null && ((flags & Netlink.NLM_F_APPEND) == 0 && v4 || same.equals(route))) {
            throw Errno.EEXIST.exception();
        } else if (same == null && (flags & (Netlink.NLM_F_CREATE | Netlink.NLM_F_REPLACE)) == Netlink.NLM_F_REPLACE) {
            throw Errno.ENOENT.exception();
        }
        table.add(route, false);
        generation++;
        listener.routeChanged(route, true, replaces);
    }

    public void remove(Route route) {
        table(route.table()).remove(route);
        generation++;
        listener.routeChanged(route, false, false);
    }

    /** Takes away all routes by a device, since it goes; those of the kernel's own making as it is switched off. */
    public void flush(NetDevice device, boolean v4Only) {
        for (RouteTable table : tables.values()) {
            for (Route route : table.all()) {
                if (route.device() == device) {
                    table.remove(route);
                    generation++;
                    if (!v4Only) {
                        listener.routeChanged(route, false, false);
                    }
                }
            }
        }
    }

    public List<Rule> rules() {
        return rules;
    }

    public void addRule(Rule rule) {
        int at = 0;
        while (at < rules.size() && rules.get(at).priority() <= rule.priority()) {
            at++;
        }
        rules.add(at, rule);
        generation++;
        listener.ruleChanged(rule, true, v4);
    }

    public void removeRule(Rule rule) {
        rules.remove(rule);
        generation++;
        listener.ruleChanged(rule, false, v4);
    }
}
