package umlaut.net;

import umlaut.kernel.task.Task;

/** One address family (Linux: net_proto_family). */
public interface SocketFamily {
    /** AF_*. */
    int number();

    /**
     * A new socket.
     *
     * @param type SOCK_* without flags
     * @param fileFlags O_NONBLOCK or 0
     * @throws umlaut.abi.ErrnoException ESOCKTNOSUPPORT, EPROTONOSUPPORT, EPERM
     */
    Socket create(Task task, int type, int protocol, int fileFlags);

    /** Connects two new sockets. @throws umlaut.abi.ErrnoException EOPNOTSUPP */
    default void connectPair(Task task, Socket first, Socket second) {
        throw umlaut.abi.Errno.EOPNOTSUPP.exception();
    }
}
