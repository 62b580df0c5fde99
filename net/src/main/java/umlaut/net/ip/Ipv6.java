package umlaut.net.ip;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.Counter;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.ProtocolHandler;
import umlaut.net.core.Route;
import umlaut.net.core.SkBuff;
import umlaut.net.netfilter.NfHook;

/** The Internet protocol, version 6 (RFC 8200; Linux: net/ipv6/ip6_input.c, ip6_output.c, exthdrs.c, reassembly.c). */
public final class Ipv6 {
    public static final int HEADER = 40;
    private static final int FRAGMENT_HEADER = 8;
    private static final long REASSEMBLY_NS = 60_000_000_000L;
    private static final int MAX_EXTENSIONS = 16;
    private static final int MAX = 65535;

    private final NetNamespace net;
    private final Reassembly reassembly;
    private IpAddress knownLocal = IpAddress.ANY6;
    private int knownGeneration = -1;

    public Ipv6(NetNamespace net) {
        this.net = net;
        this.reassembly = new Reassembly(net, REASSEMBLY_NS, this::reassemblyExpired);
    }

    public int[] reassemblyUse() {
        return new int[] {reassembly.packetCount(), reassembly.memory()};
    }

    // --- sending ---

    /**
     * Sends a packet that starts at its transport header.
     *
     * @param flow traffic class and flow label, as in the header's first word
     * @throws umlaut.abi.ErrnoException EMSGSIZE; the packet is then still the caller's
     */
    public void send(
            SkBuff skb, IpOutput way, IpAddress source, int protocol, int flow, int hops, boolean dontFragment) {
        if (skb.length() > MAX) {
            throw Errno.EMSGSIZE.exception();
        }
        int mtu = way.mtu(net);
        boolean large = skb.length() + HEADER > mtu && !way.device().takesLargeSegments();
        if (large && dontFragment) {
            throw Errno.EMSGSIZE.exception();
        }
        skb.source = source;
        skb.destination = way.destination();
        skb.ipProtocol = protocol;
        net.counters.add(Counter.IP6_OUT_REQUESTS);
        if (skb.length() + HEADER > mtu && !large) {
            large = skb.length() + HEADER > way.device().mtu;
        }
        if (large) {
            fragment(skb, way, protocol, flow, hops, mtu);
            return;
        }
        pushHeader(skb, source, way.destination(), protocol, flow, hops);
        output(skb, way);
    }

    private static void pushHeader(
            SkBuff skb, IpAddress source, IpAddress destination, int protocol, int flow, int hops) {
        int length = skb.length();
        int at = skb.push(HEADER);
        byte[] head = skb.head();
        Be.put32(head, at, 0x60000000 | flow & 0x0fffffff);
        Be.put16(head, at + 4, length);
        head[at + 6] = (byte) protocol;
        head[at + 7] = (byte) hops;
        source.put16(head, at + 8);
        destination.put16(head, at + 24);
        skb.networkHeader = at;
    }

    /** Sends a packet with its header (IPV6_HDRINCL). */
    void sendRaw(SkBuff skb, IpOutput way) {
        int at = skb.start();
        skb.source = IpAddress.of(skb.head(), at + 8, 16);
        skb.destination = IpAddress.of(skb.head(), at + 24, 16);
        skb.ipProtocol = skb.head()[at + 6] & 0xff;
        skb.networkHeader = at;
        net.counters.add(Counter.IP6_OUT_REQUESTS);
        output(skb, way);
    }

    private void output(SkBuff skb, IpOutput way) {
        transmit(skb, net.netfilter.active() ? net.netfilter.output(skb, way) : way);
    }

    private void transmit(SkBuff skb, IpOutput way) {
        NetDevice device = way.device();
        skb.protocol = IfConst.ETH_P_IPV6;
        skb.packetType = InetConst.PACKET_HOST;
        if (net.netfilter.active() && !net.netfilter.pass(skb, NfHook.POST_ROUTING, null, device)) {
            skb.release();
            return;
        }
        if (way.destination().isMulticast()) {
            if (!device.isLoopback() && skb.multicastLoop && device.groups.containsKey(way.destination())) {
                SkBuff copy = skb.duplicate();
                copy.looped = true;
                copy.device = device;
                copy.macHeader = copy.start();
                net.backlog(copy);
            }
            boolean interfaceLocal = (way.destination().high >>> 48 & 0xf) <= 1;
            if (interfaceLocal && !device.isLoopback() || skb.head()[skb.start() + 7] == 0) {
                skb.release();
                return;
            }
        }
        if (!device.checksumsLeftOpen()) {
            Checksum.complete(skb, HEADER);
        }
        net.neighbours6.output(skb, device, way.nextHop());
    }

