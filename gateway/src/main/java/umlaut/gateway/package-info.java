/**
 * What stands at the other end of a guest's network cable: the gateway of {@code --net nat}. It knows nothing of the guest's kernel but Ethernet frames ({@link umlaut.net.device.Link}), has a
 * whole network stack of its own, of the same make as the guests', and carries what that stack's sockets receive to sockets of the host, and back.
 *
 * <p>Threads: frames are received on the thread that sent them, under the lock of the gateway's stack; what they bring about is done by the one thread of {@link umlaut.gateway.HostLoop}, which
 * owns everything else here and makes all calls of the host. Nothing here is loaded before a guest sends its first frame or a port is published.
 */
@org.jspecify.annotations.NullMarked
package umlaut.gateway;
