package umlaut.net.ip;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.net.Message;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.DatagramSock;
import umlaut.net.inet.InetControl;
import umlaut.net.inet.SockError;
import umlaut.net.inet.SocketAddress;

/** What raw and ping sockets share, whose programs write the packets' own headers (Linux: net/ipv4/raw.c, ping.c; raw(7), icmp(7)). */
public abstract class PacketSock extends DatagramSock {
    private static final int MAX = 65535;

    protected PacketSock(NetNamespace net, int family, int type, int protocol, SockOwner owner) {
        super(net, family, type, protocol, owner);
        ipv6Only = true;
    }

    @Override
    public long connect(SocketAddress target, boolean first, boolean nonBlocking) {
        int index = target.scope() != 0 && target.address().needsScope() ? target.scope() : boundDevice;
        IpOutput way = IpOutput.resolve(net, target.address(), local, index, ip.tos, options.mark());
        local = way.source();
        remote = way.destination();
        remotePort = target.port();
        if (usesPorts() && localPort == 0) {
            takePort(0);
        }
        setWay(way);
        return 0;
    }

    @Override
    public void disconnect() {
        remote = any();
        remotePort = 0;
        setWay(null);
        local = addressAsked ? local : any();
    }

    // --- sending ---

    /** @throws umlaut.abi.ErrnoException EMSGSIZE, EOPNOTSUPP */
    protected static void requireSendable(Message message) {
        if (message.data.remaining() > MAX) {
            throw Errno.EMSGSIZE.exception();
        }
        if (message.has(SockConst.MSG_OOB)) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    /** Whom a message is for; null: the peer. @throws umlaut.abi.ErrnoException EDESTADDRREQ if there is none */
    protected final @Nullable SocketAddress target(Message message) {
        byte[] sockaddr = message.address;
        SocketAddress target = sockaddr == null ? null : SocketAddress.target(this, sockaddr);
        if (target == null && remote.isAny()) {
            throw Errno.EDESTADDRREQ.exception();
        }
        return target;
    }

    /** A message's bytes. @throws umlaut.abi.ErrnoException EFAULT */
    protected static SkBuff packet(Message message) {
        int length = (int) message.data.remaining();
        SkBuff skb = SkBuff.allocate(length);
        int at = skb.put(length);
        if (message.data.copyIn(MemorySegment.ofArray(skb.head()), at, length) < length) {
            throw Errno.EFAULT.exception();
        }
        return skb;
    }

    /** The way to {@code target}, or to the peer. @throws umlaut.abi.ErrnoException EACCES for an address of all that was not asked for, and of the routing */
    protected final IpOutput way(@Nullable SocketAddress target, InetControl.Sending control) {
        IpAddress to = target == null ? remote : target.address();
        int index = control.index != 0 ? control.index : boundDevice;
        if (target != null && to.needsScope() && target.scope() != 0) {
            index = target.scope();
        }
        if (to.isMulticast() && index == 0) {
            index = to.isV4() ? ip.multicastIndex : ip.multicastIndex6;
        }
        IpAddress from = control.source != null ? control.source : local;
        IpOutput way = IpOutput.resolve(net, to, from, index, ip.tos, options.mark());
        if (way.type() == Netlink.RTN_BROADCAST && !options.isOn(SockConst.SO_BROADCAST)) {
            throw Errno.EACCES.exception();
        }
        return way;
    }

    // --- receiving ---

    @Override
    public long receive(Message message) {
        return message.has(SockConst.MSG_OOB) ? Errno.EOPNOTSUPP.negative() : receivePacket(message);
    }

    @Override
    protected void describe(SkBuff skb, Message message) {
        if (message.wantsAddress) {
            int scope = skb.device == null ? 0 : skb.device.index;
            message.address = new SocketAddress(skb.source, 0, scope, 0).toBytes(family);
        }
        InetControl.describe(this, skb, message);
    }

    /** An ICMP error about a packet of this socket's. */
    public final void icmpError(IcmpError error) {
        boolean wants = wantsErrors(error.v4());
        if (wants) {
            queueError(new SockError(
                    error.errno(),
                    error.v4() ? SockError.ICMP : SockError.ICMP6,
                    error.type(),
                    error.code(),
                    error.info(),
                    error.offender(),
                    error.destination(),
                    0,
                    error.packet()));
        }
        if (wants || error.hard() && !remote.isAny()) {
            reportError(error.errno());
        }
    }
}
