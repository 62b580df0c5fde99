package umlaut.gateway;

import umlaut.net.core.Be;

/**
 * What the gateway tells guests that ask for routers: itself, the network's prefix, from which addresses may be made (SLAAC), the MTU and the name server (RFC 4861, 4.2 and 4.6; RFC 8106).
 */
final class RouterAdvertisement {
    private static final int ADVERT = 134, HOPS = 64;
    private static final int SOURCE_LINK = 1, PREFIX = 3, MTU = 5, RDNSS = 25;
    private static final int ON_LINK = 0x80, AUTONOMOUS = 0x40;
    private static final int ROUTER_SECONDS = 1800, VALID_SECONDS = 86_400, PREFERRED_SECONDS = 14_400;
    private static final int HEADER = 16, UNIT = 8, PREFIX_UNITS = 4, RDNSS_UNITS = 3;

    private RouterAdvertisement() {}

    /** The message, its checksum left out. */
    static byte[] message() {
        byte[] m = new byte[HEADER + UNIT * (1 + 1 + PREFIX_UNITS + RDNSS_UNITS)];
        m[0] = (byte) ADVERT;
        m[4] = HOPS;
        Be.put16(m, 6, ROUTER_SECONDS);
        int at = HEADER;
        option(m, at, SOURCE_LINK, 1);
        System.arraycopy(NatAddresses.gatewayMac(), 0, m, at + 2, 6);
        at += UNIT;
        option(m, at, MTU, 1);
        Be.put32(m, at + 4, NatAddresses.MTU);
        at += UNIT;
        option(m, at, PREFIX, PREFIX_UNITS);
        m[at + 2] = NatAddresses.LENGTH6;
        m[at + 3] = (byte) (ON_LINK | AUTONOMOUS);
        Be.put32(m, at + 4, VALID_SECONDS);
        Be.put32(m, at + 8, PREFERRED_SECONDS);
        System.arraycopy(NatAddresses.GATEWAY6.bytes(), 0, m, at + 16, NatAddresses.LENGTH6 / 8);
        at += UNIT * PREFIX_UNITS;
        option(m, at, RDNSS, RDNSS_UNITS);
        Be.put32(m, at + 4, ROUTER_SECONDS);
        NatAddresses.DNS6.put16(m, at + 8);
        return m;
    }

    private static void option(byte[] m, int at, int kind, int units) {
        m[at] = (byte) kind;
        m[at + 1] = (byte) units;
    }
}
