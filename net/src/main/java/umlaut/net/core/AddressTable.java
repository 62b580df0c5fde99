package umlaut.net.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;

/** Addresses of devices and the routes that come with them (Linux: net/ipv4/devinet.c, fib_frontend.c, net/ipv6/addrconf.c). Guarded by the namespace's lock. */
public final class AddressTable {
    /** Hears of changes: netlink, and who does things with new addresses. */
    public interface Listener {
        void addressChanged(NetDevice device, InterfaceAddress address, boolean added);

        /** The device has just been switched on (or its link has come), or off. */
        default void deviceSwitched(NetDevice device, boolean on) {}
    }

    private static final int NO_ROUTES = Netlink.NLM_F_CREATE | Netlink.NLM_F_APPEND;

    private final NetNamespace net;
    private final List<Listener> listeners = new ArrayList<>();

    AddressTable(NetNamespace net) {
        this.net = net;
    }

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    public static @Nullable InterfaceAddress find(NetDevice device, IpAddress local, int length) {
        for (InterfaceAddress a : device.addresses) {
            if (a.local.equals(local) && (length < 0 || a.prefixLength == length)) {
                return a;
            }
        }
        return null;
    }

    /** @throws umlaut.abi.ErrnoException EEXIST */
    public void add(NetDevice device, InterfaceAddress address) {
        boolean v4 = address.local.isV4();
        if (find(device, address.local, v4 ? address.prefixLength : -1) != null) {
            throw Errno.EEXIST.exception();
        }
        address.createdNs = net.nowNs();
        if (v4) {
            for (InterfaceAddress a : device.addresses) {
                boolean sameNet = a.local.isV4()
                        && a.prefixLength == address.prefixLength
                        && !a.isSecondary()
                        && address.peer.in(a.peer, a.prefixLength);
                if (sameNet) {
                    address.flags |= Netlink.IFA_F_SECONDARY;
                }
            }
        } else if (device.needsNeighbours()
                && device.conf.dadTransmits > 0
                && (address.flags & Netlink.IFA_F_NODAD) == 0) {
            address.flags |= Netlink.IFA_F_TENTATIVE;
        }
        device.addresses.add(address);
        if (device.isUp()) {
            addRoutes(device, address);
        }
        armLifetime(device, address);
        notify(device, address, true);
    }

    /** It has other lifetimes now. */
    public void armLifetime(NetDevice device, InterfaceAddress address) {
        if (address.timer == null) {
            if (address.validUntilNs == Long.MAX_VALUE) {
                return;
            }
            address.timer = net.timers.create(() -> {
                if (device.addresses.contains(address) && address.validUntilNs <= net.nowNs()) {
                    remove(device, address);
                }
            });
        }
        if (address.validUntilNs == Long.MAX_VALUE) {
            address.flags |= Netlink.IFA_F_PERMANENT;
            address.timer.stop();
        } else {
            address.flags &= ~Netlink.IFA_F_PERMANENT;
            address.timer.set(address.validUntilNs);
        }
    }

    public void remove(NetDevice device, InterfaceAddress address) {
        device.addresses.remove(address);
        if (address.timer != null) {
            address.timer.stop();
        }
        removeRoutes(device, address);
        notify(device, address, false);
        if (address.local.isV4() && !address.isSecondary()) {
            // As Linux does without promote_secondaries: they go with the primary address.
            for (InterfaceAddress a : List.copyOf(device.addresses)) {
                boolean dependent = a.isSecondary()
                        && a.prefixLength == address.prefixLength
                        && a.peer.in(address.peer, a.prefixLength);
                if (dependent) {
                    remove(device, a);
                }
            }
        }
    }

    /** It is no longer tentative, or otherwise changed. */
    public void changed(NetDevice device, InterfaceAddress address) {
        notify(device, address, true);
    }

