package umlaut.net.packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.abi.SockFilter;
import umlaut.abi.SockaddrLl;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.net.Message;
import umlaut.net.Socket;
import umlaut.net.SocketOptions;
import umlaut.net.core.Be;
import umlaut.net.core.Ethernet;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.core.Taps;
import umlaut.net.inet.InterfaceIoctl;

/** A packet socket, with link headers (SOCK_RAW) or without (SOCK_DGRAM); frames go into a queue or into a {@link PacketRing}. State is guarded by the namespace's lock. */
final class PacketSocket extends Socket implements Taps.Tap {
    private static final int HEADER = IfConst.ETH_HLEN, MOST_RESERVE = 1 << 16;

    /** A frame that waits to be read. */
    private record Frame(byte[] bytes, byte[] address, int network, int index) {}

    private final NetNamespace net;
    private final ArrayDeque<Frame> queue = new ArrayDeque<>();
    private final List<NetDevice> promiscuous = new ArrayList<>(0);
    private volatile int count;
    private int charged;
    /** ETH_P_*, 0 = hears nothing. */
    private int heard;

    private int boundIndex;
    private int seen;
    private int dropped;
    private boolean ignoreOutgoing;
    private boolean auxData;
    /** Of a ring: which form, and what the program wants in front of each frame. */
    private int version = PacketRing.V1;

    private int reserve;
    private volatile @Nullable PacketRing ring;
    private @Nullable SocketFilter filter;

    /** @param protocol in network byte order, as the program gave it */
    PacketSocket(Task task, NetNamespace net, int type, int protocol, int fileFlags) {
        super(task, SockConst.AF_PACKET, type, protocol, fileFlags);
        this.net = net;
        hear(Short.reverseBytes((short) protocol) & 0xffff);
    }

    private void hear(int wanted) {
        net.lock();
        try {
            if (heard == 0 && wanted != 0) {
                net.taps.add(this);
            } else if (heard != 0 && wanted == 0) {
                net.taps.remove(this);
            }
            heard = wanted;
        } finally {
            net.unlock();
        }
    }

    // --- frames ---

    @Override
    public void frame(NetDevice device, SkBuff skb, boolean outgoing) {
        boolean all = heard == IfConst.ETH_P_ALL;
        boolean wanted = (all || heard == skb.protocol && !outgoing)
                && (boundIndex == 0 || boundIndex == device.index)
                && !(outgoing && ignoreOutgoing);
        if (!wanted) {
            return;
        }
        byte[] whole = whole(device, skb, outgoing);
        boolean linked = device.isEthernet() || device.isLoopback();
        int skip = type == SockConst.SOCK_RAW || !linked ? 0 : HEADER;
        byte[] bytes = java.util.Arrays.copyOfRange(whole, Math.min(skip, whole.length), whole.length);
        int network = linked ? HEADER - skip : 0;
        int packetType = outgoing ? InetConst.PACKET_OUTGOING : skb.packetType;
        int length = bytes.length;
        SocketFilter f = filter;
        if (f != null) {
            long wantedBytes = f.run(
                    new SocketFilter.Subject(bytes, network, skb.protocol, packetType, device.index, device.type));
            if (wantedBytes == 0) {
                return;
            }
            bytes = java.util.Arrays.copyOf(bytes, (int) Math.min(wantedBytes, length));
        }
        seen++;
        PacketRing into = ring;
        int charge = SkBuff.chargeFor(bytes.length);
        if (into == null && charged + charge > options.receiveBuffer) {
            dropped++;
            return;
        }
        byte[] address = new byte[SockaddrLl.SIZE];
        address[0] = SockConst.AF_PACKET;
        Be.put16(address, SockaddrLl.SLL_PROTOCOL, skb.protocol);
        Be.put32(address, SockaddrLl.SLL_IFINDEX, Integer.reverseBytes(device.index));
        Be.put16(address, SockaddrLl.SLL_HATYPE, Short.reverseBytes((short) device.type));
        address[SockaddrLl.SLL_PKTTYPE] = (byte) packetType;
        if (linked && whole.length >= HEADER) {
            address[SockaddrLl.SLL_HALEN] = 6;
            System.arraycopy(whole, 6, address, SockaddrLl.SLL_ADDR, 6);
        }
        if (into != null) {
            boolean checked = skb.looped || skb.trusted;
            if (!into.add(bytes, address, network, length, checked)) {
                dropped++;
                return;
            }
            if (!into.readable()) {
                return;
            }
        } else {
            charged += charge;
            queue.addLast(new Frame(bytes, address, network, device.index));
            count = queue.size();
        }
        readers.wake(Poll.POLLIN | Poll.POLLRDNORM);
    }

