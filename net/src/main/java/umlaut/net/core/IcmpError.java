package umlaut.net.core;

import org.jspecify.annotations.Nullable;

/**
 * What an ICMP message told of a packet that was sent from here (RFC 792, RFC 4443).
 *
 * @param type, code of the message
 * @param info the next hop's MTU, or a pointer
 * @param offender who sent the message
 * @param source, destination of the packet
 * @param packet its bytes from the transport header on, as far as they came back
 * @param errno what it means to a socket; 0 = nothing
 * @param hard the connection is not to be waited for
 */
public record IcmpError(
        boolean v4,
        int type,
        int code,
        int info,
        IpAddress offender,
        IpAddress source,
        IpAddress destination,
        int protocol,
        byte[] packet,
        @Nullable NetDevice device,
        int errno,
        boolean hard) {
    public int sourcePort() {
        return packet.length >= 4 ? Be.u16(packet, 0) : 0;
    }

    public int destinationPort() {
        return packet.length >= 4 ? Be.u16(packet, 2) : 0;
    }
}
