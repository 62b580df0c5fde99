package umlaut.net.ip;

import java.util.Arrays;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.Counter;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.ProtocolHandler;
import umlaut.net.core.SkBuff;

/** ICMP for IPv6 (RFC 4443; Linux: net/ipv6/icmp.c). Neighbour discovery's messages go to {@link NeighbourDiscovery}. */
public final class Icmpv6 implements ProtocolHandler {
    static final int HEADER = 8;
    private static final int MAX_ERROR = 1280;

    private final NetNamespace net;
    private final Icmp.ErrorLimit limit;

    public Icmpv6(NetNamespace net) {
        this.net = net;
        this.limit = new Icmp.ErrorLimit(net);
        net.setProtocol(InetConst.IPPROTO_ICMPV6, this);
    }

    // --- receiving ---

    @Override
    public void receive(SkBuff skb) {
        net.counters.add(Counter.ICMP6_IN_MSGS);
        if (skb.source.isV4() || !skb.pullable(HEADER) || !skb.looped && !Checksum.valid(skb)) {
            net.counters.add(Counter.ICMP6_IN_CSUM_ERRORS);
            skb.release();
            return;
        }
        int type = skb.head()[skb.start()] & 0xff;
        switch (type) {
            case InetConst.ICMPV6_ECHO_REQUEST -> {
                if (net.proxy != null && !skb.destination.isMulticast() && !net.fib6.isLocal(skb.destination)) {
                    net.proxy.echo(skb);
                } else {
                    echo(skb);
                }
            }
            case InetConst.ICMPV6_ECHO_REPLY -> {
                net.ping.receive(skb);
                return;
            }
            case InetConst.ICMPV6_DEST_UNREACH,
                    InetConst.ICMPV6_PKT_TOOBIG,
                    InetConst.ICMPV6_TIME_EXCEED,
                    InetConst.ICMPV6_PARAMPROB -> error(skb, type);
            default -> net.discovery.receive(skb, type);
        }
        skb.release();
    }

    private void echo(SkBuff skb) {
        byte[] data = skb.bytesFrom(skb.start());
        data[0] = (byte) InetConst.ICMPV6_ECHO_REPLY;
        SkBuff reply = SkBuff.allocate(data.length);
        reply.put(data, 0, data.length);
        IpAddress from = skb.destination.isMulticast() ? IpAddress.ANY6 : skb.destination;
        send(reply, from, skb.source, skb.device, net.settings.defaultTtl, skb.tos);
    }

    /** Sends a message, starting at its ICMP header, in another machine's name; taken over. */
    public void sendAs(SkBuff message, IpAddress from, IpAddress to) {
        send(message, from, to, null, net.settings.defaultTtl, 0);
    }

    /** Sends a message that starts at its ICMP header, its checksum to be filled in. @return false if there is no way */
    boolean send(
            SkBuff message,
            IpAddress from,
            IpAddress to,
            @org.jspecify.annotations.Nullable NetDevice device,
            int hops,
            int trafficClass) {
        try {
            int index = device != null && to.needsScope() ? device.index : 0;
            IpOutput way = IpOutput.resolve(net, to, from, index, trafficClass, 0);
            return sendBy(message, way, from.isAny() ? way.source() : from, hops, trafficClass);
        } catch (ErrnoException e) {
            // There is no way there: as Linux, say nothing.
            net.counters.add(Counter.ICMP6_OUT_ERRORS);
            message.release();
            return false;
        }
    }

    /** @return false: it has been dropped on the way out */
    boolean sendBy(SkBuff message, IpOutput way, IpAddress from, int hops, int trafficClass) {
        int at = message.start();
        Be.put16(message.head(), at + 2, 0);
        long pseudo = Checksum.pseudo(from, way.destination(), InetConst.IPPROTO_ICMPV6, message.length());
        Be.put16(message.head(), at + 2, Checksum.fold(Checksum.add(pseudo, message)));
        net.counters.add(Counter.ICMP6_OUT_MSGS);
        try {
            net.ipv6.send(message, way, from, InetConst.IPPROTO_ICMPV6, trafficClass << 20, hops, false);
            return true;
        } catch (ErrnoException e) {
            net.counters.add(Counter.ICMP6_OUT_ERRORS);
            message.release();
            return false;
        }
    }

