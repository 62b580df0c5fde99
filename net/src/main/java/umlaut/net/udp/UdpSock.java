package umlaut.net.udp;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Message;
import umlaut.net.SocketOptions;
import umlaut.net.core.Be;
import umlaut.net.core.Counter;
import umlaut.net.core.DataChunk;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.DatagramSock;
import umlaut.net.inet.InetControl;
import umlaut.net.inet.SockError;
import umlaut.net.inet.SocketAddress;
import umlaut.net.ip.IpOutput;

/** A socket of UDP or UDP-Lite (udp(7), udplite(7); Linux: struct udp_sock). */
public final class UdpSock extends DatagramSock {
    private static final int MAX_DATA = 65535 - UdpTable.HEADER;
    /** Data up to that size is kept beside the headers. */
    private static final int SMALL = 512;

    private final UdpTable table;
    private boolean corked;
    /** UDP-Lite: the bytes that the checksum of what is sent covers, and that of what is received must; 0 = all. */
    private int sendCoverage;

    private int receiveCoverage;
    private boolean coverageAsked;
    private int segmentSize;
    private boolean gro;
    private boolean noChecksum6Send;
    private boolean noChecksum6Receive;
    /** What UDP_CORK or MSG_MORE holds back: data so far and where to. */
    private byte @Nullable [] held;

    private @Nullable SocketAddress heldTo;

    public UdpSock(UdpTable table, int family, SockOwner owner) {
        super(table.net, family, SockConst.SOCK_DGRAM, table.protocol, owner);
        this.table = table;
    }

    // --- names ---

    @Override
    protected void takePort(int port) {
        int chosen = port == 0 ? table.ports.chooseFor(this) : port;
        if (table.ports.conflicts(chosen, this)) {
            throw Errno.EADDRINUSE.exception();
        }
        localPort = chosen;
        table.add(this);
    }

    @Override
    public long connect(SocketAddress target, boolean first, boolean nonBlocking) {
        IpAddress to = target.address();
        if (to.isV4() && v6Only()) {
            return Errno.ENETUNREACH.negative();
        }
        int index = to.needsScope() && target.scope() != 0 ? target.scope() : boundDevice;
        if (to.isLinkLocal() && index == 0) {
            return Errno.EINVAL.negative();
        }
        int out = index != 0 ? index : to.isMulticast() ? multicastIndex(to) : 0;
        IpOutput way = IpOutput.resolve(net, to, addressAsked ? local : null, out, ip.tos, options.mark());
        if (way.type() == Netlink.RTN_BROADCAST && !options.isOn(SockConst.SO_BROADCAST)) {
            return Errno.EACCES.negative();
        }
        if (!addressAsked) {
            local = way.source();
        }
        if (to.needsScope()) {
            boundDevice = index;
        }
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
        if (!addressAsked) {
            local = any();
        }
        if (!portAsked && localPort != 0) {
            table.remove(this);
            localPort = 0;
        }
    }

    private int multicastIndex(IpAddress to) {
        if (!to.isV4()) {
            return ip.multicastIndex6;
        }
        return ip.multicastIndex;
    }

    // --- sending ---

    @Override
    public long send(@Nullable Task task, Message message) {
        if (message.has(SockConst.MSG_OOB)) {
            return Errno.EOPNOTSUPP.negative();
        }
        long length = message.data.remaining();
        if (length > MAX_DATA) {
            return Errno.EMSGSIZE.negative();
        }
        byte[] sockaddr = message.address;
        SocketAddress target = sockaddr == null ? null : target(sockaddr);
        InetControl.Sending control = InetControl.read(this, message.control);
        if (target == null && remote.isAny()) {
            return Errno.EDESTADDRREQ.negative();
        }
        if (target != null && target.port() == 0) {
            return Errno.EINVAL.negative();
        }
        if (sendShut) {
            return Errno.EPIPE.negative();
        }
        boolean more = corked || message.has(SockConst.MSG_MORE);
        if (more || held != null) {
            return hold(message, target, control, more);
        }
        int size = control.segmentSize != 0 ? control.segmentSize : segmentSize;
        if (size != 0 && length > size) {
            return segments(message, target, control, size);
        }
        SkBuff skb = copyIn(message, (int) length);
        if (skb == null) {
            return Errno.EFAULT.negative();
        }
        return emit(skb, target, control) ? length : Errno.EFAULT.negative();
    }

