/**
 * What the network stack is built of: the namespace with its lock and timers, packets, devices, addresses, routes and neighbours (Linux: net/core, and the tables of
 * net/ipv4 and net/ipv6).
 *
 * <p>Locking: one {@link umlaut.net.core.NetNamespace} has one lock, and everything of the stack is guarded by it: tables, devices, protocol state. Data is copied from and
 * to guest memory without it. Packets that a device loops back wait in the namespace's backlog and are received, in order, before the lock is let go
 * ({@code NetNamespace.unlock}): so a send on the loopback device has arrived when the system call returns, as after Linux's softirq. A thread never holds the locks of two
 * namespaces: what a veth pair carries across is handed over when the first lock has been let go. Rank: after all locks of files and memory, before wait queues.
 */
@org.jspecify.annotations.NullMarked
package umlaut.net.core;
