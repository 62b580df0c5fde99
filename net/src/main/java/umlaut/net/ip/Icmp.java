package umlaut.net.ip;

import java.util.LinkedHashMap;
import java.util.Map;
import umlaut.abi.Errno;
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

/** ICMP for IPv4 (RFC 792, RFC 1122; Linux: net/ipv4/icmp.c). */
public final class Icmp implements ProtocolHandler {
    static final int HEADER = 8;
    private static final int MAX_ERROR = 576;

    private final NetNamespace net;
    private final ErrorLimit limit;

    public Icmp(NetNamespace net) {
        this.net = net;
        this.limit = new ErrorLimit(net);
        net.setProtocol(InetConst.IPPROTO_ICMP, this);
    }

    // --- receiving ---

    @Override
    public void receive(SkBuff skb) {
        net.counters.add(Counter.ICMP_IN_MSGS);
        boolean whole = skb.pullable(HEADER);
        if (!whole || !skb.looped && Checksum.fold(Checksum.add(0, skb)) != 0) {
            net.counters.add(whole ? Counter.ICMP_IN_CSUM_ERRORS : Counter.ICMP_IN_ERRORS);
            skb.release();
            return;
        }
        int type = skb.head()[skb.start()] & 0xff;
        switch (type) {
            case InetConst.ICMP_ECHO -> {
                net.counters.add(Counter.ICMP_IN_ECHOS);
                boolean ignored =
                        net.settings.icmpEchoIgnoreAll || skb.packetType != 0 && net.settings.icmpEchoIgnoreBroadcasts;
                if (net.proxy != null && skb.packetType == 0 && !net.fib4.isLocal(skb.destination)) {
                    net.proxy.echo(skb);
                } else if (!ignored) {
                    answer(skb, InetConst.ICMP_ECHOREPLY, Counter.ICMP_OUT_ECHO_REPS);
                }
            }
            case InetConst.ICMP_ECHOREPLY -> {
                net.counters.add(Counter.ICMP_IN_ECHO_REPS);
                net.ping.receive(skb);
                return;
            }
            case InetConst.ICMP_TIMESTAMP -> {
                net.counters.add(Counter.ICMP_IN_TIMESTAMPS);
                timestamp(skb);
            }
            case InetConst.ICMP_DEST_UNREACH,
                    InetConst.ICMP_TIME_EXCEEDED,
                    InetConst.ICMP_PARAMETERPROB,
                    InetConst.ICMP_SOURCE_QUENCH -> error(skb, type);
            case InetConst.ICMP_REDIRECT -> net.counters.add(Counter.ICMP_IN_REDIRECTS);
            default -> {}
        }
        skb.release();
    }

    private void answer(SkBuff skb, int type, Counter counter) {
        byte[] data = skb.bytesFrom(skb.start());
        data[0] = (byte) type;
        Be.put16(data, 2, 0);
        Be.put16(data, 2, Checksum.of(data, 0, data.length));
        SkBuff reply = SkBuff.allocate(data.length);
        reply.put(data, 0, data.length);
        IpAddress from = skb.packetType == 0 ? skb.destination : IpAddress.ANY4;
        if (sendTo(reply, from, skb.source, skb.tos, skb.device)) {
            net.counters.add(counter);
        }
    }

    private void timestamp(SkBuff skb) {
        if (skb.packetType != 0 || !skb.pullable(20)) {
            return;
        }
        int ms = (int) (net.realtimeNs() / 1_000_000 % 86_400_000);
        Be.put32(skb.head(), skb.start() + 12, ms);
        Be.put32(skb.head(), skb.start() + 16, ms);
        answer(skb, InetConst.ICMP_TIMESTAMPREPLY, Counter.ICMP_OUT_TIMESTAMP_REPS);
    }

    /** Sends a message, starting at its ICMP header with its checksum done, in another machine's name; taken over. */
    public void sendAs(SkBuff message, IpAddress from, IpAddress to) {
        sendTo(message, from, to, 0, null);
    }

