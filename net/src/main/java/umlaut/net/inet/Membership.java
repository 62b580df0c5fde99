package umlaut.net.inet;

import java.util.LinkedHashSet;
import java.util.Set;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;

/** A socket's membership of a multicast group, with the sources it wants or does not want (RFC 3376, RFC 3678). Guarded by the namespace's lock. */
public final class Membership {
    public final IpAddress group;
    public final NetDevice device;
    /** The sources are those wanted; else those not wanted. */
    boolean include;

    final Set<IpAddress> sources = new LinkedHashSet<>();

    Membership(IpAddress group, NetDevice device) {
        this.group = group;
        this.device = device;
    }

    boolean wants(IpAddress source) {
        return include == sources.contains(source);
    }
}
