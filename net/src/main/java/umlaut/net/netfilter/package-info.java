/**
 * Netfilter: hooks on the way of packets, connection tracking and network address translation (Linux: net/netfilter, nf_conntrack, nf_nat). All is guarded by the namespace's lock. Rules are
 * in package nftables.
 */
@org.jspecify.annotations.NullMarked
package umlaut.net.netfilter;