    /** All bytes with the link header; lo's frames are shown an empty one. */
    private static byte[] whole(NetDevice device, SkBuff skb, boolean outgoing) {
        if (device.isLoopback()) {
            byte[] data = skb.bytesFrom(skb.start());
            byte[] out = new byte[HEADER + data.length];
            Be.put16(out, 12, skb.protocol);
            System.arraycopy(data, 0, out, HEADER, data.length);
            return out;
        }
        boolean pulled = !outgoing && device.isEthernet() && skb.macHeader >= 0 && skb.macHeader < skb.start();
        return skb.bytesFrom(pulled ? skb.macHeader : skb.start());
    }

    @Override
    public long receive(Task task, Message message) {
        if (message.has(SockConst.MSG_ERRQUEUE) || message.has(SockConst.MSG_OOB)) {
            return Errno.EINVAL.negative();
        }
        boolean peek = message.has(SockConst.MSG_PEEK);
        Frame frame;
        net.lock();
        try {
            frame = peek ? queue.peekFirst() : queue.pollFirst();
            count = queue.size();
            if (frame != null && !peek) {
                charged -= SkBuff.chargeFor(frame.bytes.length);
            }
        } finally {
            net.unlock();
        }
        if (frame == null) {
            return BlockingOp.WOULD_BLOCK;
        }
        byte[] bytes = frame.bytes;
        int copied = (int) Math.min(bytes.length, message.data.remaining());
        message.address = frame.address;
        if (copied < bytes.length) {
            message.resultFlags |= SockConst.MSG_TRUNC;
        }
        if (auxData) {
            byte[] told = new byte[20];
            Be.put32(told, 0, Integer.reverseBytes(1));
            Be.put32(told, 4, Integer.reverseBytes(bytes.length));
            Be.put32(told, 8, Integer.reverseBytes(copied));
            Be.put16(told, 14, Short.reverseBytes((short) frame.network));
            message.add(SockConst.SOL_PACKET, InetConst.PACKET_AUXDATA, told);
        }
        if (copied > 0 && message.data.copyOut(MemorySegment.ofArray(bytes), 0, copied) < copied) {
            return Errno.EFAULT.negative();
        }
        return message.has(SockConst.MSG_TRUNC) ? bytes.length : copied;
    }

    @Override
    public long send(Task task, Message message) {
        byte[] to = message.address;
        int index = boundIndex;
        int sentProtocol = heard;
        if (to != null) {
            if (to.length < SockaddrLl.SLL_ADDR || (to[0] & 0xff) != SockConst.AF_PACKET) {
                return Errno.EINVAL.negative();
            }
            index = Integer.reverseBytes(Be.i32(to, SockaddrLl.SLL_IFINDEX));
            sentProtocol = Be.u16(to, SockaddrLl.SLL_PROTOCOL);
        }
        int length = (int) Math.min(message.data.remaining(), 1 << 17);
        SkBuff skb = SkBuff.allocate(length);
        int at = skb.put(length);
        if (message.data.copyIn(MemorySegment.ofArray(skb.head()), at, length) < length) {
            return Errno.EFAULT.negative();
        }
        net.lock();
        try {
            NetDevice device = net.devices.byIndex(index);
            if (device == null) {
                return Errno.ENXIO.negative();
            }
            if (!device.isUp()) {
                return Errno.ENETDOWN.negative();
            }
            return emit(device, skb, to, sentProtocol, length);
        } finally {
            net.unlock();
        }
    }

    private long emit(NetDevice device, SkBuff skb, byte @Nullable [] to, int sentProtocol, int length) {
        boolean linked = device.isEthernet() || device.isLoopback();
        int header = linked && type == SockConst.SOCK_RAW ? HEADER : 0;
        if (length < header) {
            return Errno.EINVAL.negative();
        }
        if (length - header > device.mtu) {
            return Errno.EMSGSIZE.negative();
        }
        skb.protocol = header > 0 ? Be.u16(skb.head(), skb.start() + 12) : sentProtocol;
        if (type == SockConst.SOCK_DGRAM && device.isEthernet()) {
            byte[] mac = new byte[6];
            if (to != null && to.length >= SockaddrLl.SLL_ADDR + 6) {
                System.arraycopy(to, SockaddrLl.SLL_ADDR, mac, 0, 6);
            }
            Ethernet.push(skb, mac, device.address, sentProtocol);
        } else if (header > 0 && device.isLoopback()) {
            skb.pull(HEADER);
        }
        device.output(skb);
        return length;
    }

