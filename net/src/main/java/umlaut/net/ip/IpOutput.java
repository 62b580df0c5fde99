package umlaut.net.ip;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;

/**
 * Where packets of a flow go: a route with everything decided (Linux: struct dst_entry). Immutable; valid as long as the routing's generation has not changed.
 *
 * @param type RTN_LOCAL, RTN_UNICAST, RTN_BROADCAST, RTN_MULTICAST
 * @param device that sends: lo for this machine's own addresses
 * @param nextHop the gateway or the destination
 */
public record IpOutput(
        @Nullable Route route,
        int type,
        NetDevice device,
        IpAddress nextHop,
        IpAddress source,
        IpAddress destination,
        int generation) {

    /**
     * Decides.
     *
     * @param source the one to use; null or unspecified: chosen by the route
     * @param outIndex only by this device, 0 = any
     * @throws umlaut.abi.ErrnoException ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, ENODEV, EADDRNOTAVAIL
     */
    public static IpOutput resolve(
            NetNamespace net, IpAddress destination, @Nullable IpAddress source, int outIndex, int tos, int mark) {
        boolean v4 = destination.isV4();
        IpAddress from = source == null || source.isAny() ? null : source;
        IpAddress to = destination;
        if (to.isAny()) {
            to = from != null ? from : v4 ? IpAddress.LOOPBACK4 : IpAddress.LOOPBACK6;
        }
        int generation = net.fib(v4).generation();
        if (v4 && (to.isLimitedBroadcast() || to.isMulticast()) && outIndex != 0) {
            return onLink(net, to, from, outIndex, generation);
        }
        Route route = net.fib(v4).lookup(to, from, outIndex, null, tos, mark);
        if (route == null) {
            if (v4 && outIndex != 0) {
                return onLink(net, to, from, outIndex, generation);
            }
            throw Errno.ENETUNREACH.exception();
        }
        refuse(route);
        NetDevice device = route.device();
        if (device == null) {
            throw Errno.ENETUNREACH.exception();
        }
        int type = to.isMulticast()
                ? Netlink.RTN_MULTICAST
                : to.isLimitedBroadcast() ? Netlink.RTN_BROADCAST : route.type();
        if (type == Netlink.RTN_LOCAL) {
            IpAddress preferred = route.preferredSource();
            IpAddress chosen = from != null ? from : v4 && preferred != null ? preferred : to;
            return new IpOutput(route, type, net.loopback, to, chosen, to, generation);
        }
        IpAddress next = route.gateway() == null ? to : route.gateway();
        return new IpOutput(route, type, device, next, source(net, from, route, device, to), to, generation);
    }

    private static void refuse(Route route) {
        switch (route.type()) {
            case Netlink.RTN_BLACKHOLE -> throw Errno.EINVAL.exception();
            case Netlink.RTN_UNREACHABLE -> throw Errno.EHOSTUNREACH.exception();
            case Netlink.RTN_PROHIBIT -> throw Errno.EACCES.exception();
            default -> {}
        }
    }

    private static IpOutput onLink(
            NetNamespace net, IpAddress to, @Nullable IpAddress from, int outIndex, int generation) {
        NetDevice device = net.devices.byIndex(outIndex);
        if (device == null) {
            throw Errno.ENODEV.exception();
        }
        if (!device.isUp()) {
            throw Errno.ENETUNREACH.exception();
        }
        int type = to.isMulticast()
                ? Netlink.RTN_MULTICAST
                : to.isLimitedBroadcast() ? Netlink.RTN_BROADCAST : Netlink.RTN_UNICAST;
        IpAddress chosen = from != null ? from : SourceAddress.v4(net, device, Netlink.RT_SCOPE_LINK);
        return new IpOutput(null, type, device, to, chosen, to, generation);
    }

    private static IpAddress source(
            NetNamespace net, @Nullable IpAddress from, Route route, NetDevice device, IpAddress to) {
        if (from != null) {
            return from;
        }
        IpAddress preferred = route.preferredSource();
        if (preferred != null) {
            return preferred;
        }
        return to.isV4() ? SourceAddress.v4(net, device, route.scope()) : SourceAddress.v6(net, device, to);
    }

    public boolean valid(NetNamespace net) {
        return generation == net.fib(destination.isV4()).generation();
    }

    /** The largest packet that fits the way as far as known. */
    public int mtu(NetNamespace net) {
        int mtu = device.mtu;
        Route r = route;
        if (r != null && r.mtu() > 0 && type != Netlink.RTN_LOCAL) {
            mtu = Math.min(mtu, r.mtu());
        }
        return type == Netlink.RTN_UNICAST ? net.ipv4.pathMtu.limit(destination, mtu) : mtu;
    }
}
