package umlaut.net.inet;

import umlaut.net.core.IpAddress;

/**
 * An entry of a socket's error queue (struct sock_extended_err, ip(7) IP_RECVERR).
 *
 * @param origin SO_EE_ORIGIN_*: 1 local, 2 ICMP, 3 ICMPv6
 * @param offender who told; unspecified: nobody
 * @param destination, port where the packet was going
 * @param data the packet's own data, as far as it came back
 */
public record SockError(
        int errno,
        int origin,
        int type,
        int code,
        int info,
        IpAddress offender,
        IpAddress destination,
        int port,
        byte[] data) {
    public static final int LOCAL = 1, ICMP = 2, ICMP6 = 3;
}
