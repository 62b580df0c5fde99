package umlaut.gateway;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/**
 * A datagram or ICMP message of the guest's, out of the stack, with what is needed to tell its sender what became of it.
 *
 * @param headers from its IP header to the eighth byte of what follows (RFC 792)
 * @param ipLength of them, the IP header's and its extensions'
 * @param fromPort of UDP; of ICMP the identifier
 */
record Datagram(
        IpAddress from,
        int fromPort,
        IpAddress to,
        int toPort,
        byte[] data,
        byte[] headers,
        int ipLength,
        int protocol,
        @Nullable NetDevice device) {
    private static final int UDP_HEADER = 8, QUOTED = 8;

    /** Of a packet that starts at its UDP header. */
    static Datagram udp(SkBuff skb) {
        byte[] head = skb.head();
        int at = skb.start();
        byte[] data = new byte[skb.length() - UDP_HEADER];
        skb.copyTo(UDP_HEADER, data, 0, data.length);
        return new Datagram(
                skb.source,
                Be.u16(head, at),
                skb.destination,
                Be.u16(head, at + 2),
                data,
                Arrays.copyOfRange(head, skb.networkHeader, at + QUOTED),
                at - skb.networkHeader,
                skb.ipProtocol,
                skb.device);
    }

    /** Of a packet that starts at its ICMP header, which is part of the data here. */
    static Datagram icmp(SkBuff skb) {
        byte[] head = skb.head();
        int at = skb.start();
        return new Datagram(
                skb.source,
                Be.u16(head, at + 4),
                skb.destination,
                0,
                skb.bytesFrom(at),
                Arrays.copyOfRange(head, skb.networkHeader, at + QUOTED),
                at - skb.networkHeader,
                skb.ipProtocol,
                skb.device);
    }

    /** Tells the sender, as a router or the other machine would, what the host's kernel said. */
    void unreachable(NetNamespace net, Errno errno) {
        boolean v4 = to.isV4();
        int code = Destinations.unreachableCode(errno, v4);
        if (code == Destinations.SILENT || errno == Errno.EMSGSIZE) {
            return;
        }
        if (code == Destinations.CLOSED) {
            code = v4 ? InetConst.ICMP_PORT_UNREACH : InetConst.ICMPV6_PORT_UNREACH;
        }
        SkBuff skb = SkBuff.of(headers, 0, headers.length);
        skb.pull(ipLength);
        skb.source = from;
        skb.destination = to;
        skb.ipProtocol = protocol;
        skb.device = device;
        net.lock();
        try {
            if (v4) {
                net.icmp.sendError(skb, InetConst.ICMP_DEST_UNREACH, code, 0);
            } else {
                net.icmp6.sendError(skb, InetConst.ICMPV6_DEST_UNREACH, code, 0);
            }
        } finally {
            net.unlock();
        }
    }
}
