/**
 * Sockets between processes of one machine (net/unix/, unix(7)).
 *
 * <p>Lock order: a socket's {@code stateLock} may be held when a queue's write lock and then its read lock are taken; two sockets' state locks are taken in order of their
 * numbers. Names ({@link umlaut.net.unix.UnixNames}) come before all of these. Wait queues are leaves.
 */
@org.jspecify.annotations.NullMarked
package umlaut.net.unix;