    // --- names ---

    @Override
    public void bind(Task task, byte[] address) {
        if (address.length < SockaddrLl.SLL_ADDR || (address[0] & 0xff) != SockConst.AF_PACKET) {
            throw Errno.EINVAL.exception();
        }
        int index = Integer.reverseBytes(Be.i32(address, SockaddrLl.SLL_IFINDEX));
        int wanted = Be.u16(address, SockaddrLl.SLL_PROTOCOL);
        net.lock();
        try {
            if (index != 0 && net.devices.byIndex(index) == null) {
                throw Errno.ENODEV.exception();
            }
            boundIndex = index;
            hear(wanted == 0 ? heard : wanted);
        } finally {
            net.unlock();
        }
    }

    @Override
    public byte[] localAddress() {
        byte[] out = new byte[SockaddrLl.SIZE];
        out[0] = SockConst.AF_PACKET;
        Be.put16(out, SockaddrLl.SLL_PROTOCOL, heard);
        Be.put32(out, SockaddrLl.SLL_IFINDEX, Integer.reverseBytes(boundIndex));
        net.lock();
        try {
            NetDevice device = net.devices.byIndex(boundIndex);
            if (device != null) {
                Be.put16(out, SockaddrLl.SLL_HATYPE, Short.reverseBytes((short) device.type));
                out[SockaddrLl.SLL_HALEN] = (byte) device.address.length;
                System.arraycopy(device.address, 0, out, SockaddrLl.SLL_ADDR, Math.min(8, device.address.length));
            }
        } finally {
            net.unlock();
        }
        return out;
    }

    @Override
    public byte[] peerAddress() {
        throw Errno.EOPNOTSUPP.exception();
    }

    @Override
    public void listen(Task task, int backlog) {
        throw Errno.EOPNOTSUPP.exception();
    }

    @Override
    public @Nullable Socket accept(Task task) {
        throw Errno.EOPNOTSUPP.exception();
    }

    @Override
    public long connect(Task task, byte[] address) {
        return Errno.EOPNOTSUPP.negative();
    }

    @Override
    public void shutdown(int how) {
        throw Errno.EOPNOTSUPP.exception();
    }

    @Override
    protected void onRelease() {
        hear(0);
        net.lock();
        try {
            promiscuous.forEach(d -> d.promiscuous--);
            promiscuous.clear();
            queue.clear();
            setRing(null);
        } finally {
            net.unlock();
        }
    }

    @Override
    public int poll(PollTable table) {
        table.add(readers);
        table.add(writers);
        int mask = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;
        PacketRing r = ring;
        return count > 0 || r != null && r.readable() ? mask | Poll.POLLIN | Poll.POLLRDNORM : mask;
    }

    // --- options ---

    @Override
    public void setOption(Task task, int level, int name, MemorySegment value) {
        if (level == SockConst.SOL_SOCKET && name == SockConst.SO_ATTACH_FILTER) {
            attach(task, value);
            return;
        }
        if (level == SockConst.SOL_SOCKET && name == SockConst.SO_DETACH_FILTER) {
            detach();
            return;
        }
        if (level != SockConst.SOL_PACKET) {
            throw Errno.ENOPROTOOPT.exception();
        }
        net.lock();
        try {
            switch (name) {
                case InetConst.PACKET_ADD_MEMBERSHIP, InetConst.PACKET_DROP_MEMBERSHIP ->
                    membership(value, name == InetConst.PACKET_ADD_MEMBERSHIP);
                case InetConst.PACKET_AUXDATA -> auxData = SocketOptions.integer(value) != 0;
                case InetConst.PACKET_IGNORE_OUTGOING -> ignoreOutgoing = SocketOptions.integer(value) != 0;
                case InetConst.PACKET_VERSION -> setVersion(SocketOptions.integer(value));
                case InetConst.PACKET_RESERVE -> setReserve(SocketOptions.integer(value));
                case InetConst.PACKET_RX_RING -> receiveRing(value);
                case InetConst.PACKET_ORIGDEV, InetConst.PACKET_QDISC_BYPASS -> SocketOptions.integer(value);
                default -> throw Errno.ENOPROTOOPT.exception();
            }
        } finally {
            net.unlock();
        }
    }