    private boolean sendTo(
            SkBuff message, IpAddress from, IpAddress to, int tos, @org.jspecify.annotations.Nullable NetDevice in) {
        try {
            int index = in != null && to.needsScope() ? in.index : 0;
            IpOutput way = IpOutput.resolve(net, to, from, index, tos, 0);
            IpAddress source = from.isAny() ? way.source() : from;
            net.ipv4.send(message, way, source, InetConst.IPPROTO_ICMP, tos, net.settings.defaultTtl, false, null);
            net.counters.add(Counter.ICMP_OUT_MSGS);
            return true;
        } catch (umlaut.abi.ErrnoException e) {
            // There is no way back to the asker: as Linux, say nothing.
            net.counters.add(Counter.ICMP_OUT_ERRORS);
            message.release();
            return false;
        }
    }

    /** Passes an error on to the protocol of the packet that it is about (icmp_unreach). */
    private void error(SkBuff skb, int type) {
        switch (type) {
            case InetConst.ICMP_DEST_UNREACH -> net.counters.add(Counter.ICMP_IN_DEST_UNREACHS);
            case InetConst.ICMP_TIME_EXCEEDED -> net.counters.add(Counter.ICMP_IN_TIME_EXCDS);
            case InetConst.ICMP_PARAMETERPROB -> net.counters.add(Counter.ICMP_IN_PARM_PROBS);
            default -> net.counters.add(Counter.ICMP_IN_SRC_QUENCHS);
        }
        if (!skb.pullable(HEADER + Ipv4.HEADER)) {
            net.counters.add(Counter.ICMP_IN_ERRORS);
            return;
        }
        byte[] all = skb.bytesFrom(skb.start());
        int code = all[1] & 0xff;
        int headerLength = (all[HEADER] & 15) * 4;
        if ((all[HEADER] & 0xf0) != 0x40 || headerLength < Ipv4.HEADER || all.length < HEADER + headerLength) {
            net.counters.add(Counter.ICMP_IN_ERRORS);
            return;
        }
        IpAddress source = IpAddress.v4(Be.i32(all, HEADER + 12));
        IpAddress destination = IpAddress.v4(Be.i32(all, HEADER + 16));
        int protocol = all[HEADER + 9] & 0xff;
        byte[] packet = java.util.Arrays.copyOfRange(all, HEADER + headerLength, all.length);
        int info = 0;
        if (type == InetConst.ICMP_DEST_UNREACH && code == InetConst.ICMP_FRAG_NEEDED) {
            info = Be.u16(all, 6);
            if (info == 0) {
                info = PathMtu.MIN4;
            }
            net.ipv4.pathMtu.learn(destination, info);
        } else if (type == InetConst.ICMP_PARAMETERPROB) {
            info = all[4] & 0xff;
        }
        IcmpError error = new IcmpError(
                true,
                type,
                code,
                info,
                skb.source,
                source,
                destination,
                protocol,
                packet,
                skb.device,
                errno(type, code),
                isHard(type, code));
        net.raw.error(error);
        ProtocolHandler handler = net.protocol(protocol);
        if (protocol == InetConst.IPPROTO_ICMP) {
            net.ping.error(error);
        } else if (handler != null) {
            handler.error(error);
        }
    }

    /** What a message means to a socket (icmp_err_convert). */
    private static int errno(int type, int code) {
        Errno errno = switch (type) {
            case InetConst.ICMP_DEST_UNREACH ->
                switch (code) {
                    case 0, 6, 9, 11 -> Errno.ENETUNREACH;
                    case 2 -> Errno.ENOPROTOOPT;
                    case 3 -> Errno.ECONNREFUSED;
                    case 4 -> Errno.EMSGSIZE;
                    case 5 -> Errno.EOPNOTSUPP;
                    case 7 -> Errno.EHOSTDOWN;
                    case 8 -> Errno.ENONET;
                    default -> Errno.EHOSTUNREACH;
                };
            case InetConst.ICMP_PARAMETERPROB -> Errno.EPROTO;
            default -> Errno.EHOSTUNREACH;
        };
        return errno.number();
    }

    private static boolean isHard(int type, int code) {
        if (type == InetConst.ICMP_PARAMETERPROB) {
            return true;
        }
        return type == InetConst.ICMP_DEST_UNREACH
                && (code == 2
                        || code == 3
                        || code == 6
                        || code == 7
                        || code == 8
                        || code == 9
                        || code == 10
                        || code == 13
                        || code == 14
                        || code == 15);
    }

    // --- sending errors ---

