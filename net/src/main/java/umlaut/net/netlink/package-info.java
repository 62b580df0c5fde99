/** Netlink sockets (netlink(7), rtnetlink(7), sock_diag(7); Linux: net/netlink, net/core/rtnetlink.c, net/ipv4/inet_diag.c). */
@org.jspecify.annotations.NullMarked
package umlaut.net.netlink;