    private @Nullable SocketAddress target(byte[] sockaddr) {
        return SocketAddress.target(this, sockaddr);
    }

    /** @return null after a fault */
    private @Nullable SkBuff copyIn(Message message, int length) {
        if (length <= SMALL) {
            SkBuff skb = SkBuff.allocate(length);
            int at = skb.put(length);
            return message.data.copyIn(MemorySegment.ofArray(skb.head()), at, length) < length ? null : skb;
        }
        SkBuff skb = SkBuff.allocate(0);
        DataChunk chunk = net.chunks.get(length);
        if (message.data.copyIn(chunk.memory, 0, length) < length) {
            chunk.release();
            return null;
        }
        skb.attach(chunk, 0, length);
        return skb;
    }

    /** UDP_SEGMENT: one call, many packets. */
    private long segments(Message message, @Nullable SocketAddress target, InetControl.Sending control, int size) {
        long sum = 0;
        while (message.data.remaining() > 0) {
            int n = (int) Math.min(size, message.data.remaining());
            SkBuff skb = copyIn(message, n);
            if (skb == null) {
                return sum > 0 ? sum : Errno.EFAULT.negative();
            }
            emit(skb, target, control);
            sum += n;
        }
        return sum;
    }

    private long hold(Message message, @Nullable SocketAddress target, InetControl.Sending control, boolean more) {
        int length = (int) message.data.remaining();
        byte[] part = new byte[length];
        if (message.data.copyIn(MemorySegment.ofArray(part), 0, length) < length) {
            return Errno.EFAULT.negative();
        }
        byte[] all;
        SocketAddress to;
        net.lock();
        try {
            byte[] before = held == null ? new byte[0] : held;
            if (before.length + length > MAX_DATA) {
                return Errno.EMSGSIZE.negative();
            }
            all = Arrays.copyOf(before, before.length + length);
            System.arraycopy(part, 0, all, before.length, length);
            to = held == null ? target : heldTo;
            held = more ? all : null;
            heldTo = more ? to : null;
        } finally {
            net.unlock();
        }
        if (!more) {
            emit(packet(all), to, control);
        }
        return length;
    }

    private static SkBuff packet(byte[] data) {
        SkBuff skb = SkBuff.allocate(data.length);
        skb.put(data, 0, data.length);
        return skb;
    }

    private void flush() {
        byte[] data;
        SocketAddress to;
        net.lock();
        try {
            data = held;
            to = heldTo;
            held = null;
            heldTo = null;
        } finally {
            net.unlock();
        }
        if (data != null) {
            emit(packet(data), to, new InetControl.Sending());
        }
    }

    /** Sends a datagram; the packet is taken over. @throws umlaut.abi.ErrnoException as routing says */
    private boolean emit(SkBuff skb, @Nullable SocketAddress target, InetControl.Sending control) {
        net.lock();
        try {
            int errno = error();
            if (errno != 0) {
                setError(0);
                throw Errno.of(errno).exception();
            }
            if (localPort == 0) {
                takePort(0);
            }
            IpOutput way = wayTo(target, control);
            if (way.type() == Netlink.RTN_BROADCAST && !options.isOn(SockConst.SO_BROADCAST)) {
                throw Errno.EACCES.exception();
            }
            transmit(skb, way, target == null ? remotePort : target.port(), control);
            return true;
        } catch (ErrnoException e) {
            skb.release();
            throw e;
        } finally {
            net.unlock();
        }
    }

    private IpOutput wayTo(@Nullable SocketAddress target, InetControl.Sending control) {
        boolean plain = control.index == 0 && control.source == null && control.tos < 0;
        if (target == null && plain && !remote.isMulticast()) {
            return way();
        }
        IpAddress to = target == null ? remote : target.address();
        int index = control.index != 0 ? control.index : boundDevice;
        if (target != null && to.needsScope() && target.scope() != 0) {
            if (boundDevice != 0 && boundDevice != target.scope()) {
                throw Errno.EINVAL.exception();
            }
            index = target.scope();
        }
        IpAddress source = control.source != null ? control.source : addressAsked || target == null ? local : null;
        if (source != null && !source.isAny() && source.isV4() != to.isV4()) {
            if (!to.isAny()) {
                throw (to.isV4() ? Errno.ENETUNREACH : Errno.EAFNOSUPPORT).exception();
            }
            source = null;
        }
        if (source != null && source.isMulticast()) {
            source = null;
        }
        if (to.isMulticast()) {
            if (index == 0) {
                index = multicastIndex(to);
            }
            if ((source == null || source.isAny()) && to.isV4() && !ip.multicastAddress.isAny()) {
                source = ip.multicastAddress;
            }
        } else if (index == 0) {
            index = to.isV4() ? ip.unicastIndex : ip.unicastIndex6;
        }
        return IpOutput.resolve(net, to, source, index, control.tos >= 0 ? control.tos : ip.tos, options.mark());
    }

