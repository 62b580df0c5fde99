package umlaut.net.udp;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Message;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.InetControl;
import umlaut.net.inet.SocketAddress;
import umlaut.net.ip.IpOutput;
import umlaut.net.ip.PacketSock;

/** A socket for echo requests that needs no privilege: SOCK_DGRAM with IPPROTO_ICMP or IPPROTO_ICMPV6 (icmp(7)). Its port is the identifier. */
public final class PingSock extends PacketSock {
    private static final int HEADER = 8;

    public PingSock(NetNamespace net, int family, SockOwner owner) {
        super(
                net,
                family,
                SockConst.SOCK_DGRAM,
                family == SockConst.AF_INET ? InetConst.IPPROTO_ICMP : InetConst.IPPROTO_ICMPV6,
                owner);
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
    public long send(@Nullable Task task, Message message) {
        requireSendable(message);
        if (message.data.remaining() < HEADER) {
            return Errno.EINVAL.negative();
        }
        SocketAddress target = target(message);
        InetControl.Sending control = InetControl.read(this, message.control);
        SkBuff skb = packet(message);
        int at = skb.start();
        int length = skb.length();
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
        IpOutput way = way(target, control);
        int at = skb.start();
        Be.put16(skb.head(), at + 4, localPort);
        Be.put16(skb.head(), at + 2, 0);
        int ttl = control.ttl >= 0 ? control.ttl : ttlFor(target == null ? remote : target.address(), way.device());
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
    public void close() {
        if (localPort != 0) {
            net.ping.remove(this);
        }
        super.close();
    }
}