    /**
     * Tells the sender of a packet what became of it (icmp_send).
     *
     * @param skb starts at its transport header; stays the caller's
     */
    public void sendError(SkBuff skb, int type, int code, int info) {
        byte[] head = skb.head();
        int ip = skb.networkHeader;
        NetDevice device = skb.device;
        boolean first = (Be.u16(head, ip + 6) & Ipv4.OFFSET_MASK) == 0;
        boolean unicast = skb.packetType == 0
                && !skb.destination.isMulticast()
                && !skb.destination.isLimitedBroadcast()
                && !skb.source.isMulticast()
                && !skb.source.isLimitedBroadcast()
                && !skb.source.isAny();
        if (!first || !unicast || isErrorMessage(skb)) {
            return;
        }
        if (!skb.looped && !limit.allows(skb.source)) {
            net.counters.add(Counter.ICMP_OUT_RATE_LIMIT_HOST);
            return;
        }
        byte[] original = skb.bytesFrom(ip);
        int length = Math.min(original.length, MAX_ERROR - Ipv4.HEADER - HEADER);
        SkBuff message = SkBuff.allocate(HEADER + length);
        int at = message.put(HEADER);
        byte[] b = message.head();
        b[at] = (byte) type;
        b[at + 1] = (byte) code;
        Be.put32(b, at + 4, type == InetConst.ICMP_PARAMETERPROB ? info << 24 : info);
        message.put(original, 0, length);
        b = message.head();
        Be.put16(b, at + 2, Checksum.of(b, at, HEADER + length));
        IpAddress from = net.fib4.isLocal(skb.destination) ? skb.destination : IpAddress.ANY4;
        if (sendTo(message, from, skb.source, skb.tos & 0x1e | 0xc0, device)) {
            net.counters.add(
                    switch (type) {
                        case InetConst.ICMP_DEST_UNREACH -> Counter.ICMP_OUT_DEST_UNREACHS;
                        case InetConst.ICMP_TIME_EXCEEDED -> Counter.ICMP_OUT_TIME_EXCDS;
                        case InetConst.ICMP_REDIRECT -> Counter.ICMP_OUT_REDIRECTS;
                        default -> Counter.ICMP_OUT_PARM_PROBS;
                    });
        }
    }

    void sendRedirect(SkBuff skb, int headerLength, IpAddress gateway) {
        skb.pull(headerLength);
        sendError(skb, InetConst.ICMP_REDIRECT, 1, gateway.v4());
        skb.push(headerLength);
    }

    /** Never an error about an error (RFC 1122, 3.2.2). */
    private static boolean isErrorMessage(SkBuff skb) {
        if (skb.ipProtocol != InetConst.IPPROTO_ICMP || skb.linear() < 1) {
            return false;
        }
        return switch (skb.head()[skb.start()] & 0xff) {
            case InetConst.ICMP_ECHO,
                    InetConst.ICMP_ECHOREPLY,
                    InetConst.ICMP_TIMESTAMP,
                    InetConst.ICMP_TIMESTAMPREPLY -> false;
            default -> true;
        };
    }

    /** A packet that starts at its IP header has found no neighbour. */
    void unreachableNeighbour(SkBuff packet) {
        int headerLength = (packet.head()[packet.start()] & 15) * 4;
        packet.networkHeader = packet.start();
        packet.pull(headerLength);
        if (net.fib4.isLocal(packet.source)) {
            // Its sender is here: it is told as if by a router (arp_error_report, ipv4_link_failure).
            packet.looped = true;
        }
        packet.packetType = 0;
        sendError(packet, InetConst.ICMP_DEST_UNREACH, InetConst.ICMP_HOST_UNREACH, 0);
    }

    /** At most six at once to each host, then one a second (RFC 1812, 4.3.2.8). */
    static final class ErrorLimit {
        private static final int BURST = 6;
        private static final int MAX_HOSTS = 1024;

        private final NetNamespace net;
        private final Map<IpAddress, Long> next = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<IpAddress, Long> eldest) {
                return size() > MAX_HOSTS;
            }
        };

        ErrorLimit(NetNamespace net) {
            this.net = net;
        }

        boolean allows(IpAddress host) {
            long everyNs = net.settings.icmpRateLimitMs * 1_000_000L;
            long now = net.nowNs();
            long earliest = now - BURST * everyNs;
            long credit = Math.max(next.getOrDefault(host, earliest), earliest);
            if (credit + everyNs > now) {
                return false;
            }
            next.put(host, credit + everyNs);
            return true;
        }
    }
}
