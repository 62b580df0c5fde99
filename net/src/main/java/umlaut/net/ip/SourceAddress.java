package umlaut.net.ip;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Netlink;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;

/** Which of its addresses the machine uses as a source (inet_select_addr; RFC 6724). */
public final class SourceAddress {
    private SourceAddress() {}

    /** One of the device's, else one of another's whose scope allows it; 0.0.0.0 if there is none. */
    public static IpAddress v4(NetNamespace net, NetDevice device, int scope) {
        InterfaceAddress own = device.primary(true);
        if (own != null) {
            return own.local;
        }
        for (NetDevice other : net.devices.all()) {
            for (InterfaceAddress a : other.addresses) {
                boolean fits = a.local.isV4() && !a.isSecondary() && a.scope != Netlink.RT_SCOPE_LINK;
                if (fits && a.scope <= scope && other.isUp() && a.scope != Netlink.RT_SCOPE_HOST) {
                    return a.local;
                }
            }
        }
        return IpAddress.ANY4;
    }

    /** By rules 1, 2, 3, 5 and 8 of RFC 6724. */
    public static IpAddress v6(NetNamespace net, NetDevice device, IpAddress to) {
        InterfaceAddress best = null;
        NetDevice bestDevice = device;
        for (NetDevice d : net.devices.all()) {
            if (to.needsScope() && d != device || !d.isUp()) {
                continue;
            }
            for (InterfaceAddress a : d.addresses) {
                if (!a.local.isV4() && !a.isTentative() && better(a, d, best, bestDevice, device, to)) {
                    best = a;
                    bestDevice = d;
                }
            }
        }
        return best == null ? IpAddress.ANY6 : best.local;
    }

    private static boolean better(
            InterfaceAddress a,
            NetDevice on,
            @Nullable InterfaceAddress best,
            NetDevice bestOn,
            NetDevice out,
            IpAddress to) {
        if (best == null || a.local.equals(to)) {
            return true;
        }
        if (best.local.equals(to)) {
            return false;
        }
        int wanted = scope(to);
        int sa = scope(a.local);
        int sb = scope(best.local);
        if (sa != sb) {
            return sb < sa ? sb < wanted : sa >= wanted;
        }
        boolean oldA = (a.flags & Netlink.IFA_F_DEPRECATED) != 0;
        boolean oldB = (best.flags & Netlink.IFA_F_DEPRECATED) != 0;
        if (oldA != oldB) {
            return oldB;
        }
        if ((on == out) != (bestOn == out)) {
            return on == out;
        }
        return common(a.local, to) > common(best.local, to);
    }

    /** Multicast scope values (RFC 4291): 1 interface, 2 link, 14 global. */
    static int scope(IpAddress a) {
        if (a.high >>> 56 == 0xff) {
            return (int) (a.high >>> 48) & 0xf;
        }
        return a.isLoopback() ? 1 : a.isLinkLocal() ? 2 : 14;
    }

    private static int common(IpAddress a, IpAddress b) {
        long x = a.high ^ b.high;
        return x != 0 ? Long.numberOfLeadingZeros(x) : 64 + Long.numberOfLeadingZeros(a.low ^ b.low);
    }
}
