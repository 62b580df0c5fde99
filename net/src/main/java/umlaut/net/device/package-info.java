/** Kinds of network devices inside the guest (Linux: drivers/net, net/bridge, net/8021q). */
@org.jspecify.annotations.NullMarked
package umlaut.net.device;
