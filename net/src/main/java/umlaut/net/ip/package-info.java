/** The Internet protocols, versions 4 and 6, with ICMP, ARP, neighbour discovery, IGMP and MLD (RFC 791, RFC 8200; Linux: net/ipv4, net/ipv6). */
@org.jspecify.annotations.NullMarked
package umlaut.net.ip;
