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

/** The Internet protocol, version 4 (RFC 791, RFC 1122, RFC 1812; Linux: net/ipv4/ip_input.c, ip_output.c, ip_forward.c, ip_fragment.c). */
public final class Ipv4 {
    public static final int HEADER = 20;
    static final int DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000, OFFSET_MASK = 0x1fff;
    private static final long REASSEMBLY_NS = 30_000_000_000L;
    private static final int MAX = 65535;

    private final NetNamespace net;
    public final PathMtu pathMtu;
    private final Reassembly reassembly;
    private int nextId = ThreadLocalRandom.current().nextInt();
    /** The address last found to be the machine's own, and when. */
    private IpAddress knownLocal = IpAddress.ANY4;

    private int knownGeneration = -1;

    public Ipv4(NetNamespace net) {
        this.net = net;
        this.pathMtu = new PathMtu(net);
        this.reassembly = new Reassembly(net, REASSEMBLY_NS, this::reassemblyExpired);
    }

    /** Packets being put together, and the memory they take. */
    public int[] reassemblyUse() {
        return new int[] {reassembly.packetCount(), reassembly.memory()};
    }

    // --- sending ---

    /**
     * Sends a packet that starts at its transport header.
     *
     * @param dontFragment the DF bit; a packet that does not fit is then refused
     * @param options of the header, padded to 4 bytes; null: none
     * @throws umlaut.abi.ErrnoException EMSGSIZE; the packet is then still the caller's
     */
    public void send(
            SkBuff skb,
            IpOutput way,
            IpAddress source,
            int protocol,
            int tos,
            int ttl,
            boolean dontFragment,
            byte @Nullable [] options) {
        int extra = options == null ? 0 : options.length;
        int total = skb.length() + HEADER + extra;
        if (total > MAX) {
            throw Errno.EMSGSIZE.exception();
        }
        int mtu = way.mtu(net);
        if (total > mtu && dontFragment && !way.device().takesLargeSegments()) {
            throw Errno.EMSGSIZE.exception();
        }
        int at = skb.push(HEADER + extra);
        byte[] head = skb.head();
        if (options != null) {
            System.arraycopy(options, 0, head, at + HEADER, extra);
        }
        head[at] = (byte) (0x40 | HEADER + extra >> 2);
        head[at + 1] = (byte) tos;
        Be.put16(head, at + 2, total);
        Be.put16(head, at + 4, dontFragment && total <= mtu ? 0 : nextId++);
        Be.put16(head, at + 6, dontFragment ? DONT_FRAGMENT : 0);
        head[at + 8] = (byte) ttl;
        head[at + 9] = (byte) protocol;
        Be.put16(head, at + 10, 0);
        Be.put32(head, at + 12, source.v4());
        Be.put32(head, at + 16, way.destination().v4());
        Be.put16(head, at + 10, Checksum.of(head, at, HEADER + extra));
        skb.source = source;
        skb.destination = way.destination();
        skb.ipProtocol = protocol;
        skb.networkHeader = at;
        net.counters.add(Counter.IP_OUT_REQUESTS);
        output(skb, way, mtu);
    }

    /** Sends a packet with its header (IP_HDRINCL): what is left zero in it is filled in. */
    void sendRaw(SkBuff skb, IpOutput way) {
        int at = skb.start();
        byte[] head = skb.head();
        int headerLength = (head[at] & 15) * 4;
        Be.put16(head, at + 2, skb.length());
        if (Be.u16(head, at + 4) == 0) {
            Be.put16(head, at + 4, nextId++);
        }
        if (Be.i32(head, at + 12) == 0) {
            Be.put32(head, at + 12, way.source().v4());
        }
        Be.put16(head, at + 10, 0);
        Be.put16(head, at + 10, Checksum.of(head, at, headerLength));
        skb.source = IpAddress.v4(Be.i32(head, at + 12));
        skb.destination = IpAddress.v4(Be.i32(head, at + 16));
        skb.ipProtocol = head[at + 9] & 0xff;
        skb.networkHeader = at;
        net.counters.add(Counter.IP_OUT_REQUESTS);
        output(skb, way, way.mtu(net));
    }

    private void output(SkBuff skb, IpOutput way, int mtu) {
        if (!net.netfilter.active()) {
            transmit(skb, way, mtu);
            return;
        }
        IpOutput after = net.netfilter.output(skb, way);
        transmit(skb, after, after == way ? mtu : after.mtu(net));
    }

