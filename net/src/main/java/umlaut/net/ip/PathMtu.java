package umlaut.net.ip;

import java.util.LinkedHashMap;
import java.util.Map;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;

/** What ICMP has told of the MTU of ways (RFC 1191, RFC 8201): kept ten minutes. Guarded by the namespace's lock. */
public final class PathMtu {
    private static final long KEPT_NS = 600_000_000_000L;
    private static final int MAX = 1024;
    public static final int MIN4 = 552, MIN6 = 1280;

    private record Known(int mtu, long untilNs) {}

    private final NetNamespace net;
    private final Map<IpAddress, Known> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<IpAddress, Known> eldest) {
            return size() > MAX;
        }
    };

    PathMtu(NetNamespace net) {
        this.net = net;
    }

    int limit(IpAddress destination, int mtu) {
        if (known.isEmpty()) {
            return mtu;
        }
        Known k = known.get(destination);
        if (k == null) {
            return mtu;
        }
        if (k.untilNs < net.nowNs()) {
            known.remove(destination);
            return mtu;
        }
        return Math.min(mtu, k.mtu);
    }

    public void learn(IpAddress destination, int mtu) {
        int least = destination.isV4() ? MIN4 : MIN6;
        known.put(destination, new Known(Math.max(least, mtu), net.nowNs() + KEPT_NS));
        net.fib(destination.isV4()).invalidate();
    }
}
