/** The user datagram protocol (RFC 768; Linux: net/ipv4/udp.c) and ping sockets (net/ipv4/ping.c). */
@org.jspecify.annotations.NullMarked
package umlaut.net.udp;
