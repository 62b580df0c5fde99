package umlaut.net.inet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;
import umlaut.abi.Errno;
import umlaut.net.core.NetNamespace;

/** The ports of one protocol and who has them (Linux: inet_bind_hashbucket). Guarded by the namespace's lock. */
public final class PortTable {
    private final NetNamespace net;
    /** A port may be had twice with SO_REUSEADDR by sockets that listen on none of them: TCP's rule, not UDP's. */
    private final boolean listenersExclude;

    private final Map<Integer, List<PortUser>> users = new HashMap<>();

    public PortTable(NetNamespace net, boolean listenersExclude) {
        this.net = net;
        this.listenersExclude = listenersExclude;
    }

    public List<PortUser> users(int port) {
        return users.getOrDefault(port, List.of());
    }

    public void add(int port, PortUser user) {
        users.computeIfAbsent(port, p -> new ArrayList<>(1)).add(user);
    }

    public void remove(int port, PortUser user) {
        List<PortUser> list = users.get(port);
        if (list != null) {
            list.remove(user);
            if (list.isEmpty()) {
                users.remove(port);
            }
        }
    }

    public boolean conflicts(int port, PortUser wanted) {
        List<PortUser> list = users.get(port);
        if (list == null) {
            return false;
        }
        for (PortUser other : list) {
            if (other != wanted && PortUser.overlap(wanted, other) && !mayShare(wanted, other)) {
                return true;
            }
        }
        return false;
    }

    private boolean mayShare(PortUser a, PortUser b) {
        if (a.reusesPort() && b.reusesPort() && a.uid() == b.uid()) {
            return true;
        }
        boolean listening = listenersExclude && (a.listens() || b.listens());
        return a.reusesAddress() && b.reusesAddress() && !listening;
    }

    /** A free port of the range. @param fits what is asked besides. @throws umlaut.abi.ErrnoException {@code none} */
    public int choose(int low, int high, IntPredicate fits, Errno none) {
        int count = Math.max(1, high - low + 1);
        int start = ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < count; i++) {
            int port = low + (start + i) % count;
            if (fits.test(port)) {
                return port;
            }
        }
        throw none.exception();
    }

    /** A free port for bind(2) with port 0. @throws umlaut.abi.ErrnoException EADDRINUSE */
    public int chooseFor(Sock sock) {
        int low = sock.ip.portLow(net.settings.localPortLow);
        int high = sock.ip.portHigh(net.settings.localPortHigh);
        return choose(low, high, port -> !users.containsKey(port), Errno.EADDRINUSE);
    }
}
