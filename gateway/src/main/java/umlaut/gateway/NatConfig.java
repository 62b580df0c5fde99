package umlaut.gateway;

import java.util.List;

/**
 * How a guest is connected by NAT.
 *
 * @param allowHost it may reach the host's own addresses, and the host's loopback as the gateway's address
 * @param ports published ones
 */
public record NatConfig(boolean allowHost, List<PublishedPort> ports) {
    public NatConfig {
        ports = List.copyOf(ports);
    }
}
