package umlaut.net.core;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * An Internet address of either version. An IPv4 address is held as the IPv4-mapped IPv6 address ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), as a dual-stack socket sees it; no packet
 * carries such an address in an IPv6 header, so the two never meet. Immutable.
 */
public final class IpAddress {
    private static final long MAPPED = 0xffff_0000_0000L;

    public static final IpAddress ANY4 = v4(0);
    public static final IpAddress ANY6 = new IpAddress(0, 0);
    public static final IpAddress LOOPBACK4 = v4(0x7f000001);
    public static final IpAddress LOOPBACK6 = new IpAddress(0, 1);
    public static final IpAddress BROADCAST4 = v4(-1);
    /** All nodes, all routers (RFC 4291, 2.7.1), and all MLDv2 routers. */
    public static final IpAddress ALL_NODES = new IpAddress(0xff02_0000_0000_0000L, 1);

    public static final IpAddress ALL_ROUTERS = new IpAddress(0xff02_0000_0000_0000L, 2);
    public static final IpAddress ALL_HOSTS4 = v4(0xe0000001);

    public final long high;
    public final long low;

    public IpAddress(long high, long low) {
        this.high = high;
        this.low = low;
    }

    public static IpAddress v4(int address) {
        return new IpAddress(0, MAPPED | address & 0xffff_ffffL);
    }

    /** From 4 or 16 bytes in network order. */
    public static IpAddress of(byte[] bytes, int at, int length) {
        return length == 4 ? v4(Be.i32(bytes, at)) : new IpAddress(Be.i64(bytes, at), Be.i64(bytes, at + 8));
    }

    /** From the text of a numeric address, as ip(7) and ipv6(7) users write them; no names are looked up. @return null: it is none */
    public static @Nullable IpAddress parse(String text) {
        if (!text.matches("\\d+\\.\\d+\\.\\d+\\.\\d+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return null;
        }
        try {
            byte[] bytes = InetAddress.getByName(text).getAddress();
            return of(bytes, 0, bytes.length);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    public boolean isV4() {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** The IPv4 address as a number; only for such. */
    public int v4() {
        return (int) low;
    }

    /** The unspecified address of its version. */
    public boolean isAny() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    public boolean isLoopback() {
        return isV4() ? (int) low >>> 24 == 127 : high == 0 && low == 1;
    }

    public boolean isMulticast() {
        return isV4() ? (int) low >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /** 255.255.255.255. */
    public boolean isLimitedBroadcast() {
        return isV4() && (int) low == -1;
    }

    /** fe80::/10. */
    public boolean isLinkLocal() {
        return high >>> 54 == 0x3fa;
    }

    /** A multicast group that stays on its link: ff02::/16, 224.0.0.0/24. */
    public boolean isLinkLocalMulticast() {
        return isV4() ? (int) low >>> 8 == 0xe00000 : (high >>> 48 & 0xff0f) == 0xff02;
    }

    /** Interface-local or link-local scope: needs to be told which link. */
    public boolean needsScope() {
        return isLinkLocal() || high >>> 56 == 0xff && (high >>> 48 & 0xf) <= 2;
    }

    /** Bits of an address of this version: 32 or 128. */
    public int bits() {
        return isV4() ? 32 : 128;
    }

    /** The address with all bits behind the first {@code length} of its version cleared. */
    public IpAddress prefix(int length) {
        int all = isV4() ? length + 96 : length;
        long h = all >= 64 ? high : all == 0 ? 0 : high & -1L << 64 - all;
        long l = all >= 128 ? low : all <= 64 ? 0 : low & -1L << 128 - all;
        return new IpAddress(h, l);
    }

    /** Is it in the network of that prefix and length, and of its version? */
    public boolean in(IpAddress network, int length) {
        int all = network.isV4() ? length + 96 : length;
        if (isV4() != network.isV4()) {
            return false;
        }
        boolean h = all == 0 || (high ^ network.high) >>> Math.max(0, 64 - all) == 0;
        return h && (all <= 64 || (low ^ network.low) >>> 128 - all == 0);
    }

    public byte[] bytes() {
        byte[] out = new byte[isV4() ? 4 : 16];
        put(out, 0);
        return out;
    }

    /** Writes its 4 or 16 bytes. */
    public void put(byte[] out, int at) {
        if (isV4()) {
            Be.put32(out, at, v4());
        } else {
            put16(out, at);
        }
    }

    /** Writes 16 bytes, an IPv4 address as a mapped one. */
    public void put16(byte[] out, int at) {
        Be.put64(out, at, high);
        Be.put64(out, at + 8, low);
    }

    /** The solicited-node multicast address (RFC 4291, 2.7.1). */
    public IpAddress solicitedNode() {
        return new IpAddress(0xff02_0000_0000_0000L, 0x1_ff00_0000L | low & 0xff_ffff);
    }

    /** The Ethernet address that its multicast packets go to (RFC 1112, 6.4; RFC 2464, 7). */
    public byte[] multicastMac() {
        byte[] mac = new byte[6];
        if (isV4()) {
            Be.put16(mac, 0, 0x0100);
            Be.put32(mac, 2, 0x5e000000 | (int) low & 0x7fffff);
        } else {
            Be.put16(mac, 0, 0x3333);
            Be.put32(mac, 2, (int) low);
        }
        return mac;
    }

    /** An IPv4 network mask of that length. */
    public static int mask4(int length) {
        return length == 0 ? 0 : -1 << 32 - length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress a && a.high == high && a.low == low;
    }

    @Override
    public int hashCode() {
        long mixed = (high ^ low) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed ^ mixed >>> 32);
    }

    /** As RFC 5952 writes it. */
    @Override
    public String toString() {
        if (isV4()) {
            int a = v4();
            return (a >>> 24) + "." + (a >>> 16 & 255) + "." + (a >>> 8 & 255) + "." + (a & 255);
        }
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && group(j) == 0) {
                j++;
            }
            if (j - i > bestLength) {
                best = i;
                bestLength = j - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(i)));
            }
        }
        return text.toString();
    }

    private int group(int i) {
        long half = i < 4 ? high : low;
        return (int) (half >>> 48 - 16 * (i & 3)) & 0xffff;
    }
}
