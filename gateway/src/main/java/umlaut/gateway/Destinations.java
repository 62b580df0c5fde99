package umlaut.gateway;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.HostRoutes;
import umlaut.net.core.IpAddress;

/**
 * Where on the host's side something for an address goes: the gateway's policy. What belongs to the host itself is refused unless the machine's configuration says otherwise. Used by one
 * thread.
 */
final class Destinations {
    /** Codes of {@link Refusal}: no ICMP error but what a closed port does, and nothing at all. */
    static final int CLOSED = -1, SILENT = -2;

    private static final int DNS_PORT = 53;
    private static final IpAddress LINK_LOCAL4 = IpAddress.v4(0xa9fe0000);
    private static final int LINK_LOCAL4_LENGTH = 16, THIS_NET4_LENGTH = 8;

    /** What {@link #of} answers. */
    sealed interface Result permits Target, Refusal {}

    /** @param address as the host is to be told */
    record Target(IpAddress address, int port, boolean isResolver) implements Result {}

    /** @param errno what a connect of the host's would have said */
    record Refusal(Errno errno) implements Result {}

    private final boolean allowHost;
    private final Resolvers resolvers;
    private @Nullable HostRoutes routes;

    Destinations(boolean allowHost, Resolvers resolvers) {
        this.allowHost = allowHost;
        this.resolvers = resolvers;
    }

    Result of(IpAddress to, int port) {
        if (NatAddresses.isDns(to) && port == DNS_PORT) {
            IpAddress resolver = resolvers.current();
            return resolver == null ? new Refusal(Errno.ECONNREFUSED) : new Target(resolver, port, true);
        }
        if (NatAddresses.isGateway(to)) {
            IpAddress loopback = to.isV4() ? IpAddress.LOOPBACK4 : IpAddress.LOOPBACK6;
            return allowHost ? new Target(loopback, port, false) : new Refusal(Errno.ECONNREFUSED);
        }
        if (NatAddresses.isInside(to)) {
            return new Refusal(NatAddresses.isDns(to) ? Errno.ECONNREFUSED : Errno.EHOSTUNREACH);
        }
        if (isSpecial(to)) {
            return new Refusal(Errno.EACCES);
        }
        int kind = routes().kindOf(to.bytes());
        return switch (kind) {
            case HostRoutes.RTN_LOCAL -> allowHost ? new Target(to, port, false) : new Refusal(Errno.EACCES);
            case HostRoutes.RTN_BROADCAST, HostRoutes.RTN_MULTICAST -> new Refusal(Errno.EACCES);
            case HostRoutes.RTN_UNICAST -> new Target(to, port, false);
            default ->
                new Refusal(kind < 0 && Errno.of(-kind) == Errno.EHOSTUNREACH ? Errno.EHOSTUNREACH : Errno.ENETUNREACH);
        };
    }

    /** A name server has not answered. */
    void resolverFailed() {
        resolvers.failed();
    }

    /** Addresses that mean this machine or its link, whatever its routes say (RFC 6890). */
    private static boolean isSpecial(IpAddress to) {
        return to.isLoopback()
                || to.isAny()
                || to.isMulticast()
                || to.isLimitedBroadcast()
                || to.isLinkLocal()
                || to.in(LINK_LOCAL4, LINK_LOCAL4_LENGTH)
                || to.in(IpAddress.ANY4, THIS_NET4_LENGTH)
                // IPv4 addresses in disguise (RFC 4291, 2.5.5.1).
                || !to.isV4() && to.high == 0 && to.low >>> 32 == 0;
    }

    private HostRoutes routes() {
        HostRoutes known = routes;
        if (known == null) {
            known = new HostRoutes();
            routes = known;
        }
        return known;
    }

    /**
     * How a router tells a failure of the host's.
     *
     * @return code of an ICMP destination-unreachable message of that version; CLOSED; SILENT
     */
    static int unreachableCode(Errno errno, boolean v4) {
        return switch (errno) {
            case ECONNREFUSED, ECONNRESET -> CLOSED;
            case ETIMEDOUT, EMFILE, ENFILE, ENOBUFS, ENOMEM, EAGAIN -> SILENT;
            case ENETUNREACH -> 0;
            case EACCES, EPERM -> v4 ? 13 : 1;
            default -> v4 ? 1 : 3;
        };
    }

    void close() {
        HostRoutes known = routes;
        if (known != null) {
            known.close();
        }
    }
}