    private void transmit(SkBuff skb, IpOutput way, int port, InetControl.Sending control) {
        int length = skb.length() + UdpTable.HEADER;
        int at = skb.push(UdpTable.HEADER);
        byte[] head = skb.head();
        Be.put16(head, at, localPort);
        Be.put16(head, at + 2, port);
        Be.put16(head, at + 4, length);
        // Something, so that it does not say "none": filled in where it leaves the machine.
        boolean v4 = way.destination().isV4();
        boolean none = !table.isLite() && (v4 ? options.isOn(SockConst.SO_NO_CHECK) : noChecksum6Send);
        Be.put16(head, at + 6, none ? 0 : 0xffff);
        skb.partialChecksum = none ? -1 : 6;
        if (table.isLite() && sendCoverage != 0 && sendCoverage < length) {
            cover(skb, way);
        }
        int ttl = control.ttl >= 0 ? control.ttl : ttlFor(way.destination(), way.device());
        if (v4) {
            skb.multicastLoop = ip.on4(InetConst.IP_MULTICAST_LOOP);
            int tos = control.tos >= 0 ? control.tos : ip.tos;
            boolean dont = ip.mtuDiscover == InetConst.IP_PMTUDISC_DO || ip.mtuDiscover == InetConst.IP_PMTUDISC_PROBE;
            boolean set = dont || ip.mtuDiscover == InetConst.IP_PMTUDISC_WANT && length + 20 <= way.mtu(net);
            try {
                net.ipv4.send(skb, way, way.source(), table.protocol, tos, ttl, set, ip.headerOptions);
            } catch (ErrnoException e) {
                tooLarge(e, way, port);
                throw e;
            }
            table.count(Counter.UDP_OUT_DATAGRAMS);
        } else {
            skb.multicastLoop = ip.on6(InetConst.IPV6_MULTICAST_LOOP);
            int tclass = control.tos >= 0 ? control.tos : Math.max(0, ip.trafficClass);
            boolean dont = ip.mtuDiscover6 == InetConst.IP_PMTUDISC_DO || ip.on6(InetConst.IPV6_DONTFRAG);
            net.ipv6.send(skb, way, way.source(), table.protocol, tclass << 20 | flowLabel & 0xfffff, ttl, dont);
            table.count(Counter.UDP6_OUT_DATAGRAMS);
        }
    }

    /** The checksum covers a part only, and is made at once. */
    private void cover(SkBuff skb, IpOutput way) {
        skb.source = way.source();
        skb.destination = way.destination();
        int at = skb.start();
        Be.put16(skb.head(), at + 4, sendCoverage);
        Be.put16(skb.head(), at + 6, 0);
        int sum = UdpTable.partialChecksum(skb, sendCoverage);
        Be.put16(skb.head(), at + 6, sum == 0 ? 0xffff : sum);
        skb.partialChecksum = -1;
    }

    private void tooLarge(ErrnoException e, IpOutput way, int port) {
        if (e.errno() == Errno.EMSGSIZE && wantsErrors(true)) {
            queueError(new SockError(
                    Errno.EMSGSIZE.number(),
                    SockError.LOCAL,
                    0,
                    0,
                    way.mtu(net),
                    any(),
                    way.destination(),
                    port,
                    new byte[0]));
        }
    }

    // --- receiving ---

    /** A datagram, starting at its UDP header. @return false if there was no room */
    boolean deliver(SkBuff skb) {
        skb.pull(UdpTable.HEADER);
        return enqueue(skb);
    }

    /** An attached filter does not want it, or its hop limit is too low. */
    boolean filtered(SkBuff skb) {
        if (coverageAsked && table.isLite()) {
            int covered = Be.u16(skb.head(), skb.start() + 4);
            if (covered != 0 && covered < skb.length() && (receiveCoverage == 0 || covered < receiveCoverage)) {
                return true;
            }
        }
        return skb.source.isV4() ? skb.ttl < ip.minTtl : skb.ttl < ip.minHops;
    }

    @Override
    public long receive(Message message) {
        return receivePacket(message);
    }