    private void transmit(SkBuff skb, IpOutput way, int mtu) {
        NetDevice device = way.device();
        skb.protocol = IfConst.ETH_P_IP;
        skb.packetType = way.type() == Netlink.RTN_BROADCAST ? InetConst.PACKET_BROADCAST : InetConst.PACKET_HOST;
        net.counters.add(Counter.EXT_OUT_OCTETS, skb.length());
        if (net.netfilter.active() && !net.netfilter.pass(skb, NfHook.POST_ROUTING, null, device)) {
            skb.release();
            return;
        }
        boolean spread = way.type() == Netlink.RTN_MULTICAST || way.type() == Netlink.RTN_BROADCAST;
        if (spread) {
            boolean multicast = way.type() == Netlink.RTN_MULTICAST;
            net.counters.add(multicast ? Counter.EXT_OUT_MCAST_PKTS : Counter.EXT_OUT_BCAST_PKTS);
            boolean back = !device.isLoopback()
                    && (multicast ? skb.multicastLoop && device.groups.containsKey(way.destination()) : true);
            if (back) {
                loopBack(skb, device);
            }
            if (multicast && skb.head()[skb.start() + 8] == 0) {
                skb.release();
                return;
            }
        }
        if (!device.checksumsLeftOpen()) {
            Checksum.complete(skb, (skb.head()[skb.start()] & 15) * 4);
        }
        if (skb.length() > mtu && !device.takesLargeSegments() || skb.length() > device.mtu) {
            fragment(skb, way, mtu);
        } else {
            net.neighbours4.output(skb, device, way.nextHop());
        }
    }

    private void loopBack(SkBuff skb, NetDevice device) {
        SkBuff copy = skb.duplicate();
        copy.looped = true;
        copy.device = device;
        copy.macHeader = copy.start();
        net.backlog(copy);
    }

    private void fragment(SkBuff skb, IpOutput way, int mtu) {
        Checksum.complete(skb, (skb.head()[skb.start()] & 15) * 4);
        skb.linearize();
        byte[] head = skb.head();
        int at = skb.start();
        int headerLength = (head[at] & 15) * 4;
        int step = mtu - headerLength & ~7;
        int flags = Be.u16(head, at + 6);
        if ((flags & DONT_FRAGMENT) != 0 || step <= 0) {
            net.counters.add(Counter.IP_FRAG_FAILS);
            skb.release();
            throw Errno.EMSGSIZE.exception();
        }
        int data = skb.length() - headerLength;
        int base = flags & OFFSET_MASK;
        for (int done = 0; done < data; done += step) {
            int count = Math.min(step, data - done);
            SkBuff piece = SkBuff.allocate(headerLength + count);
            piece.put(head, at, headerLength);
            piece.put(head, at + headerLength + done, count);
            byte[] bytes = piece.head();
            int p = piece.start();
            boolean more = done + count < data || (flags & MORE_FRAGMENTS) != 0;
            Be.put16(bytes, p + 2, headerLength + count);
            Be.put16(bytes, p + 6, base + (done >> 3) | (more ? MORE_FRAGMENTS : 0));
            Be.put16(bytes, p + 10, 0);
            Be.put16(bytes, p + 10, Checksum.of(bytes, p, headerLength));
            piece.protocol = IfConst.ETH_P_IP;
            piece.packetType = skb.packetType;
            piece.source = skb.source;
            piece.destination = skb.destination;
            piece.networkHeader = p;
            net.counters.add(Counter.IP_FRAG_CREATES);
            net.neighbours4.output(piece, way.device(), way.nextHop());
        }
        net.counters.add(Counter.IP_FRAG_OKS);
        skb.release();
    }

    // --- receiving ---