    private void fragment(SkBuff skb, IpOutput way, int protocol, int flow, int hops, int mtu) {
        if (skb.partialChecksum >= 0) {
            Checksum.complete(skb, 0);
        }
        skb.linearize();
        int step = mtu - HEADER - FRAGMENT_HEADER & ~7;
        int data = skb.length();
        int id = ThreadLocalRandom.current().nextInt();
        for (int done = 0; done < data; done += step) {
            int count = Math.min(step, data - done);
            SkBuff piece = SkBuff.allocate(FRAGMENT_HEADER + count);
            int at = piece.put(FRAGMENT_HEADER);
            byte[] head = piece.head();
            head[at] = (byte) protocol;
            Be.put16(head, at + 2, done | (done + count < data ? 1 : 0));
            Be.put32(head, at + 4, id);
            piece.put(skb.head(), skb.start() + done, count);
            piece.source = skb.source;
            piece.destination = skb.destination;
            pushHeader(piece, skb.source, way.destination(), InetConst.IPPROTO_FRAGMENT, flow, hops);
            piece.multicastLoop = skb.multicastLoop;
            net.counters.add(Counter.IP6_FRAG_CREATES);
            output(piece, way);
        }
        net.counters.add(Counter.IP6_FRAG_OKS);
        skb.release();
    }

    // --- receiving ---

    public void receive(SkBuff skb) {
        NetDevice device = skb.device;
        if (skb.packetType == InetConst.PACKET_OTHERHOST || device == null) {
            skb.release();
            return;
        }
        net.counters.add(Counter.IP6_IN_RECEIVES);
        if (!checkHeader(skb, device)) {
            net.counters.add(Counter.IP6_IN_HDR_ERRORS);
            skb.release();
            return;
        }
        if (net.netfilter.active() && !net.netfilter.pass(skb, NfHook.PRE_ROUTING, device, null)) {
            skb.release();
            return;
        }
        IpAddress to = skb.destination;
        if (to.isMulticast()) {
            skb.packetType = InetConst.PACKET_MULTICAST;
            boolean wanted = device.isLoopback()
                    || device.groups.containsKey(to)
                    || device.allMulticast > 0
                    || to.equals(IpAddress.ALL_NODES)
                    || to.high == 0xff01_0000_0000_0000L && to.low == 1
                    || solicitedNode(device, to)
                    || to.equals(IpAddress.ALL_ROUTERS) && net.settings6Forwarding(device);
            if (wanted) {
                deliver(skb);
            } else {
                skb.release();
            }
            return;
        }
        boolean local = to.equals(knownLocal) && knownGeneration == net.fib6.generation();
        if (!local && net.fib6.isLocal(to)) {
            local = true;
            knownLocal = to;
            knownGeneration = net.fib6.generation();
        }
        if (local && (to.isLoopback() && !device.isLoopback())) {
            net.counters.add(Counter.IP6_IN_ADDR_ERRORS);
            skb.release();
        } else if (local || net.proxy != null && skb.ttl > 1 && !skb.source.isLinkLocal()) {
            deliver(skb);
        } else {
            forward(skb, device);
        }
    }

    private static boolean solicitedNode(NetDevice device, IpAddress to) {
        return device.addresses.stream()
                .anyMatch(a -> !a.local.isV4() && a.local.solicitedNode().equals(to));
    }

    private static boolean checkHeader(SkBuff skb, NetDevice device) {
        if (!skb.pullable(HEADER)) {
            return false;
        }
        byte[] head = skb.head();
        int at = skb.start();
        int payload = Be.u16(head, at + 4);
        if ((head[at] & 0xf0) != 0x60 || payload + HEADER > skb.length()) {
            return false;
        }
        skb.trim(payload + HEADER);
        skb.networkHeader = at;
        skb.source = IpAddress.of(head, at + 8, 16);
        skb.destination = IpAddress.of(head, at + 24, 16);
        skb.ipProtocol = head[at + 6] & 0xff;
        skb.ttl = head[at + 7] & 0xff;
        skb.tos = Be.u16(head, at) >>> 4 & 0xff;
        skb.flowInfo = Be.i32(head, at) & 0x0fffffff;
        // Mapped addresses are never on a wire; loopback ones only here (RFC 4291, 2.5.3).
        boolean odd = skb.source.isV4() || skb.destination.isV4() || skb.source.isMulticast();
        return !odd && (device.isLoopback() || skb.looped || !skb.source.isLoopback());
    }