    private void error(SkBuff skb, int type) {
        byte[] all = skb.bytesFrom(skb.start());
        int code = all[1] & 0xff;
        if (all.length < HEADER + Ipv6.HEADER) {
            net.counters.add(Counter.ICMP6_IN_ERRORS);
            return;
        }
        IpAddress source = IpAddress.of(all, HEADER + 8, 16);
        IpAddress destination = IpAddress.of(all, HEADER + 24, 16);
        int protocol = all[HEADER + 6] & 0xff;
        int at = HEADER + Ipv6.HEADER;
        for (int i = 0; i < 8 && isExtension(protocol); i++) {
            if (at + 8 > all.length) {
                return;
            }
            int length = protocol == InetConst.IPPROTO_FRAGMENT ? 8 : (all[at + 1] & 0xff) * 8 + 8;
            protocol = all[at] & 0xff;
            at += length;
        }
        if (at > all.length) {
            return;
        }
        int info = Be.i32(all, 4);
        if (type == InetConst.ICMPV6_PKT_TOOBIG) {
            net.ipv4.pathMtu.learn(destination, info);
        }
        IcmpError error = new IcmpError(
                false,
                type,
                code,
                info,
                skb.source,
                source,
                destination,
                protocol,
                Arrays.copyOfRange(all, at, all.length),
                skb.device,
                errno(type, code).number(),
                isHard(type, code));
        net.raw.error(error);
        ProtocolHandler handler = net.protocol(protocol);
        if (protocol == InetConst.IPPROTO_ICMPV6) {
            net.ping.error(error);
        } else if (handler != null) {
            handler.error(error);
        }
    }

    private static boolean isExtension(int protocol) {
        return protocol == InetConst.IPPROTO_HOPOPTS
                || protocol == InetConst.IPPROTO_DSTOPTS
                || protocol == InetConst.IPPROTO_ROUTING
                || protocol == InetConst.IPPROTO_FRAGMENT;
    }

    /** What a message means to a socket (icmpv6_err_convert). */
    private static Errno errno(int type, int code) {
        return switch (type) {
            case InetConst.ICMPV6_DEST_UNREACH ->
                switch (code) {
                    case InetConst.ICMPV6_NOROUTE -> Errno.ENETUNREACH;
                    case InetConst.ICMPV6_ADM_PROHIBITED, 5, 6 -> Errno.EACCES;
                    case InetConst.ICMPV6_PORT_UNREACH -> Errno.ECONNREFUSED;
                    default -> Errno.EHOSTUNREACH;
                };
            case InetConst.ICMPV6_PKT_TOOBIG -> Errno.EMSGSIZE;
            case InetConst.ICMPV6_PARAMPROB -> Errno.EPROTO;
            default -> Errno.EHOSTUNREACH;
        };
    }

    private static boolean isHard(int type, int code) {
        return type == InetConst.ICMPV6_PARAMPROB
                || type == InetConst.ICMPV6_DEST_UNREACH
                        && (code == InetConst.ICMPV6_ADM_PROHIBITED
                                || code == InetConst.ICMPV6_PORT_UNREACH
                                || code > 4);
    }

    // --- sending errors ---

    /**
     * Tells the sender of a packet what became of it.
     *
     * @param skb starts behind its IP header; stays the caller's
     */
    public void sendError(SkBuff skb, int type, int code, int info) {
        boolean toMany = skb.packetType != 0 || skb.destination.isMulticast();
        boolean allowed = type == InetConst.ICMPV6_PKT_TOOBIG || type == InetConst.ICMPV6_PARAMPROB && code == 2;
        if (toMany && !allowed || skb.source.isMulticast() || skb.source.isAny() || isErrorMessage(skb)) {
            return;
        }
        if (!skb.looped && !limit.allows(skb.source)) {
            return;
        }
        byte[] original = skb.bytesFrom(skb.networkHeader);
        int length = Math.min(original.length, MAX_ERROR - Ipv6.HEADER - HEADER);
        SkBuff message = SkBuff.allocate(HEADER + length);
        int at = message.put(HEADER);
        message.head()[at] = (byte) type;
        message.head()[at + 1] = (byte) code;
        Be.put32(message.head(), at + 4, info);
        message.put(original, 0, length);
        IpAddress from = net.fib6.isLocal(skb.destination) ? skb.destination : IpAddress.ANY6;
        send(message, from, skb.source, skb.device, net.settings.defaultTtl, 0);
    }

    private static boolean isErrorMessage(SkBuff skb) {
        return skb.ipProtocol == InetConst.IPPROTO_ICMPV6 && skb.linear() > 0 && skb.head()[skb.start()] >= 0;
    }

    /** A packet that starts at its IP header has found no neighbour. */
    void unreachableNeighbour(SkBuff packet) {
        packet.networkHeader = packet.start();
        packet.pull(Ipv6.HEADER);
        packet.looped |= net.fib6.isLocal(packet.source);
        packet.packetType = 0;
        sendError(packet, InetConst.ICMPV6_DEST_UNREACH, InetConst.ICMPV6_ADDR_UNREACH, 0);
    }
}
