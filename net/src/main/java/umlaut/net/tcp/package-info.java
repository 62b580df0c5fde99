/**
 * The transmission control protocol (RFC 9293; Linux: net/ipv4/tcp*.c). A {@link umlaut.net.tcp.TcpSock} holds a connection's state; what happens to it is in classes by concern:
 * {@code TcpInput} for segments that come in, {@code TcpOutput} for those that go out, {@code TcpLoss} for finding out which are lost, {@code TcpTimers} for time. All is guarded by the
 * namespace's lock, but for copying of data, which a lock of each direction serializes.
 */
@org.jspecify.annotations.NullMarked
package umlaut.net.tcp;
