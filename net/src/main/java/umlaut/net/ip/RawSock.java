package umlaut.net.ip;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Message;
import umlaut.net.SocketOptions;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.InetControl;
import umlaut.net.inet.SocketAddress;

/** A raw socket: whole packets of one protocol (raw(7)). IPv4 ones are given the IP header, IPv6 ones are not. */
public final class RawSock extends PacketSock {
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
        net.raw.add(this);
    }

    @Override
    protected boolean usesPorts() {
        return false;
    }

    @Override
    protected void takePort(int port) {}

    // --- sending ---

    @Override
    public long send(@Nullable Task task, Message message) {
        requireSendable(message);
        SocketAddress target = target(message);
        InetControl.Sending control = InetControl.read(this, message.control);
        SkBuff skb = packet(message);
        int length = skb.length();
        net.lock();
        try {
            emit(skb, target, control);
            return length;
        } finally {
            net.unlock();
        }
    }

    private void emit(SkBuff skb, @Nullable SocketAddress target, InetControl.Sending control) {
        boolean four = family == SockConst.AF_INET;
        IpOutput way = way(target, control);
        if (four ? ip.on4(InetConst.IP_HDRINCL) : ip.on6(InetConst.IPV6_HDRINCL)) {
            emitWhole(skb, way, four);
            return;
        }
        int ttl = control.ttl >= 0 ? control.ttl : ttlFor(target == null ? remote : target.address(), way.device());
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