    private void notify(NetDevice device, InterfaceAddress address, boolean added) {
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).addressChanged(device, address, added);
        }
    }

    // --- routes ---

    private void addRoutes(NetDevice device, InterfaceAddress a) {
        for (Route route : routesOf(device, a)) {
            Fib fib = net.fib(a.local.isV4());
            boolean known = fib.table(route.table()).at(route.destination(), route.prefixLength()).stream()
                    .anyMatch(r -> r.equals(route));
            if (!known) {
                fib.add(route, NO_ROUTES);
            }
        }
    }

    private static List<Route> routesOf(NetDevice device, InterfaceAddress a) {
        List<Route> routes = new ArrayList<>();
        int local = Netlink.RT_TABLE_LOCAL;
        int bits = a.local.bits();
        boolean v4 = a.local.isV4();
        IpAddress source = v4 ? a.local : null;
        int host = Netlink.RT_SCOPE_HOST;
        int universe = Netlink.RT_SCOPE_UNIVERSE;
        routes.add(Route.connected(a.local, bits, local, Netlink.RTN_LOCAL, v4 ? host : universe, device, source));
        boolean prefixRoute = (a.flags & Netlink.IFA_F_NOPREFIXROUTE) == 0;
        if (!v4) {
            if (prefixRoute && !(device.isLoopback() && a.prefixLength == 128)) {
                routes.add(Route.connected(
                        a.peer, a.prefixLength, Netlink.RT_TABLE_MAIN, Netlink.RTN_UNICAST, universe, device, null));
            }
            return routes;
        }
        if (device.isLoopback() && a.local.isLoopback() && a.prefixLength < 32) {
            routes.add(Route.connected(a.local, a.prefixLength, local, Netlink.RTN_LOCAL, host, device, source));
        } else if (prefixRoute && (a.prefixLength < 32 || !a.peer.equals(a.local))) {
            routes.add(Route.connected(
                    a.peer,
                    a.prefixLength,
                    Netlink.RT_TABLE_MAIN,
                    Netlink.RTN_UNICAST,
                    Netlink.RT_SCOPE_LINK,
                    device,
                    source));
        }
        if (a.prefixLength < 31) {
            IpAddress last = IpAddress.v4(a.peer.v4() | ~IpAddress.mask4(a.prefixLength));
            routes.add(Route.connected(last, 32, local, Netlink.RTN_BROADCAST, Netlink.RT_SCOPE_LINK, device, source));
            if (a.broadcast != null && !a.broadcast.equals(last)) {
                routes.add(Route.connected(
                        a.broadcast, 32, local, Netlink.RTN_BROADCAST, Netlink.RT_SCOPE_LINK, device, source));
            }
        }
        return routes;
    }

    private void removeRoutes(NetDevice device, InterfaceAddress gone) {
        Fib fib = net.fib(gone.local.isV4());
        List<Route> kept = new ArrayList<>();
        for (InterfaceAddress a : device.addresses) {
            kept.addAll(routesOf(device, a));
        }
        for (Route route : routesOf(device, gone)) {
            if (!kept.contains(route)
                    && fib.table(route.table())
                            .at(route.destination(), route.prefixLength())
                            .contains(route)) {
                fib.remove(route);
            }
        }
        if (gone.local.isV4()) {
            for (RouteTable table : fib.tables()) {
                for (Route route : table.all()) {
                    if (gone.local.equals(route.preferredSource())
                            && route.device() == device
                            && !kept.contains(route)) {
                        fib.remove(route);
                    }
                }
            }
        }
    }

    void deviceSwitched(NetDevice device) {
        boolean on = device.isUp();
        if (on) {
            addMulticastRoute(device);
            if (device.isLoopback()) {
                addLoopback(device, IpAddress.LOOPBACK4, 8);
                addLoopback(device, IpAddress.LOOPBACK6, 128);
            }
            for (InterfaceAddress a : List.copyOf(device.addresses)) {
                addRoutes(device, a);
            }
        } else {
            net.fib4.flush(device, true);
            net.fib6.flush(device, false);
            for (InterfaceAddress a : List.copyOf(device.addresses)) {
                if (!a.local.isV4()) {
                    remove(device, a);
                }
            }
            net.neighbours4.flush(device);
            net.neighbours6.flush(device);
        }
        listeners.forEach(l -> l.deviceSwitched(device, on && device.carrier));
    }

    private void addLoopback(NetDevice device, IpAddress address, int length) {
        if (find(device, address, -1) == null) {
            add(device, new InterfaceAddress(address, address, length, null, Netlink.RT_SCOPE_HOST, device.name));
        }
    }

    void carrierChanged(NetDevice device) {
        net.fib4.invalidate();
        net.fib6.invalidate();
        if (device.isUp()) {
            listeners.forEach(l -> l.deviceSwitched(device, device.carrier));
        }
    }

    private void addMulticastRoute(NetDevice device) {
        if (device.isLoopback() || device.conf.disable6) {
            return;
        }
        Route route = new Route(
                new IpAddress(0xff00_0000_0000_0000L, 0),
                8,
                Netlink.RT_TABLE_LOCAL,
                Netlink.RTN_MULTICAST,
                Netlink.RT_SCOPE_UNIVERSE,
                Netlink.RTPROT_KERNEL,
                256,
                0,
                null,
                device,
                null,
                0,
                0);
        if (!net.fib6.table(Netlink.RT_TABLE_LOCAL).at(route.destination(), 8).contains(route)) {
            net.fib6.add(route, NO_ROUTES);
        }
    }
}