    /** A packet has come in; it starts at its IP header. */
    public void receive(SkBuff skb) {
        if (skb.packetType == InetConst.PACKET_OTHERHOST) {
            skb.release();
            return;
        }
        net.counters.add(Counter.IP_IN_RECEIVES);
        int headerLength = checkHeader(skb);
        if (headerLength < 0) {
            net.counters.add(Counter.IP_IN_HDR_ERRORS);
            skb.release();
            return;
        }
        net.counters.add(Counter.EXT_IN_OCTETS, skb.length());
        NetDevice device = skb.device;
        if (device == null || martian(skb, device)) {
            net.counters.add(Counter.IP_IN_ADDR_ERRORS);
            skb.release();
            return;
        }
        if (net.netfilter.active()) {
            SkBuff passed = preRouting(skb, device);
            if (passed == null) {
                return;
            }
            skb = passed;
            headerLength = (skb.head()[skb.start()] & 15) * 4;
        }
        IpAddress to = skb.destination;
        int type;
        if (to.equals(knownLocal) && knownGeneration == net.fib4.generation()) {
            type = Netlink.RTN_LOCAL;
        } else {
            type = net.fib4.addressType(to);
            if (type == Netlink.RTN_LOCAL) {
                knownLocal = to;
                knownGeneration = net.fib4.generation();
            }
        }
        switch (type) {
            case Netlink.RTN_LOCAL -> deliver(skb, headerLength);
            case Netlink.RTN_BROADCAST -> {
                skb.packetType = InetConst.PACKET_BROADCAST;
                net.counters.add(Counter.EXT_IN_BCAST_PKTS);
                deliver(skb, headerLength);
            }
            case Netlink.RTN_MULTICAST -> {
                skb.packetType = InetConst.PACKET_MULTICAST;
                net.counters.add(Counter.EXT_IN_MCAST_PKTS);
                boolean wanted = device.isLoopback()
                        || to.equals(IpAddress.ALL_HOSTS4)
                        || device.groups.containsKey(to)
                        || device.allMulticast > 0;
                if (wanted) {
                    deliver(skb, headerLength);
                } else {
                    skb.release();
                }
            }
            default -> {
                if (net.proxy == null || skb.ttl <= 1 || skb.packetType != 0) {
                    forward(skb, headerLength, device);
                } else {
                    deliver(skb, headerLength);
                }
            }
        }
    }

    /** @return the header's length, or -1; the packet is cut to what the header says */
    private int checkHeader(SkBuff skb) {
        if (!skb.pullable(HEADER)) {
            return -1;
        }
        byte[] head = skb.head();
        int at = skb.start();
        int length = (head[at] & 15) * 4;
        if ((head[at] & 0xf0) != 0x40 || length < HEADER || !skb.pullable(length)) {
            return -1;
        }
        head = skb.head();
        at = skb.start();
        int total = Be.u16(head, at + 2);
        if (total < length || total > skb.length()) {
            return -1;
        }
        if (!skb.looped && Checksum.of(head, at, length) != 0) {
            return -1;
        }
        skb.trim(total);
        skb.networkHeader = at;
        skb.source = IpAddress.v4(Be.i32(head, at + 12));
        skb.destination = IpAddress.v4(Be.i32(head, at + 16));
        skb.ipProtocol = head[at + 9] & 0xff;
        skb.ttl = head[at + 8] & 0xff;
        skb.tos = head[at + 1] & 0xff;
        return length;
    }

    /** A source or destination that cannot come from there (RFC 1812, 5.3.7). */
    private boolean martian(SkBuff skb, NetDevice device) {
        IpAddress from = skb.source;
        if (from.isMulticast() || from.isLimitedBroadcast()) {
            return true;
        }
        if (device.isLoopback() || skb.looped) {
            return false;
        }
        return from.isLoopback() || skb.destination.isLoopback() || net.fib4.isLocal(from);
    }

    /** @return null: there is nothing to go on with */
    private @Nullable SkBuff preRouting(SkBuff skb, NetDevice device) {
        SkBuff whole = skb;
        if (net.netfilter.tracking() && isFragment(skb)) {
            int headerLength = (skb.head()[skb.start()] & 15) * 4;
            skb.pull(headerLength);
            whole = reassemble(skb);
            if (whole == null) {
                return null;
            }
            whole.push(whole.start() - whole.networkHeader);
            Be.put16(whole.head(), whole.start() + 10, 0);
            Be.put16(whole.head(), whole.start() + 10, Checksum.of(whole.head(), whole.start(), headerLength));
        }
        if (net.netfilter.pass(whole, NfHook.PRE_ROUTING, device, null)) {
            return whole;
        }
        whole.release();
        return null;
    }

