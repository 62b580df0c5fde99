package umlaut.net.netfilter;

import org.jspecify.annotations.Nullable;
import umlaut.net.core.IpAddress;

/**
 * What an address may be translated to (struct nf_nat_range2).
 *
 * @param low null: the address stays
 * @param lowPort 0 together with {@code highPort}: any port, its own if that is free; also the numbers of pings
 * @param random the port is to be chosen at random
 */
public record NatRange(@Nullable IpAddress low, @Nullable IpAddress high, int lowPort, int highPort, boolean random) {
    public static final NatRange NONE = new NatRange(null, null, 0, 0, false);
}
