package umlaut.net.udp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Message;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.DatagramSock;
import umlaut.net.inet.InetControl;
import umlaut.net.inet.SockError;
import umlaut.net.inet.SocketAddress;
import umlaut.net.ip.IpOutput;

/** A socket for echo requests that needs no privilege: SOCK_DGRAM with IPPROTO_ICMP or IPPROTO_ICMPV6 (icmp(7)). Its port is the identifier. */
public final class PingSock extends DatagramSock {
    private static final int HEADER = 8;

    public PingSock(NetNamespace net, int family, SockOwner owner) {
        super(
                net,
                family,
                SockConst.SOCK_DGRAM,
                family == SockConst.AF_INET ? InetConst.IPPROTO_ICMP : InetConst.IPPROTO_ICMPV6,
                owner);
        ipv6Only = true;
    }

    @Override
    protected void takePort(int port) {
        int chosen = port == 0
                ? net.ping.ports.choose(1, 65535, p -> net.ping.ports.users(p).isEmpty(), Errno.EADDRINUSE)
                : port;
        if (net.ping.ports.conflicts(chosen, this)) {
            throw Errno.EADDRINUSE.exception();
        }
        localPort = chosen;
        net.ping.add(this);
    }

    @Override
    public long connect(SocketAddress target, boolean first, boolean nonBlocking) {
        int index = target.scope() != 0 && target.address().needsScope() ? target.scope() : boundDevice;
        IpOutput way = IpOutput.resolve(net, target.address(), local, index, ip.tos, options.mark());
        local = way.source();
        remote = way.destination();
        remotePort = target.port();
        if (localPort == 0) {
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

    @Override
    public long send(@Nullable Task task, Message message) {
        long length = message.data.remaining();
        if (length > 65535) {
            return Errno.EMSGSIZE.negative();
        }
        if (message.has(SockConst.MSG_OOB)) {
            return Errno.EOPNOTSUPP.negative();
        }
        if (length < HEADER) {
            return Errno.EINVAL.negative();
        }
        byte[] sockaddr = message.address;
        SocketAddress target = sockaddr == null ? null : SocketAddress.target(this, sockaddr);
        if (target == null && remote.isAny()) {
            return Errno.EDESTADDRREQ.negative();
        }
        InetControl.Sending control = InetControl.read(this, message.control);
        SkBuff skb = SkBuff.allocate((int) length);
        int at = skb.put((int) length);
        if (message.data.copyIn(MemorySegment.ofArray(skb.head()), at, length) < length) {
            return Errno.EFAULT.negative();
        }
        int request = family == SockConst.AF_INET ? InetConst.ICMP_ECHO : InetConst.ICMPV6_ECHO_REQUEST;
        if ((skb.head()[at] & 0xff) != request || skb.head()[at + 1] != 0) {
            return Errno.EINVAL.negative();
        }
        net.lock();
        try {
            emit(skb, target, control);
            return length;
        } finally {
            net.unlock();
        }
    }

    private void emit(SkBuff skb, @Nullable SocketAddress target, InetControl.Sending control) {
        if (localPort == 0) {
            takePort(0);
        }
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
        int at = skb.start();
        Be.put16(skb.head(), at + 4, localPort);
        Be.put16(skb.head(), at + 2, 0);
        int ttl = control.ttl >= 0 ? control.ttl : ttlFor(to, way.device());
        if (family == SockConst.AF_INET) {
            Be.put16(skb.head(), at + 2, Checksum.fold(Checksum.add(0, skb)));
            boolean dont = ip.mtuDiscover == InetConst.IP_PMTUDISC_DO || ip.mtuDiscover == InetConst.IP_PMTUDISC_PROBE;
            int tos = control.tos >= 0 ? control.tos : ip.tos;
            net.ipv4.send(skb, way, way.source(), protocol, tos, ttl, dont, ip.headerOptions);
        } else {
            long pseudo = Checksum.pseudo(way.source(), way.destination(), protocol, skb.length());
            Be.put16(skb.head(), at + 2, Checksum.fold(Checksum.add(pseudo, skb)));
            net.ipv6.send(skb, way, way.source(), protocol, Math.max(0, ip.trafficClass) << 20, ttl, false);
        }
    }

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

    void icmpError(IcmpError error) {
        if (wantsErrors(error.v4())) {
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
        } else if (!error.hard() || remote.isAny()) {
            return;
        }
        reportError(error.errno());
    }

    @Override
    public void close() {
        if (localPort != 0) {
            net.ping.remove(this);
        }
        super.close();
    }
}
