package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.Message;
import umlaut.net.SocketOptions;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.ip.IpOutput;

/**
 * The protocol's side of an Internet socket (Linux: struct sock, struct inet_sock). Fields are guarded by the namespace's lock; volatile ones are also read without. Methods are called with the
 * lock held unless they say otherwise.
 */
public abstract class Sock implements PortUser {
    private static final int MAX_ERRORS = 64;

    public final NetNamespace net;
    /** AF_INET or AF_INET6. */
    public final int family;

    public final int type;
    public final int protocol;
    public final SocketOptions options;
    public final WaitQueue readers;
    public final WaitQueue writers;
    public final IpOptions ip = new IpOptions();

    /** The address and port it is bound to or sends from; unspecified and 0 until then. */
    public volatile IpAddress local;

    public volatile int localPort;
    public volatile IpAddress remote;
    public volatile int remotePort;
    /** What bind(2) asked for, as against what connect(2) has chosen. */
    public boolean addressAsked;

    public boolean portAsked;
    /** connect(2) has chosen the port: see {@link PortUser#byConnect}. */
    protected boolean portByConnect;
    /** Only by this device, 0 = any (SO_BINDTODEVICE, or the scope of a link-local address). */
    public volatile int boundDevice;

    public boolean ipv6Only;
    public volatile int flowLabel;
    public volatile boolean receiveShut;
    public volatile boolean sendShut;
    private volatile int error;
    public final ArrayDeque<SockError> errors = new ArrayDeque<>(0);
    private final int uid;
    private volatile long inode;
    private @Nullable IpOutput way;

    protected Sock(NetNamespace net, int family, int type, int protocol, SockOwner owner) {
        this.net = net;
        this.family = family;
        this.type = type;
        this.protocol = protocol;
        this.options = owner.options();
        this.readers = owner.readers();
        this.writers = owner.writers();
        this.uid = owner.uid();
        this.inode = owner.inode();
        this.local = any();
        this.remote = any();
        this.ipv6Only = net.settings.bindV6Only;
        if (family == SockConst.AF_INET6) {
            ip.set4(InetConst.IP_MULTICAST_ALL, false);
        }
    }

    /**
     * What a sock has from its file.
     *
     * @param inode number of the file's inode
     */
    public record SockOwner(SocketOptions options, WaitQueue readers, WaitQueue writers, int uid, long inode) {
        public static SockOwner none(int uid) {
            return new SockOwner(new SocketOptions(), new WaitQueue(), new WaitQueue(), uid, 0);
        }
    }

    /** The number of the file's inode, 0 while it has none. */
    public final long inode() {
        return inode;
    }

    public final void setInode(long number) {
        inode = number;
    }

    public final IpAddress any() {
        return family == SockConst.AF_INET ? IpAddress.ANY4 : IpAddress.ANY6;
    }

    // --- as a user of its port ---

    @Override
    public IpAddress portAddress() {
        return local;
    }

    @Override
    public boolean v6Only() {
        return family == SockConst.AF_INET6 && ipv6Only;
    }

    @Override
    public int portDevice() {
        return boundDevice;
    }

    @Override
    public boolean reusesAddress() {
        return options.isOn(SockConst.SO_REUSEADDR);
    }

    @Override
    public boolean reusesPort() {
        return options.isOn(SockConst.SO_REUSEPORT);
    }

    @Override
    public int uid() {
        return uid;
    }

    @Override
    public boolean listens() {
        return false;
    }

    @Override
    public boolean byConnect() {
        return portByConnect;
    }

    // --- bind ---

