package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Ioctl;
import umlaut.abi.LandlockFlags;
import umlaut.abi.Poll;
import umlaut.abi.Signal;
import umlaut.abi.SockConst;
import umlaut.kernel.landlock.Domain;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AsyncIo;
import umlaut.kernel.vfs.AsyncOwner;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.net.Message;
import umlaut.net.Socket;
import umlaut.net.core.NetNamespace;
import umlaut.net.tcp.TcpSock;

/** The file of an Internet socket (Linux: struct socket with inet_stream_ops, inet_dgram_ops): checks what the file side must, and passes on to its {@link Sock}. */
public final class InetSocket extends Socket {
    public final NetNamespace net;
    private final Sock sock;
    /** The present connect(2) has begun: what follows are its further tries. */
    private boolean connecting;

    /** Makes a protocol's part for a file. */
    @FunctionalInterface
    interface Maker {
        Sock make(Sock.SockOwner owner);
    }

    InetSocket(Task task, NetNamespace net, int family, int type, int protocol, int fileFlags, Maker maker) {
        super(task, family, type, protocol, fileFlags);
        this.net = net;
        options.maxReceiveBuffer = net.settings.rmemMax;
        options.maxSendBuffer = net.settings.wmemMax;
        options.receiveBuffer = net.settings.rmemDefault;
        options.sendBuffer = net.settings.wmemDefault;
        this.sock = maker.make(
                new Sock.SockOwner(options, readers, writers, task.credentials().fsuid(), inode().ino));
        if (sock instanceof TcpSock tcp) {
            tcp.onUrgent(this::urgent);
        }
    }

    /** For a connection that has been accepted. */
    private InetSocket(Task task, TcpSock connection) {
        super(
                task,
                connection.family,
                connection.type,
                connection.protocol,
                0,
                connection.options,
                connection.readers,
                connection.writers);
        this.net = connection.net;
        this.sock = connection;
        connection.setInode(inode().ino);
        connection.onUrgent(this::urgent);
    }

    /** Urgent data has come: SIGURG. */
    private void urgent() {
        AsyncOwner owner = owner();
        if (owner != null) {
            AsyncIo.urgent(kernel, owner);
        }
    }

    public Sock sock() {
        return sock;
    }

    // --- names and connections ---

    @Override
    public void bind(Task task, byte[] address) {
        SocketAddress wanted;
        if (family == SockConst.AF_INET
                && address.length >= 16
                && SocketAddress.family(address) == SockConst.AF_UNSPEC) {
            // Old programs leave the family out; only for the wildcard address.
            wanted = SocketAddress.parse4(address);
            if (!wanted.address().isAny()) {
                throw Errno.EAFNOSUPPORT.exception();
            }
        } else {
            int least = family == SockConst.AF_INET ? 16 : 24;
            if (address.length < least) {
                throw Errno.EINVAL.exception();
            }
            if (SocketAddress.family(address) != family) {
                throw Errno.EAFNOSUPPORT.exception();
            }
            SocketAddress parsed = SocketAddress.parse(family, address);
            if (parsed == null) {
                throw Errno.EAFNOSUPPORT.exception();
            }
            wanted = parsed;
        }
        requireRight(task, wanted, LandlockFlags.ACCESS_NET_BIND_TCP);
        net.lock();
        try {
            sock.bind(task, wanted);
        } finally {
            net.unlock();
        }
    }

    /** landlock(7)'s ports. @throws ErrnoException EACCES */
    private void requireRight(Task task, SocketAddress address, int right) {
        if (sock instanceof TcpSock && !Domain.allowsPort(task.credentials(), address.port(), right)) {
            throw Errno.EACCES.exception();
        }
    }

    @Override
    public void listen(Task task, int backlog) {
        if (!(sock instanceof TcpSock tcp)) {
            throw Errno.EOPNOTSUPP.exception();
        }
        net.lock();
        try {
            tcp.listen(Math.min(backlog, net.settings.somaxconn));
        } finally {
            net.unlock();
        }
    }

    @Override
    public boolean listening() {
        return sock.listens();
    }