    @Override
    protected void describe(SkBuff skb, Message message) {
        int port = Be.u16(skb.head(), transportOf(skb));
        int scope = skb.device == null ? 0 : skb.device.index;
        if (message.wantsAddress) {
            message.address = new SocketAddress(skb.source, port, scope, 0).toBytes(family);
        }
        InetControl.describe(this, skb, message);
    }

    /** The UDP header stands right before the data, which begins in the linear part or right behind it. */
    private static int transportOf(SkBuff skb) {
        return skb.start() - UdpTable.HEADER;
    }

    void icmpError(IcmpError error) {
        boolean v4 = error.v4();
        boolean wants = wantsErrors(v4);
        boolean hard = error.hard();
        if (v4 && error.type() == InetConst.ICMP_DEST_UNREACH && error.code() == InetConst.ICMP_FRAG_NEEDED) {
            hard = ip.mtuDiscover != InetConst.IP_PMTUDISC_DONT;
        }
        if (wants) {
            byte[] data = error.packet().length > UdpTable.HEADER
                    ? Arrays.copyOfRange(error.packet(), UdpTable.HEADER, error.packet().length)
                    : new byte[0];
            queueError(new SockError(
                    error.errno(),
                    v4 ? SockError.ICMP : SockError.ICMP6,
                    error.type(),
                    error.code(),
                    error.info(),
                    error.offender(),
                    error.destination(),
                    error.destinationPort(),
                    data));
        } else if (!hard || remotePort == 0) {
            return;
        }
        reportError(error.errno());
    }

    // --- options, end ---

    @Override
    public boolean setOption(Task task, int level, int name, MemorySegment value) {
        if (level != SockConst.SOL_UDP && !(level == SockConst.SOL_UDPLITE && table.isLite())) {
            return false;
        }
        int number = SocketOptions.integer(value);
        switch (name) {
            case InetConst.UDP_CORK -> {
                corked = number != 0;
                if (!corked) {
                    flush();
                }
            }
            case InetConst.UDP_ENCAP -> {
                if (number != 0) {
                    throw Errno.ENOPROTOOPT.exception();
                }
            }
            case InetConst.UDP_NO_CHECK6_TX -> noChecksum6Send = number != 0;
            case InetConst.UDP_NO_CHECK6_RX -> noChecksum6Receive = number != 0;
            case InetConst.UDP_SEGMENT -> {
                if (number < 0 || number > 0xffff) {
                    throw Errno.EINVAL.exception();
                }
                segmentSize = number;
            }
            case InetConst.UDP_GRO -> gro = number != 0;
            case InetConst.UDPLITE_SEND_CSCOV -> sendCoverage = coverage(number);
            case InetConst.UDPLITE_RECV_CSCOV -> {
                receiveCoverage = coverage(number);
                coverageAsked = true;
            }
            default -> throw Errno.ENOPROTOOPT.exception();
        }
        return true;
    }

    /** The header is always covered (RFC 3828, 3.1). @throws umlaut.abi.ErrnoException ENOPROTOOPT: this is UDP */
    private int coverage(int number) {
        if (!table.isLite()) {
            throw Errno.ENOPROTOOPT.exception();
        }
        return number == 0 ? 0 : Math.clamp(number, UdpTable.HEADER, 0xffff);
    }

    @Override
    public int getOption(int level, int name, MemorySegment value) {
        if (level != SockConst.SOL_UDP && !(level == SockConst.SOL_UDPLITE && table.isLite())) {
            return -1;
        }
        int number = switch (name) {
            case InetConst.UDP_CORK -> corked ? 1 : 0;
            case InetConst.UDP_ENCAP -> 0;
            case InetConst.UDP_NO_CHECK6_TX -> noChecksum6Send ? 1 : 0;
            case InetConst.UDP_NO_CHECK6_RX -> noChecksum6Receive ? 1 : 0;
            case InetConst.UDP_SEGMENT -> segmentSize;
            case InetConst.UDP_GRO -> gro ? 1 : 0;
            case InetConst.UDPLITE_SEND_CSCOV -> sendCoverage;
            case InetConst.UDPLITE_RECV_CSCOV -> receiveCoverage;
            default -> throw Errno.ENOPROTOOPT.exception();
        };
        Le.putInt(value, 0, number);
        return 4;
    }

    @Override
    public void close() {
        if (localPort != 0) {
            table.remove(this);
        }
        super.close();
    }
}
