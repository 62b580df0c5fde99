package umlaut.gateway;

import umlaut.net.core.IpAddress;

/** The network that a guest behind NAT sees: private addresses (RFC 1918, RFC 4193) that every such guest can have, since each has a gateway of its own. */
public final class NatAddresses {
    private static final int NET4 = 0x0a000200;
    private static final long NET6 = 0xfd75_6d6c_6175_7400L;

    public static final int LENGTH4 = 24, LENGTH6 = 64;
    public static final IpAddress GUEST4 = IpAddress.v4(NET4 | 15), GUEST6 = new IpAddress(NET6, 15);
    public static final IpAddress GATEWAY4 = IpAddress.v4(NET4 | 2), GATEWAY6 = new IpAddress(NET6, 2);
    /** Where name servers are asked for: what comes to port 53 goes to the host's. */
    public static final IpAddress DNS4 = IpAddress.v4(NET4 | 3), DNS6 = new IpAddress(NET6, 3);

    public static final IpAddress BROADCAST4 = IpAddress.v4(NET4 | 255);
    /** First of those that DHCP gives to further Ethernet addresses of the guest. */
    static final int DYNAMIC_FIRST = 16, DYNAMIC_LAST = 254;

    /** Large, as nothing but memory carries the frames; leaves room for all headers in 64 KiB. */
    public static final int MTU = 65520;

    /** Locally administered (IEEE 802c). */
    private static final byte[] GUEST_MAC = {0x02, 0x75, 0x6d, 0x6c, 0, 15},
            GATEWAY_MAC = {0x02, 0x75, 0x6d, 0x6c, 0, 2};

    private NatAddresses() {}

    public static byte[] guestMac() {
        return GUEST_MAC.clone();
    }

    public static byte[] gatewayMac() {
        return GATEWAY_MAC.clone();
    }

    static IpAddress guest4(int host) {
        return IpAddress.v4(NET4 | host);
    }

    /** Is it in the guest's own network? */
    static boolean isInside(IpAddress address) {
        return address.in(GATEWAY4, LENGTH4) || address.in(GATEWAY6, LENGTH6);
    }

    static boolean isGateway(IpAddress address) {
        return address.equals(GATEWAY4) || address.equals(GATEWAY6);
    }

    static boolean isDns(IpAddress address) {
        return address.equals(DNS4) || address.equals(DNS6);
    }
}