    /** struct sock_fprog: the number of instructions, and where they are. */
    private void attach(Task task, MemorySegment value) {
        if (value.byteSize() < SockFilter.FPROG_SIZE) {
            throw Errno.EINVAL.exception();
        }
        int length = SocketFilter.checkLength(Le.getUnsignedShort(value, SockFilter.FPROG_LEN));
        int size = length * SockFilter.SIZE;
        SocketFilter fresh;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate(size, 8);
            task.memory.read(Le.getLong(value, SockFilter.FPROG_FILTER), raw, 0, size);
            fresh = new SocketFilter(raw, length);
        }
        net.lock();
        try {
            filter = fresh;
        } finally {
            net.unlock();
        }
    }

    private void detach() {
        net.lock();
        try {
            if (filter == null) {
                throw Errno.ENOENT.exception();
            }
            filter = null;
        } finally {
            net.unlock();
        }
    }

    private void setVersion(int wanted) {
        if (wanted < PacketRing.V1 || wanted > PacketRing.V3) {
            throw Errno.EINVAL.exception();
        }
        if (ring != null) {
            throw Errno.EBUSY.exception();
        }
        version = wanted;
    }

    private void setReserve(int wanted) {
        if (ring != null) {
            throw Errno.EBUSY.exception();
        }
        if (wanted < 0 || wanted > MOST_RESERVE) {
            throw Errno.EINVAL.exception();
        }
        reserve = wanted;
    }

    /** Makes a ring, or with no blocks does away with it. */
    private void receiveRing(MemorySegment request) {
        if (request.byteSize() < PacketRing.requestSize(version)) {
            throw Errno.EINVAL.exception();
        }
        if (Le.getInt(request, 4) == 0) {
            if (Le.getInt(request, 12) != 0) {
                throw Errno.EINVAL.exception();
            }
            setRing(null);
            return;
        }
        if (ring != null) {
            throw Errno.EBUSY.exception();
        }
        setRing(new PacketRing(net, version, reserve, request, () -> readers.wake(Poll.POLLIN | Poll.POLLRDNORM)));
    }

    private void setRing(@Nullable PacketRing fresh) {
        PacketRing old = ring;
        if (old != null) {
            old.stop();
        }
        ring = fresh;
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        PacketRing r = ring;
        if (r == null) {
            throw Errno.EINVAL.exception();
        }
        return r;
    }

    /** struct packet_mreq: interface number, type. */
    private void membership(MemorySegment value, boolean add) {
        if (value.byteSize() < 16) {
            throw Errno.EINVAL.exception();
        }
        NetDevice device = net.devices.byIndex(Le.getInt(value, 0));
        if (device == null) {
            throw Errno.ENODEV.exception();
        }
        if (Le.getUnsignedShort(value, 4) != InetConst.PACKET_MR_PROMISC) {
            return;
        }
        if (add) {
            promiscuous.add(device);
            device.promiscuous++;
        } else if (promiscuous.remove(device)) {
            device.promiscuous--;
        }
    }

    @Override
    public int getOption(Task task, int level, int name, MemorySegment value) {
        if (level != SockConst.SOL_PACKET) {
            throw Errno.ENOPROTOOPT.exception();
        }
        if (name == InetConst.PACKET_STATISTICS) {
            Le.putInt(value, 0, seen);
            Le.putInt(value, 4, dropped);
            seen = 0;
            dropped = 0;
            PacketRing r = ring;
            if (version == PacketRing.V3) {
                Le.putInt(value, 8, r == null ? 0 : r.takeFreezes());
                return 12;
            }
            return 8;
        }
        int number = switch (name) {
            case InetConst.PACKET_AUXDATA -> auxData ? 1 : 0;
            case InetConst.PACKET_IGNORE_OUTGOING -> ignoreOutgoing ? 1 : 0;
            case InetConst.PACKET_VERSION -> version;
            case InetConst.PACKET_RESERVE -> reserve;
            case InetConst.PACKET_HDRLEN -> headerSize(Le.getInt(value, 0));
            default -> throw Errno.ENOPROTOOPT.exception();
        };
        Le.putInt(value, 0, number);
        return 4;
    }

    private static int headerSize(int asked) {
        if (asked < PacketRing.V1 || asked > PacketRing.V3) {
            throw Errno.EINVAL.exception();
        }
        return PacketRing.headerSize(asked);
    }

    /** PACKET_HDRLEN asks of the version that stands in the buffer. */
    @Override
    public boolean asksWithValue(int level, int name) {
        return level == SockConst.SOL_PACKET && name == InetConst.PACKET_HDRLEN;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        if (command == Ioctl.SIOCINQ) {
            net.lock();
            int length;
            try {
                Frame first = queue.peekFirst();
                length = first == null ? 0 : first.bytes.length;
            } finally {
                net.unlock();
            }
            task.memory.putInt(argument, length);
            return 0;
        }
        return InterfaceIoctl.ioctl(net, task, command, argument);
    }
}
