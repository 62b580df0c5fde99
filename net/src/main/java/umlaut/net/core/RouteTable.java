package umlaut.net.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A table of routes of one IP version with lookup by the longest prefix (RFC 1812, 5.2.4.3): one hash table for each prefix length in use, asked from the longest on. Guarded by
 * the namespace's lock.
 */
public final class RouteTable {
    public final int id;
    private final TreeMap<Integer, Map<IpAddress, List<Route>>> byLength = new TreeMap<>(Comparator.reverseOrder());

    RouteTable(int id) {
        this.id = id;
    }

    /** The route with the longest prefix, and of those the lowest metric, that is usable and that {@code accept} takes; null: none. */
    @Nullable Route lookup(IpAddress destination, Predicate<Route> accept) {
        for (Map.Entry<Integer, Map<IpAddress, List<Route>>> length : byLength.entrySet()) {
            List<Route> routes = length.getValue().get(destination.prefix(length.getKey()));
            if (routes == null) {
                continue;
            }
            for (int i = 0, n = routes.size(); i < n; i++) {
                Route route = routes.get(i);
                if (route.usable() && accept.test(route)) {
                    return route;
                }
            }
        }
        return null;
    }

    /** Routes to exactly that network, by metric. */
    public List<Route> at(IpAddress network, int length) {
        Map<IpAddress, List<Route>> routes = byLength.get(length);
        return routes == null ? List.of() : routes.getOrDefault(network, List.of());
    }

    /** Adds it behind those with the same metric, or before them. */
    void add(Route route, boolean first) {
        List<Route> routes = byLength.computeIfAbsent(route.prefixLength(), n -> new HashMap<>())
                .computeIfAbsent(route.destination(), d -> new ArrayList<>(1));
        int at = 0;
        while (at < routes.size()
                && (routes.get(at).metric() < route.metric()
                        || !first && routes.get(at).metric() == route.metric())) {
            at++;
        }
        routes.add(at, route);
    }

    void remove(Route route) {
        Map<IpAddress, List<Route>> routes = byLength.get(route.prefixLength());
        List<Route> same = routes == null ? null : routes.get(route.destination());
        if (routes == null || same == null) {
            return;
        }
        same.remove(route);
        if (same.isEmpty()) {
            routes.remove(route.destination());
            if (routes.isEmpty()) {
                byLength.remove(route.prefixLength());
            }
        }
    }

    /** All routes, in the order of their destinations. */
    public List<Route> all() {
        List<Route> all = new ArrayList<>();
        byLength.values().forEach(routes -> routes.values().forEach(all::addAll));
        all.sort((a, b) -> {
            int c = Long.compareUnsigned(a.destination().high, b.destination().high);
            c = c != 0 ? c : Long.compareUnsigned(a.destination().low, b.destination().low);
            c = c != 0 ? c : Integer.compare(a.prefixLength(), b.prefixLength());
            return c != 0 ? c : Integer.compare(a.metric(), b.metric());
        });
        return all;
    }
}