    @Override
    public @Nullable Socket accept(Task task) {
        if (!(sock instanceof TcpSock tcp)) {
            throw Errno.EOPNOTSUPP.exception();
        }
        TcpSock next;
        net.lock();
        try {
            next = tcp.accept();
        } finally {
            net.unlock();
        }
        return next == null ? null : new InetSocket(task, next);
    }

    @Override
    public long connect(Task task, byte[] address) {
        SocketAddress target;
        if (address.length < 2) {
            throw Errno.EINVAL.exception();
        }
        target = SocketAddress.parse(family, address);
        if (target != null) {
            requireRight(task, target, LandlockFlags.ACCESS_NET_CONNECT_TCP);
        }
        net.lock();
        try {
            if (target == null) {
                sock.disconnect();
                return 0;
            }
            long result = sock.connect(target, !connecting, nonBlocking());
            connecting = result == BlockingOp.WOULD_BLOCK;
            return result;
        } catch (ErrnoException e) {
            connecting = false;
            throw e;
        } finally {
            net.unlock();
        }
    }

    @Override
    public void connectEnded() {
        connecting = false;
    }

    @Override
    public byte[] localAddress() {
        return sock.localSocketAddress().toBytes(family);
    }

    @Override
    public byte[] peerAddress() {
        net.lock();
        try {
            boolean known = sock instanceof TcpSock tcp ? tcp.hasPeer() : sock.remotePort != 0;
            if (!known) {
                throw Errno.ENOTCONN.exception();
            }
            return sock.remoteSocketAddress().toBytes(family);
        } finally {
            net.unlock();
        }
    }

    @Override
    public void shutdown(int how) {
        net.lock();
        try {
            sock.shutdown(how);
        } finally {
            net.unlock();
        }
    }

    @Override
    protected void onRelease() {
        net.lock();
        try {
            sock.close();
        } finally {
            net.unlock();
        }
        readers.wakeAll(Poll.POLLHUP | Poll.POLLIN);
        writers.wakeAll(Poll.POLLHUP | Poll.POLLOUT);
    }

    // --- data ---

    @Override
    public long send(Task task, Message message) {
        long result = sock.send(task, message);
        if (result == Errno.EPIPE.negative() && !message.has(SockConst.MSG_NOSIGNAL) && type == SockConst.SOCK_STREAM) {
            Signals.raise(task, Signal.SIGPIPE);
        }
        return result;
    }

    @Override
    public long receive(Task task, Message message) {
        if (message.has(SockConst.MSG_ERRQUEUE)) {
            return InetControl.receiveError(sock, message);
        }
        return sock.receive(message);
    }

    @Override
    public int takeError() {
        return sock.takeError();
    }

    @Override
    public int poll(PollTable table) {
        table.add(readers);
        table.add(writers);
        return sock.pollState();
    }

    // --- options, ioctl ---

    @Override
    public void setOption(Task task, int level, int name, MemorySegment value) {
        InetSocketOptions.set(this, task, level, name, value);
    }

    @Override
    public int getOption(Task task, int level, int name, MemorySegment value) {
        return InetSocketOptions.get(this, level, name, value);
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        switch (command) {
            case Ioctl.SIOCINQ, Ioctl.SIOCOUTQ, Ioctl.SIOCOUTQNSD, Ioctl.SIOCATMARK -> {
                int value;
                net.lock();
                try {
                    value = queueLength(command);
                } finally {
                    net.unlock();
                }
                task.memory.putInt(argument, value);
                return 0;
            }
            default -> {
                return InterfaceIoctl.ioctl(net, task, command, argument);
            }
        }
    }

    private int queueLength(int command) {
        if (sock.listens()) {
            throw Errno.EINVAL.exception();
        }
        return switch (command) {
            case Ioctl.SIOCINQ -> sock.inputBytes();
            case Ioctl.SIOCOUTQ -> sock.outputBytes();
            case Ioctl.SIOCOUTQNSD -> {
                if (!(sock instanceof TcpSock tcp)) {
                    throw Errno.ENOTTY.exception();
                }
                yield tcp.unsentBytes();
            }
            default -> {
                if (!(sock instanceof TcpSock tcp)) {
                    throw Errno.ENOTTY.exception();
                }
                yield tcp.atMark() ? 1 : 0;
            }
        };
    }
}
