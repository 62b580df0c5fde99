package umlaut.net.core;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Netlink;

/**
 * One route (Linux: struct fib_info and its place in a table; struct fib6_info). Immutable but for its flags.
 *
 * @param destination with all bits behind the prefix zero
 * @param type RTN_*
 * @param scope RT_SCOPE_*
 * @param protocol RTPROT_*: who made it
 * @param metric of those with the same destination, the lowest is taken
 * @param gateway the next hop; null: the destination is on the link
 * @param device null for routes that go nowhere
 * @param preferredSource null: the device's
 * @param mtu 0: the device's
 */
public record Route(
        IpAddress destination,
        int prefixLength,
        int table,
        int type,
        int scope,
        int protocol,
        int metric,
        int tos,
        @Nullable IpAddress gateway,
        @Nullable NetDevice device,
        @Nullable IpAddress preferredSource,
        int mtu,
        int flags) {

    /** A route to a network on a device's link. */
    public static Route connected(
            IpAddress network,
            int length,
            int table,
            int type,
            int scope,
            NetDevice device,
            @Nullable IpAddress source) {
        boolean v4 = network.isV4();
        int metric = v4 ? 0 : table == Netlink.RT_TABLE_LOCAL ? 0 : 256;
        return new Route(
                network.prefix(length),
                length,
                table,
                type,
                scope,
                Netlink.RTPROT_KERNEL,
                metric,
                0,
                null,
                device,
                source,
                0,
                0);
    }

    public boolean usable() {
        NetDevice out = device;
        return out == null || out.isUp() && (flags & Netlink.RTNH_F_DEAD) == 0;
    }
}
