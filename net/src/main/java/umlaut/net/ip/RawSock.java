package umlaut.net.ip;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Message;
import umlaut.net.SocketOptions;
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

/** A raw socket: whole packets of one protocol (raw(7)). IPv4 ones are given the IP header, IPv6 ones are not. */
public final class RawSock extends DatagramSock {
    private static final int MAX = 65535;

    /** Types of ICMP messages that are not wanted, a bit each (ICMP_FILTER); for ICMPv6 eight words. */
    private final int[] filter = new int[8];

    public RawSock(NetNamespace net, int family, int protocol, SockOwner owner) {
        super(net, family, SockConst.SOCK_RAW, protocol, owner);
        if (protocol == InetConst.IPPROTO_RAW) {
            ip.set(
                    family == SockConst.AF_INET,
                    family == SockConst.AF_INET ? InetConst.IP_HDRINCL : InetConst.IPV6_HDRINCL);
        }
        if (family == SockConst.AF_INET6 && protocol == InetConst.IPPROTO_ICMPV6) {
            ip.checksumOffset = 2;
        }
        ipv6Only = true;
        net.raw.add(this);
    }

    @Override
    protected boolean usesPorts() {
        return false;
    }

    @Override
    protected void takePort(int port) {}

    @Override
    public long connect(SocketAddress target, boolean first, boolean nonBlocking) {
        int index = target.scope() != 0 && target.address().needsScope() ? target.scope() : boundDevice;
        IpOutput way = IpOutput.resolve(net, target.address(), local, index, ip.tos, options.mark());
        local = way.source();
        remote = way.destination();
        remotePort = target.port();
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

    @Override
    public long send(@Nullable Task task, Message message) {
        long length = message.data.remaining();
        if (length > MAX) {
            return Errno.EMSGSIZE.negative();
        }
        if (message.has(SockConst.MSG_OOB)) {
            return Errno.EOPNOTSUPP.negative();
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
        net.lock();
        try {
            emit(skb, target, control);
            return length;
        } finally {
            net.unlock();
        }
    }

    private void emit(SkBuff skb, @Nullable SocketAddress target, InetControl.Sending control) {
        IpAddress to = target == null ? remote : target.address();
        int index = control.index != 0 ? control.index : boundDevice;
        if (target != null && to.needsScope() && target.scope() != 0) {
            index = target.scope();
        }
        if (to.isMulticast() && index == 0) {
            index = to.isV4() ? ip.multicastIndex : ip.multicastIndex6;
        }
        boolean four = family == SockConst.AF_INET;
        boolean whole = four ? ip.on4(InetConst.IP_HDRINCL) : ip.on6(InetConst.IPV6_HDRINCL);
        IpAddress from = control.source != null ? control.source : local;
        IpOutput way = IpOutput.resolve(net, to, from, index, ip.tos, options.mark());
        if (way.type() == Netlink.RTN_BROADCAST && !options.isOn(SockConst.SO_BROADCAST)) {
            throw Errno.EACCES.exception();
        }
        if (whole) {
            emitWhole(skb, way, four);
            return;
        }
        int ttl = control.ttl >= 0 ? control.ttl : ttlFor(to, way.device());
        if (four) {
            skb.multicastLoop = ip.on4(InetConst.IP_MULTICAST_LOOP);
            boolean dont = ip.mtuDiscover == InetConst.IP_PMTUDISC_DO || ip.mtuDiscover == InetConst.IP_PMTUDISC_PROBE;
            int tos = control.tos >= 0 ? control.tos : ip.tos;
            net.ipv4.send(skb, way, way.source(), protocol, tos, ttl, dont, ip.headerOptions);
            return;
        }
        if (ip.checksumOffset >= 0 && ip.checksumOffset + 2 <= skb.length()) {
            int field = skb.start() + ip.checksumOffset;
            Be.put16(skb.head(), field, 0);
            long pseudo = Checksum.pseudo(way.source(), way.destination(), protocol, skb.length());
            Be.put16(skb.head(), field, Checksum.fold(Checksum.add(pseudo, skb)));
        }
        skb.multicastLoop = ip.on6(InetConst.IPV6_MULTICAST_LOOP);
        int tclass = control.tos >= 0 ? control.tos : Math.max(0, ip.trafficClass);
        net.ipv6.send(skb, way, way.source(), protocol, tclass << 20, ttl, false);
    }

    private void emitWhole(SkBuff skb, IpOutput way, boolean four) {
        int least = four ? Ipv4.HEADER : Ipv6.HEADER;
        if (skb.length() > way.mtu(net)) {
            throw Errno.EMSGSIZE.exception();
        }
        if (skb.length() < least) {
            throw Errno.EINVAL.exception();
        }
        if (four) {
            int headerLength = (skb.head()[skb.start()] & 15) * 4;
            if (headerLength < Ipv4.HEADER || headerLength > skb.length()) {
                throw Errno.EINVAL.exception();
            }
            net.ipv4.sendRaw(skb, way);
        } else {
            net.ipv6.sendRaw(skb, way);
        }
    }

    // --- receiving ---

    boolean wants(SkBuff skb) {
        if (protocol != skb.ipProtocol) {
            return false;
        }
        boolean addressed =
                (local.isAny() || local.equals(skb.destination)) && (remote.isAny() || remote.equals(skb.source));
        if (!addressed || boundDevice != 0 && (skb.device == null || skb.device.index != boundDevice)) {
            return false;
        }
        if (skb.destination.isMulticast() && skb.device != null && !ip.takes(skb.destination, skb.source, skb.device)) {
            return false;
        }
        boolean icmp = protocol == InetConst.IPPROTO_ICMP || protocol == InetConst.IPPROTO_ICMPV6;
        if (icmp && skb.linear() > 0) {
            int kind = skb.head()[skb.start()] & 0xff;
            int limit = family == SockConst.AF_INET ? 32 : 256;
            return kind >= limit || (filter[kind >> 5] >>> (kind & 31) & 1) == 0;
        }
        return true;
    }

    void deliver(SkBuff copy) {
        if (family == SockConst.AF_INET) {
            copy.push(copy.start() - copy.networkHeader);
        }
        enqueue(copy);
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

    // --- options, end ---

    @Override
    public boolean setOption(Task task, int level, int name, MemorySegment value) {
        if (level == SockConst.SOL_RAW && name == InetConst.ICMP_FILTER && protocol == InetConst.IPPROTO_ICMP) {
            filter[0] = SocketOptions.integer(value);
            return true;
        }
        if (level == SockConst.SOL_ICMPV6 && name == InetConst.ICMPV6_FILTER && protocol == InetConst.IPPROTO_ICMPV6) {
            for (int i = 0; i < 8 && 4 * i + 4 <= value.byteSize(); i++) {
                filter[i] = Le.getInt(value, 4L * i);
            }
            return true;
        }
        boolean own = level == SockConst.SOL_RAW || level == SockConst.SOL_ICMPV6;
        if (own && name == InetConst.IPV6_CHECKSUM) {
            int offset = SocketOptions.integer(value);
            if (offset > 0 && (offset & 1) != 0) {
                throw Errno.EINVAL.exception();
            }
            ip.checksumOffset = offset < 0 ? -1 : offset;
            return true;
        }
        return false;
    }

    @Override
    public int getOption(int level, int name, MemorySegment value) {
        if (level == SockConst.SOL_RAW && name == InetConst.ICMP_FILTER && protocol == InetConst.IPPROTO_ICMP) {
            Le.putInt(value, 0, filter[0]);
            return 4;
        }
        if (level == SockConst.SOL_ICMPV6 && name == InetConst.ICMPV6_FILTER) {
            for (int i = 0; i < 8; i++) {
                Le.putInt(value, 4L * i, filter[i]);
            }
            return 32;
        }
        return -1;
    }

    @Override
    public int outputBytes() {
        return 0;
    }

    @Override
    public void close() {
        net.raw.remove(this);
        super.close();
    }
}
