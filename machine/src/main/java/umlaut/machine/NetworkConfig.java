package umlaut.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.gateway.HostTransport;
import umlaut.gateway.LinkOptions;
import umlaut.gateway.NatConfig;
import umlaut.net.core.IpAddress;

/** How a machine's network is connected to the outside: what {@code --net} says. */
public sealed interface NetworkConfig {
    /** Not at all: the guest has lo alone. */
    record None() implements NetworkConfig {}

    /** By a gateway of its own; see docs/network.md. */
    record Nat(NatConfig config, LinkOptions options) implements NetworkConfig {}

    /**
     * By a switch that it shares with other guests of the same user.
     *
     * @param address of eth0, from the start; null: none
     * @param length of its prefix
     */
    record Switch(String name, @Nullable IpAddress address, int length, LinkOptions options) implements NetworkConfig {}

    /** By something of the host's, as {@link Switch}. */
    record Transport(
            HostTransport transport,
            String argument,
            @Nullable IpAddress address,
            int length,
            LinkOptions options) implements NetworkConfig {}

    /** By several devices: eth0, eth1 and so on, none of them a {@code Many} itself. */
    record Many(List<NetworkConfig> devices) implements NetworkConfig {
        public Many {
            devices = List.copyOf(devices);
        }
    }

    static NetworkConfig none() {
        return new None();
    }

    static NetworkConfig nat() {
        return new Nat(new NatConfig(false, List.of()), LinkOptions.NONE);
    }
}