    /** bind(2) (inet_bind, inet6_bind). @param task null: all is allowed */
    public void bind(@Nullable Task task, SocketAddress wanted) {
        IpAddress address = checkBindAddress(wanted);
        int port = wanted.port();
        boolean privileged = port != 0 && port < net.settings.unprivilegedPortStart && usesPorts();
        if (privileged
                && task != null
                && !task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_BIND_SERVICE)) {
            throw Errno.EACCES.exception();
        }
        if (localPort != 0 || addressAsked && usesPorts() && !ip.on4(InetConst.IP_BIND_ADDRESS_NO_PORT)) {
            throw Errno.EINVAL.exception();
        }
        IpAddress before = local;
        int deviceBefore = boundDevice;
        if (address.needsScope() && wanted.scope() != 0) {
            boundDevice = wanted.scope();
        }
        local = address;
        addressAsked = !address.isAny();
        if (port != 0 || !ip.on4(InetConst.IP_BIND_ADDRESS_NO_PORT)) {
            try {
                takePort(port);
                portAsked = port != 0;
            } catch (umlaut.abi.ErrnoException e) {
                local = before;
                boundDevice = deviceBefore;
                addressAsked = false;
                throw e;
            }
        }
        bound();
    }

    private IpAddress checkBindAddress(SocketAddress wanted) {
        IpAddress address = wanted.address();
        boolean v4 = address.isV4();
        if (family == SockConst.AF_INET6 && v4) {
            if (ipv6Only) {
                throw Errno.EINVAL.exception();
            }
        }
        if (address.isAny()) {
            return family == SockConst.AF_INET6 && v4 && !wanted.address().equals(IpAddress.ANY6)
                    ? IpAddress.ANY4
                    : address;
        }
        if (!v4 && address.isLinkLocal() && wanted.scope() == 0 && boundDevice == 0) {
            throw Errno.EINVAL.exception();
        }
        if (!v4 && address.isMulticast() && type == SockConst.SOCK_STREAM) {
            throw Errno.EINVAL.exception();
        }
        boolean free = net.settings.nonlocalBind
                || (v4
                        ? ip.on4(InetConst.IP_FREEBIND) || ip.on4(InetConst.IP_TRANSPARENT)
                        : ip.on6(InetConst.IPV6_FREEBIND));
        if (free) {
            return address;
        }
        int kind = net.fib(v4).addressType(address);
        boolean known = kind == Netlink.RTN_LOCAL
                || kind == Netlink.RTN_MULTICAST && type != SockConst.SOCK_STREAM
                || kind == Netlink.RTN_BROADCAST && type != SockConst.SOCK_STREAM;
        if (!known || v4 && type == SockConst.SOCK_STREAM && kind != Netlink.RTN_LOCAL) {
            throw Errno.EADDRNOTAVAIL.exception();
        }
        return address;
    }

    protected boolean usesPorts() {
        return true;
    }

    /** Takes a port, 0 = any free one, into the protocol's table and {@link #localPort}. @throws umlaut.abi.ErrnoException EADDRINUSE */
    protected abstract void takePort(int port);

    /** It has just been bound. */
    protected void bound() {}

    // --- what protocols do ---

    /** @return 0, WOULD_BLOCK, or -errno; repeated by the same call until it is something else */
    public abstract long connect(SocketAddress target, boolean first, boolean nonBlocking);

    /** connect(2) with AF_UNSPEC. */
    public abstract void disconnect();

    /** Without the lock. @return bytes, WOULD_BLOCK, or -errno */
    public abstract long send(@Nullable Task task, Message message);

    /** Without the lock. @return bytes, WOULD_BLOCK, or -errno */
    public abstract long receive(Message message);

    public abstract void shutdown(int how);

    /** Without the lock: state as POLL* bits. */
    public abstract int pollState();

    /** The file has gone. */
    public abstract void close();

    /** Bytes that can be read, SIOCINQ. */
    public abstract int inputBytes();

    /** Bytes not yet sent or acknowledged, SIOCOUTQ. */
    public int outputBytes() {
        return 0;
    }

    /** An option of the protocol's own level. @return false: no such level */
    public boolean setOption(Task task, int level, int name, MemorySegment value) {
        return false;
    }

    /** @return bytes filled, -1: no such level */
    public int getOption(int level, int name, MemorySegment value) {
        return -1;
    }

    /** TCP_*: the state shown in /proc/net and by ss. */
    public int state() {
        return remotePort != 0 ? InetConst.TCP_ESTABLISHED : InetConst.TCP_CLOSE;
    }

    // --- errors ---

    public final void setError(int errno) {
        error = errno;
    }

    public final int error() {
        return error;
    }

    /** SO_ERROR. Without the lock. */
    public int takeError() {
        if (error == 0) {
            return 0;
        }
        net.lock();
        try {
            int taken = error;
            error = 0;
            return taken;
        } finally {
            net.unlock();
        }
    }

    /** Wants to hear of all errors (IP_RECVERR, IPV6_RECVERR). */
    public final boolean wantsErrors(boolean v4) {
        return family == SockConst.AF_INET6 && !v4
                ? ip.on6(InetConst.IPV6_RECVERR)
                : ip.on4(InetConst.IP_RECVERR) || family == SockConst.AF_INET6 && ip.on6(InetConst.IPV6_RECVERR);
    }

    public final void queueError(SockError entry) {
        if (errors.size() < MAX_ERRORS) {
            errors.addLast(entry);
        }
    }

    public final void reportError(int errno) {
        setError(errno);
        readers.wakeAll(Poll.POLLERR | Poll.POLLIN);
        writers.wakeAll(Poll.POLLERR | Poll.POLLOUT);
    }

    // --- routing ---

    /** The way to the connected peer, looked up again when routes have changed. @throws umlaut.abi.ErrnoException as {@link IpOutput#resolve} */
    public final IpOutput way() {
        IpOutput known = way;
        if (known == null || !known.valid(net)) {
            known = IpOutput.resolve(net, remote, local, boundDevice, ip.tos, options.mark());
            way = known;
        }
        return known;
    }

    public final void setWay(@Nullable IpOutput fresh) {
        way = fresh;
    }

    /** Hop limit for packets to there. */
    public final int ttlFor(IpAddress to, NetDevice device) {
        if (to.isV4()) {
            if (to.isMulticast()) {
                return ip.multicastTtl;
            }
            return ip.ttl >= 0 ? ip.ttl : net.settings.defaultTtl;
        }
        if (to.isMulticast()) {
            return ip.multicastHops >= 0 ? ip.multicastHops : 1;
        }
        return ip.hops >= 0 ? ip.hops : device.conf.hopLimit;
    }

    /** Leaves all multicast groups. */
    protected final void leaveGroups() {
        for (Membership m : ip.memberships) {
            net.igmp.leave(m.device, m.group);
        }
        ip.memberships.clear();
    }

    public SocketAddress localSocketAddress() {
        return new SocketAddress(local, localPort, boundDevice, 0);
    }

    public SocketAddress remoteSocketAddress() {
        return new SocketAddress(remote, remotePort, boundDevice, flowLabel);
    }
}
