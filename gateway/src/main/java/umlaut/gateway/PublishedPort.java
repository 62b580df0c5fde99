package umlaut.gateway;

/**
 * A port of the host that leads to one of the guest's.
 *
 * @param address of the host, 4 or 16 bytes
 * @param hostPort 0: any free one
 * @param udp else TCP
 */
public record PublishedPort(byte[] address, int hostPort, int guestPort, boolean udp) {}
