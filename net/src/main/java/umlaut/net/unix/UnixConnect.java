package umlaut.net.unix;

import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.PeerCredentials;
import umlaut.net.unix.UnixSocket.State;

/** connect(2) and socketpair(2) of unix sockets. */
final class UnixConnect {
    private UnixConnect() {}

    /** The connection is made at once, and waits in the listener's backlog to be accepted. */
    static long stream(UnixSocket socket, Task task, byte[] sockaddr) {
        UnixAddress target = UnixAddress.parse(sockaddr);
        if (target == null) {
            throw Errno.EINVAL.exception();
        }
        if (socket.unixOptions.passesIdentity() && socket.address() == null) {
            socket.autobind();
        }
        // Walks the path, so outside of the monitor.
        UnixSocket listener = socket.network.names.find(task, target, socket.type);
        UnixSocket server = new UnixSocket(socket.network, task, socket.type, 0, 0);
        synchronized (socket.network) {
            long refused = check(socket, listener);
            if (refused != 0) {
                return refused;
            }
            server.setAddress(listener.address());
            server.peerCredentials = PeerCredentials.of(task);
            server.unixOptions.inherit(listener.unixOptions);
            socket.peerCredentials = listener.peerCredentials;
            join(socket, server);
            listener.backlog.addLast(server);
            listener.waiting = listener.backlog.size();
        }
        listener.readers.wake(Poll.POLLIN | Poll.POLLRDNORM);
        socket.writers.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
        return 0;
    }

    private static long check(UnixSocket socket, UnixSocket listener) {
        if (listener.dead || listener.state != State.LISTENING || listener.receiveShut) {
            return Errno.ECONNREFUSED.negative();
        }
        switch (socket.state) {
            case CONNECTED -> {
                return Errno.EISCONN.negative();
            }
            case LISTENING -> {
                return Errno.EINVAL.negative();
            }
            default -> {
                return listener.backlog.size() > listener.backlogLimit ? BlockingOp.WOULD_BLOCK : 0;
            }
        }
    }

    /** Sets the default destination, or with AF_UNSPEC none. */
    static long datagram(UnixSocket socket, Task task, byte[] sockaddr) {
        if (sockaddr.length < 2) {
            throw Errno.EINVAL.exception();
        }
        if ((sockaddr[0] | sockaddr[1]) == SockConst.AF_UNSPEC) {
            synchronized (socket.network) {
                socket.peer = null;
                socket.state = State.CLOSED;
            }
            socket.writers.wakeAll(Poll.POLLOUT);
            return 0;
        }
        UnixAddress target = UnixAddress.parse(sockaddr);
        if (target == null) {
            throw Errno.EINVAL.exception();
        }
        if (socket.unixOptions.passesIdentity() && socket.address() == null) {
            socket.autobind();
        }
        UnixSocket other = socket.network.names.find(task, target, socket.type);
        synchronized (socket.network) {
            if (other.dead) {
                return Errno.ECONNREFUSED.negative();
            }
            if (!maySend(socket, other)) {
                return Errno.EPERM.negative();
            }
            socket.peer = other;
            socket.state = State.CONNECTED;
        }
        return 0;
    }

    /** A connected datagram socket takes packets from its peer alone. */
    static boolean maySend(UnixSocket from, UnixSocket to) {
        UnixSocket only = to.peer;
        return only == null || only == from;
    }

    static void pair(Task task, UnixSocket a, UnixSocket b) {
        synchronized (a.network) {
            PeerCredentials both = PeerCredentials.of(task);
            a.peerCredentials = both;
            b.peerCredentials = both;
            join(a, b);
        }
    }

    private static void join(UnixSocket a, UnixSocket b) {
        a.peer = b;
        b.peer = a;
        b.state = State.CONNECTED;
        a.state = State.CONNECTED;
    }
}