    /** Walks the extension headers (RFC 8200, 4) and hands over what follows. */
    private void deliver(SkBuff skb) {
        if (net.netfilter.active() && !net.netfilter.pass(skb, NfHook.LOCAL_IN, skb.device, null)) {
            skb.release();
            return;
        }
        int next = skb.ipProtocol;
        skb.pull(HEADER);
        int nextField = skb.networkHeader + 6;
        for (int i = 0; i < MAX_EXTENSIONS; i++) {
            boolean first = i == 0;
            switch (next) {
                case InetConst.IPPROTO_HOPOPTS, InetConst.IPPROTO_DSTOPTS, InetConst.IPPROTO_ROUTING -> {
                    if (next == InetConst.IPPROTO_HOPOPTS && !first) {
                        parameterProblem(skb, 1, nextField);
                        return;
                    }
                    int length = extension(skb, next);
                    if (length < 0) {
                        return;
                    }
                    nextField = skb.start();
                    next = skb.head()[skb.start()] & 0xff;
                    skb.pull(length);
                }
                case InetConst.IPPROTO_FRAGMENT -> {
                    SkBuff whole = fragmentIn(skb);
                    if (whole == null) {
                        return;
                    }
                    skb = whole;
                    next = whole.ipProtocol;
                }
                case InetConst.IPPROTO_NONE -> {
                    skb.ipProtocol = next;
                    net.raw.deliver(skb, false);
                    skb.release();
                    return;
                }
                default -> {
                    skb.ipProtocol = next;
                    up(skb, nextField);
                    return;
                }
            }
        }
        net.counters.add(Counter.IP6_IN_HDR_ERRORS);
        skb.release();
    }

    private void up(SkBuff skb, int nextField) {
        boolean heard = net.raw.deliver(skb, false);
        int number = skb.ipProtocol == InetConst.IPPROTO_ICMP ? -1 : skb.ipProtocol;
        ProtocolHandler handler = number < 0 ? null : net.protocol(number);
        if (handler != null && number != InetConst.IPPROTO_IGMP) {
            net.counters.add(Counter.IP6_IN_DELIVERS);
            handler.receive(skb);
        } else if (heard) {
            net.counters.add(Counter.IP6_IN_DELIVERS);
            skb.release();
        } else {
            net.counters.add(Counter.IP6_IN_UNKNOWN_PROTOS);
            parameterProblem(skb, 1, nextField);
        }
    }

    /** Looks at an options or routing header. @return its length, or -1: the packet has been dropped */
    private int extension(SkBuff skb, int kind) {
        if (!skb.pullable(8) || !skb.pullable((skb.head()[skb.start() + 1] & 0xff) * 8 + 8)) {
            net.counters.add(Counter.IP6_IN_HDR_ERRORS);
            skb.release();
            return -1;
        }
        byte[] head = skb.head();
        int at = skb.start();
        int length = (head[at + 1] & 0xff) * 8 + 8;
        if (kind == InetConst.IPPROTO_ROUTING) {
            // No routing type is followed here (RFC 5095); one with nothing left to do is ignored.
            if (head[at + 3] != 0) {
                parameterProblem(skb, 0, at + 2);
                return -1;
            }
            return length;
        }
        for (int i = at + 2; i < at + length; ) {
            int type = head[i] & 0xff;
            if (type == 0) {
                i++;
                continue;
            }
            if (i + 1 >= at + length || i + 2 + (head[i + 1] & 0xff) > at + length) {
                net.counters.add(Counter.IP6_IN_HDR_ERRORS);
                skb.release();
                return -1;
            }
            boolean known = type == 1 || type == 5 || type == 0xc2;
            if (!known && type >>> 6 != 0) {
                boolean tell = type >>> 6 == 2 || type >>> 6 == 3 && !skb.destination.isMulticast();
                if (tell) {
                    parameterProblem(skb, 2, i);
                } else {
                    skb.release();
                }
                return -1;
            }
            i += 2 + (head[i + 1] & 0xff);
        }
        return length;
    }

