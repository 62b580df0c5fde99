/**
 * Internet sockets: what TCP, UDP, raw and ping sockets share (Linux: net/ipv4/af_inet.c, net/ipv6/af_inet6.c, inet_sock). A {@link umlaut.net.inet.InetSocket} is the file, a
 * {@link umlaut.net.inet.Sock} the protocol's side of it, which needs no task and may outlive the file.
 */
@org.jspecify.annotations.NullMarked
package umlaut.net.inet;