    private static boolean isFragment(SkBuff skb) {
        return (Be.u16(skb.head(), skb.start() + 6) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
    }

    /** @param skb a fragment; starts behind its IP header @return null: more are to come */
    private @Nullable SkBuff reassemble(SkBuff skb) {
        net.counters.add(Counter.IP_REASM_REQDS);
        int fragment = Be.u16(skb.head(), skb.networkHeader + 6);
        int id = Be.u16(skb.head(), skb.networkHeader + 4);
        boolean more = (fragment & MORE_FRAGMENTS) != 0;
        SkBuff whole = reassembly.add(skb, id, skb.ipProtocol, null, (fragment & OFFSET_MASK) << 3, more);
        if (whole != null) {
            net.counters.add(Counter.IP_REASM_OKS);
            Be.put16(whole.head(), whole.networkHeader + 6, 0);
            Be.put16(whole.head(), whole.networkHeader + 2, whole.length() + whole.start() - whole.networkHeader);
        }
        return whole;
    }

    private void deliver(SkBuff skb, int headerLength) {
        boolean fragment = isFragment(skb);
        skb.pull(headerLength);
        SkBuff whole = skb;
        if (fragment) {
            SkBuff together = reassemble(skb);
            if (together == null) {
                return;
            }
            whole = together;
        }
        if (net.netfilter.active() && !localIn(whole)) {
            whole.release();
            return;
        }
        up(whole);
    }

    private boolean localIn(SkBuff whole) {
        int headerLength = whole.start() - whole.networkHeader;
        whole.push(headerLength);
        boolean passes = net.netfilter.pass(whole, NfHook.LOCAL_IN, whole.device, null);
        whole.pull(headerLength);
        return passes;
    }

    private void up(SkBuff whole) {
        ProtocolHandler handler = net.protocol(whole.ipProtocol);
        boolean heard = net.raw.deliver(whole, true);
        if (handler != null) {
            net.counters.add(Counter.IP_IN_DELIVERS);
            handler.receive(whole);
            return;
        }
        if (!heard) {
            net.counters.add(Counter.IP_IN_UNKNOWN_PROTOS);
            net.icmp.sendError(whole, InetConst.ICMP_DEST_UNREACH, InetConst.ICMP_PROT_UNREACH, 0);
        } else {
            net.counters.add(Counter.IP_IN_DELIVERS);
        }
        whole.release();
    }

    private void reassemblyExpired(@Nullable SkBuff first) {
        net.counters.add(Counter.IP_REASM_TIMEOUT);
        if (first != null) {
            net.icmp.sendError(first, InetConst.ICMP_TIME_EXCEEDED, 1, 0);
        }
    }

    // --- forwarding ---

    private void forward(SkBuff skb, int headerLength, NetDevice in) {
        if (!net.settings.forward4 && !in.conf.forwarding4 || in.isLoopback() || skb.packetType != 0) {
            net.counters.add(Counter.IP_IN_ADDR_ERRORS);
            skb.release();
            return;
        }
        int at = skb.start();
        skb.networkHeader = at;
        if (skb.ttl <= 1) {
            net.counters.add(Counter.IP_IN_HDR_ERRORS);
            errorAbout(skb, headerLength, InetConst.ICMP_TIME_EXCEEDED, 0, 0);
            return;
        }
        Route route = net.fib4.lookup(skb.destination, skb.source, 0, in, skb.tos, skb.mark);
        NetDevice out = route == null ? null : route.device();
        if (route == null || out == null || route.type() != Netlink.RTN_UNICAST) {
            net.counters.add(Counter.IP_OUT_NO_ROUTES);
            if (route != null && route.type() == Netlink.RTN_BLACKHOLE) {
                skb.release();
                return;
            }
            int code = route == null
                    ? InetConst.ICMP_NET_UNREACH
                    : route.type() == Netlink.RTN_PROHIBIT ? 13 : InetConst.ICMP_HOST_UNREACH;
            errorAbout(skb, headerLength, InetConst.ICMP_DEST_UNREACH, code, 0);
            return;
        }
        IpAddress next = route.gateway() == null ? skb.destination : route.gateway();
        IpOutput way =
                new IpOutput(route, Netlink.RTN_UNICAST, out, next, skb.source, skb.destination, net.fib4.generation());
        int mtu = route.mtu() > 0 ? Math.min(route.mtu(), out.mtu) : out.mtu;
        if (skb.length() > mtu && (Be.u16(skb.head(), at + 6) & DONT_FRAGMENT) != 0 && !out.takesLargeSegments()) {
            net.counters.add(Counter.IP_FRAG_FAILS);
            errorAbout(skb, headerLength, InetConst.ICMP_DEST_UNREACH, InetConst.ICMP_FRAG_NEEDED, mtu);
            return;
        }
        if (out == in && route.gateway() != null && in.conf.sendRedirects && skb.source.in(route.gateway(), 24)) {
            net.icmp.sendRedirect(skb, headerLength, route.gateway());
        }
        byte[] head = skb.head();
        head[at + 8]--;
        Be.put16(head, at + 10, 0);
        Be.put16(head, at + 10, Checksum.of(head, at, headerLength));
        skb.macHeader = -1;
        net.counters.add(Counter.IP_FORW_DATAGRAMS);
        if (net.netfilter.active() && !net.netfilter.pass(skb, NfHook.FORWARD, in, out)) {
            skb.release();
            return;
        }
        transmit(skb, way, mtu);
    }

    private void errorAbout(SkBuff skb, int headerLength, int type, int code, int info) {
        skb.pull(headerLength);
        net.icmp.sendError(skb, type, code, info);
        skb.release();
    }
}