    private @Nullable SkBuff fragmentIn(SkBuff skb) {
        if (!skb.pullable(FRAGMENT_HEADER)) {
            net.counters.add(Counter.IP6_IN_HDR_ERRORS);
            skb.release();
            return null;
        }
        byte[] head = skb.head();
        int at = skb.start();
        int word = Be.u16(head, at + 2);
        int id = Be.i32(head, at + 4);
        skb.ipProtocol = head[at] & 0xff;
        skb.pull(FRAGMENT_HEADER);
        net.counters.add(Counter.IP6_REASM_REQDS);
        int offset = word & 0xfff8;
        boolean more = (word & 1) != 0;
        if (more && (skb.length() & 7) != 0) {
            parameterProblem(skb, 0, skb.networkHeader + 4);
            return null;
        }
        if (offset == 0 && !more) {
            return skb; // an atomic fragment (RFC 6946)
        }
        NetDevice link = skb.source.needsScope() ? skb.device : null;
        SkBuff whole = reassembly.add(skb, id, 0, link, offset, more);
        if (whole != null) {
            net.counters.add(Counter.IP6_REASM_OKS);
        }
        return whole;
    }

    private void reassemblyExpired(@Nullable SkBuff first) {
        net.counters.add(Counter.IP6_REASM_TIMEOUT);
        if (first != null) {
            net.icmp6.sendError(first, InetConst.ICMPV6_TIME_EXCEED, 1, 0);
        }
    }

    /** @param field index in the packet's linear part of what is wrong */
    private void parameterProblem(SkBuff skb, int code, int field) {
        net.icmp6.sendError(skb, InetConst.ICMPV6_PARAMPROB, code, field - skb.networkHeader);
        skb.release();
    }

    // --- forwarding ---

    private void forward(SkBuff skb, NetDevice in) {
        if (!net.settings6Forwarding(in) || in.isLoopback() || skb.source.isLinkLocal()) {
            net.counters.add(Counter.IP6_IN_ADDR_ERRORS);
            skb.release();
            return;
        }
        int at = skb.start();
        if (skb.ttl <= 1) {
            errorAbout(skb, InetConst.ICMPV6_TIME_EXCEED, 0, 0);
            return;
        }
        Route route = net.fib6.lookup(skb.destination, skb.source, 0, in, skb.tos, skb.mark);
        NetDevice out = route == null ? null : route.device();
        if (route == null || out == null || route.type() != Netlink.RTN_UNICAST) {
            net.counters.add(Counter.IP6_IN_NO_ROUTES);
            boolean silent = route != null && route.type() == Netlink.RTN_BLACKHOLE;
            if (silent) {
                skb.release();
            } else {
                boolean prohibited = route != null && route.type() == Netlink.RTN_PROHIBIT;
                int code = prohibited ? InetConst.ICMPV6_ADM_PROHIBITED : InetConst.ICMPV6_NOROUTE;
                errorAbout(skb, InetConst.ICMPV6_DEST_UNREACH, code, 0);
            }
            return;
        }
        int mtu = route.mtu() > 0 ? Math.min(route.mtu(), out.mtu) : out.mtu;
        if (skb.length() > mtu && !out.takesLargeSegments()) {
            net.counters.add(Counter.IP6_IN_TOO_BIG_ERRORS);
            errorAbout(skb, InetConst.ICMPV6_PKT_TOOBIG, 0, mtu);
            return;
        }
        skb.head()[at + 7]--;
        skb.macHeader = -1;
        if (net.netfilter.active()
                && !(net.netfilter.pass(skb, NfHook.FORWARD, in, out)
                        && net.netfilter.pass(skb, NfHook.POST_ROUTING, null, out))) {
            skb.release();
            return;
        }
        net.counters.add(Counter.IP6_OUT_FORW_DATAGRAMS);
        IpAddress next = route.gateway() == null ? skb.destination : route.gateway();
        if (!out.checksumsLeftOpen()) {
            Checksum.complete(skb, HEADER);
        }
        skb.protocol = IfConst.ETH_P_IPV6;
        net.neighbours6.output(skb, out, next);
    }

    private void errorAbout(SkBuff skb, int type, int code, int info) {
        skb.pull(HEADER);
        net.icmp6.sendError(skb, type, code, info);
        skb.release();
    }
}
