package umlaut.net.tcp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import umlaut.abi.IfConst;
import umlaut.abi.SockConst;
import umlaut.kernel.mm.IovIter;
import umlaut.net.Message;
import umlaut.net.core.ChunkPool;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimers;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.Sock;
import umlaut.net.inet.SocketAddress;

/** Two stacks on one wire, in a time of their own: the wire delays, loses, swaps and doubles packets as a seeded random says. */
final class TwoStacks {
    static final IpAddress A = IpAddress.v4(0x0a000001), B = IpAddress.v4(0x0a000002);
    static final IpAddress A6 = new IpAddress(0xfd00_0000_0000_0000L, 1), B6 = new IpAddress(0xfd00_0000_0000_0000L, 2);

    private record Event(long atNs, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int c = Long.compare(atNs, other.atNs);
            return c != 0 ? c : Long.compare(order, other.order);
        }
    }

    /** What happens to packets. */
    double loss;

    double swap;
    double doubled;
    long delayNs = 1_000_000;
    final List<RuntimeException> faults = new ArrayList<>();

    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now = 1_000_000_000L;
    private long order;
    final NetNamespace a;
    final NetNamespace b;
    final Wire wireA;
    final Wire wireB;

    TwoStacks(long seed, int mtu) {
        random = new Random(seed);
        ChunkPool chunks = new ChunkPool();
        a = stack(chunks, 1);
        b = stack(chunks, 2);
        wireA = new Wire(a, mtu);
        wireB = new Wire(b, mtu);
        wireA.other = wireB;
        wireB.other = wireA;
        up(a, wireA, A, A6);
        up(b, wireB, B, B6);
    }

    private NetNamespace stack(ChunkPool chunks, long cookie) {
        Host host = new Host();
        NetNamespace net = new NetNamespace(host, chunks, faults::add, new ThreadLocal<>(), cookie);
        host.net = net;
        net.bringLoopbackUp();
        return net;
    }

    private static void up(NetNamespace net, Wire wire, IpAddress four, IpAddress six) {
        net.lock();
        try {
            net.devices.register(wire, 0);
            net.devices.setFlags(wire, wire.flags | IfConst.IFF_UP);
            net.addresses.add(wire, new InterfaceAddress(four, four, 24, null, 0, wire.name));
            net.addresses.add(wire, new InterfaceAddress(six, six, 64, null, 0, wire.name));
        } finally {
            net.unlock();
        }
    }

    private final class Host implements NetTimers.Host {
        private NetNamespace net;

        @Override
        public long nowNs() {
            return now;
        }

        @Override
        public long realtimeNs() {
            return now;
        }

        @Override
        public void alarm(long atNs) {
            at(atNs, () -> net.runTimers());
        }
    }

    /** One end. */
    final class Wire extends NetDevice {
        private Wire other = this;
        int packets;

        Wire(NetNamespace net, int mtu) {
            super(net, "wire0", IfConst.ARPHRD_NONE, new byte[0]);
            this.mtu = mtu;
            flags = IfConst.IFF_POINTOPOINT | IfConst.IFF_NOARP;
        }

        @Override
        protected void transmit(SkBuff frame) {
            packets++;
            byte[] bytes = frame.bytesFrom(frame.start());
            int protocol = frame.protocol;
            frame.release();
            if (random.nextDouble() < loss) {
                return;
            }
            int times = random.nextDouble() < doubled ? 2 : 1;
            for (int i = 0; i < times; i++) {
                long late = random.nextDouble() < swap ? random.nextInt(5_000_000) : 0;
                at(now + delayNs + late, () -> arrive(bytes.clone(), protocol));
            }
        }

        private void arrive(byte[] bytes, int protocol) {
            NetDevice to = other;
            to.net().lock();
            try {
                SkBuff skb = SkBuff.of(bytes, 0, bytes.length);
                skb.protocol = protocol;
                to.input(skb);
            } finally {
                to.net().unlock();
            }
        }
    }

    void at(long atNs, Runnable action) {
        events.add(new Event(atNs, order++, action));
    }

    long now() {
        return now;
    }

    /** Runs what is due in the next so many ns. */
    void run(long ns) {
        long end = now + ns;
        while (!events.isEmpty() && events.peek().atNs <= end) {
            Event next = events.poll();
            now = Math.max(now, next.atNs);
            next.action.run();
        }
        now = end;
    }

    // --- sockets ---

    TcpSock socket(NetNamespace net, int family) {
        return new TcpSock(net, family, Sock.SockOwner.none(0));
    }

    TcpSock listen(NetNamespace net, int family, int port) {
        TcpSock sock = socket(net, family);
        net.lock();
        try {
            sock.bind(null, SocketAddress.of(sock.any(), port));
            sock.listen(5);
        } finally {
            net.unlock();
        }
        return sock;
    }

    long connect(TcpSock sock, IpAddress to, int port) {
        sock.net.lock();
        try {
            return sock.connect(SocketAddress.of(to, port), true, true);
        } finally {
            sock.net.unlock();
        }
    }

    TcpSock accept(TcpSock listener) {
        listener.net.lock();
        try {
            TcpSock next = listener.accept();
            if (next == null) {
                throw new AssertionError("no connection has come");
            }
            return next;
        } finally {
            listener.net.unlock();
        }
    }

    static long send(TcpSock sock, byte[] data, int from, int count, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, count));
            MemorySegment.copy(data, from, memory, ValueLayout.JAVA_BYTE, 0, count);
            Message message = new Message(new IovIter().kernel(memory, 0, count), SockConst.MSG_DONTWAIT | flags);
            return sock.send(null, message);
        }
    }

    /** @return bytes put into {@code into}, or what receive says */
    static long receive(TcpSock sock, byte[] into, int at, int most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, most));
            Message message = new Message(new IovIter().kernel(memory, 0, most), SockConst.MSG_DONTWAIT);
            long got = sock.receive(message);
            if (got > 0) {
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, into, at, (int) got);
            }
            return got;
        }
    }

    void close(TcpSock sock) {
        sock.net.lock();
        try {
            sock.close();
        } finally {
            sock.net.unlock();
        }
    }
}
