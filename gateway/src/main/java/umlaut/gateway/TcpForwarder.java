package umlaut.gateway;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SockConst;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.kernel.wait.WaitEntry;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.inet.Sock;
import umlaut.net.inet.SocketAddress;
import umlaut.net.tcp.TcpFlow;
import umlaut.net.tcp.TcpRequest;
import umlaut.net.tcp.TcpSock;

/**
 * Connections that the guest opens to the world, and those that come to it by published ports. The guest's SYN is answered only when the host's connection has been established, so that a
 * client sees what the host saw: a connection, a refusal, or no route. Used by the loop's thread.
 */
final class TcpForwarder {
    private static final int BACKLOG = 1024;

    private final HostLoop loop;
    private final NetNamespace net;
    private final Destinations destinations;
    private final int most;
    private final TcpSock listener;
    private final Map<TcpRequest, Integer> connecting = new HashMap<>();
    /** Admitted, but the guest's last acknowledgement is missing. */
    private final Map<TcpFlow.Key, Integer> admitted = new HashMap<>();

    private final Set<TcpSplice> splices = new HashSet<>();

    /** @param most connections at once; more are not answered */
    TcpForwarder(HostLoop loop, NetNamespace net, Destinations destinations, int most) {
        this.loop = loop;
        this.net = net;
        this.destinations = destinations;
        this.most = most;
        listener = new TcpSock(net, SockConst.AF_INET6, Sock.SockOwner.none(0));
        listener.readers.add(new WaitEntry(
                events -> {
                    loop.post(this::accept);
                    return false;
                },
                false));
        net.lock();
        try {
            listener.listen(BACKLOG);
            net.tcp.proxyBy(listener);
        } finally {
            net.unlock();
        }
    }

    private boolean isFull() {
        return connecting.size() + admitted.size() + splices.size() >= most;
    }

    // --- from the guest ---

    /** The guest wants a connection. */
    void open(TcpRequest request) {
        boolean v4 = request.local().isV4();
        if (isFull()) {
            refuse(request, Destinations.SILENT);
            return;
        }
        switch (destinations.of(request.local(), request.localPort())) {
            case Destinations.Refusal refusal -> refuse(request, Destinations.unreachableCode(refusal.errno(), v4));
            case Destinations.Target target -> connect(request, target);
        }
    }

    private void connect(TcpRequest request, Destinations.Target target) {
        boolean v4 = request.local().isV4();
        byte[] address = target.address().bytes();
        int fd = (int) InetSockets.tcp(address);
        if (fd < 0) {
            refuse(request, Destinations.unreachableCode(Errno.of(-fd), v4));
            return;
        }
        long result = InetSockets.connect(fd, address, target.port());
        if (result < 0 && result != Errno.EINPROGRESS.negative()) {
            Files.close(fd);
            refuse(request, Destinations.unreachableCode(Errno.of((int) -result), v4));
            return;
        }
        connecting.put(request, fd);
        loop.watch(fd, HostLoop.OUT, events -> connected(request, fd));
    }

    private void refuse(TcpRequest request, int code) {
        net.lock();
        try {
            request.refuse(code);
        } finally {
            net.unlock();
        }
    }

    private void connected(TcpRequest request, int fd) {
        int error = InetSockets.error(fd);
        connecting.remove(request);
        loop.forget(fd);
        if (error != 0) {
            loop.close(fd);
            refuse(
                    request,
                    Destinations.unreachableCode(
                            Errno.of(error), request.local().isV4()));
            return;
        }
        admitted.put(request.key(), fd);
        net.lock();
        try {
            request.admit();
        } finally {
            net.unlock();
        }
    }

    /** The guest has given up. */
    void gone(TcpRequest request) {
        Integer fd = connecting.remove(request);
        if (fd == null) {
            fd = admitted.remove(request.key());
        }
        if (fd != null) {
            loop.close(fd);
        }
    }

    private void accept() {
        while (true) {
            TcpSock sock;
            net.lock();
            try {
                sock = listener.accept();
            } finally {
                net.unlock();
            }
            if (sock == null) {
                return;
            }
            Integer fd = admitted.remove(sock.key());
            if (fd == null) {
                abort(sock);
            } else {
                join(sock, fd);
            }
        }
    }

    private void abort(TcpSock sock) {
        net.lock();
        try {
            sock.abort();
        } finally {
            net.unlock();
        }
    }

    private void join(TcpSock sock, int fd) {
        SpliceHolder holder = new SpliceHolder();
        TcpSplice splice = new TcpSplice(loop, sock, fd, () -> splices.remove(holder.splice));
        holder.splice = splice;
        splices.add(splice);
        loop.watch(fd, HostLoop.IN | HostLoop.OUT | HostLoop.RDHUP | HostLoop.EDGE, splice::hostReady);
        splice.pump();
    }

    /** For a splice that is to be named before it is made. */
    private static final class SpliceHolder {
        private @Nullable TcpSplice splice;
    }

    // --- to the guest ---

    /** Somebody has connected to a published port. */
    void incoming(int fd, IpAddress guest, int port) {
        if (isFull()) {
            InetSockets.reset(fd);
            return;
        }
        TcpSock sock = new TcpSock(net, SockConst.AF_INET, Sock.SockOwner.none(0));
        net.lock();
        try {
            sock.connect(SocketAddress.of(guest, port), true, true);
        } catch (umlaut.abi.ErrnoException e) {
            // No route or no free port: the state tells.
        } finally {
            net.unlock();
        }
        join(sock, fd);
    }

    // --- the end ---

    /** Is something of the guest's still to be handed to the host? */
    boolean owesHost() {
        for (TcpSplice splice : splices) {
            if (splice.owesHost()) {
                return true;
            }
        }
        return false;
    }
}
