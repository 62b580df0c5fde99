package umlaut.net.core;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Netlink;

/** An address of a device (Linux: struct in_ifaddr, struct inet6_ifaddr). Guarded by the namespace's lock. */
public final class InterfaceAddress {
    public final IpAddress local;
    /** The other end's on a point-to-point link, else the same. */
    public final IpAddress peer;

    public final int prefixLength;
    public final @Nullable IpAddress broadcast;
    public final int scope;
    public String label;
    /** IFA_F_*. */
    public int flags;
    /** Until when it is preferred and valid, monotonic ns; Long.MAX_VALUE = for ever. */
    public long preferredUntilNs = Long.MAX_VALUE;

    public long validUntilNs = Long.MAX_VALUE;
    public long createdNs;
    public int protocol;

    @Nullable NetTimer timer;

    public InterfaceAddress(
            IpAddress local, IpAddress peer, int prefixLength, @Nullable IpAddress broadcast, int scope, String label) {
        this.local = local;
        this.peer = peer;
        this.prefixLength = prefixLength;
        this.broadcast = broadcast;
        this.scope = scope;
        this.label = label;
        this.flags = Netlink.IFA_F_PERMANENT;
    }

    public boolean isTentative() {
        return (flags & Netlink.IFA_F_TENTATIVE) != 0;
    }

    public boolean isSecondary() {
        return local.isV4() && (flags & Netlink.IFA_F_SECONDARY) != 0;
    }
}
