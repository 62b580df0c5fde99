package umlaut.gateway;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import umlaut.abi.ErrnoException;
import umlaut.abi.IfConst;
import umlaut.abi.Netlink;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.Message;
import umlaut.net.core.ChunkPool;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;
import umlaut.net.device.LinkDevice;
import umlaut.net.inet.Sock;
import umlaut.net.inet.SocketAddress;
import umlaut.net.tcp.TcpSock;
import umlaut.net.udp.UdpSock;

/** A stack behind a gateway, without a kernel. */
final class Guest implements AutoCloseable {
    final List<RuntimeException> faults = Collections.synchronizedList(new ArrayList<>());
    final List<String> told = Collections.synchronizedList(new ArrayList<>());
    final HostLoop time = new HostLoop("guest", () -> net().runTimers());
    final NetNamespace net = new NetNamespace(time, new ChunkPool(), faults::add, new ThreadLocal<>(), 1);
    final LinkDevice eth0;
    final NatGateway gateway;

    Guest(boolean allowHost, PublishedPort... ports) {
        net.bringLoopbackUp();
        NatGateway[] made = new NatGateway[1];
        eth0 = new LinkDevice(net, "eth0", NatAddresses.guestMac(), NatAddresses.MTU, true, end -> made[0]);
        gateway = new NatGateway(new NatConfig(allowHost, List.of(ports)), false, eth0, told::add, faults::add);
        made[0] = gateway;
        net.lock();
        try {
            net.devices.register(eth0, 0);
            eth0.conf.dadTransmits = 0;
            net.devices.setFlags(eth0, eth0.flags | IfConst.IFF_UP);
            up(NatAddresses.GUEST4, NatAddresses.LENGTH4, NatAddresses.GATEWAY4, IpAddress.ANY4);
            up(NatAddresses.GUEST6, NatAddresses.LENGTH6, NatAddresses.GATEWAY6, IpAddress.ANY6);
        } finally {
            net.unlock();
        }
        time.start();
    }

    private NetNamespace net() {
        return net;
    }

    private void up(IpAddress own, int length, IpAddress gate, IpAddress any) {
        net.addresses.add(eth0, new InterfaceAddress(own, own, length, null, 0, "eth0"));
        int table = Netlink.RT_TABLE_MAIN;
        Route route = new Route(any, 0, table, Netlink.RTN_UNICAST, 0, 0, 0, 0, gate, eth0, null, 0, 0);
        net.fib(any.isV4()).add(route, Netlink.NLM_F_CREATE);
    }

    /** Waits for something that will be so. */
    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not happen");
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    TcpSock tcp() {
        return new TcpSock(net, SockConst.AF_INET6, Sock.SockOwner.none(0));
    }

    /** @return 0, or the errno that the connection failed with */
    int connect(TcpSock sock, IpAddress to, int port) {
        net.lock();
        try {
            sock.connect(SocketAddress.of(to, port), true, true);
        } finally {
            net.unlock();
        }
        await(() -> (sock.pollState() & (Poll.POLLOUT | Poll.POLLERR)) != 0);
        return sock.takeError();
    }

    TcpSock listen(int port) {
        TcpSock sock = tcp();
        net.lock();
        try {
            sock.bind(null, SocketAddress.of(IpAddress.ANY6, port));
            sock.listen(16);
        } finally {
            net.unlock();
        }
        return sock;
    }

    TcpSock accept(TcpSock listener) {
        await(() -> (listener.pollState() & Poll.POLLIN) != 0);
        net.lock();
        try {
            TcpSock sock = listener.accept();
            if (sock == null) {
                throw new AssertionError("nobody has come");
            }
            return sock;
        } finally {
            net.unlock();
        }
    }

    UdpSock udp(int port) {
        UdpSock sock = new UdpSock(net.udp, SockConst.AF_INET6, Sock.SockOwner.none(0));
        net.lock();
        try {
            sock.bind(null, SocketAddress.of(IpAddress.ANY6, port));
        } finally {
            net.unlock();
        }
        return sock;
    }

    /** Sends all of it. */
    static void send(Sock sock, byte[] data) {
        int sent = 0;
        while (sent < data.length) {
            long n = transfer(sock, data, sent, data.length - sent, true);
            if (n == BlockingOp.WOULD_BLOCK) {
                await(() -> (sock.pollState() & Poll.POLLOUT) != 0);
            } else if (n < 0) {
                throw new AssertionError("send: " + n);
            } else {
                sent += (int) n;
            }
        }
    }

    /** Waits for something. @return bytes, 0 at the end, -errno */
    static long receive(Sock sock, byte[] into, int at) {
        await(() -> (sock.pollState() & (Poll.POLLIN | Poll.POLLERR)) != 0);
        return transfer(sock, into, at, into.length - at, false);
    }

    private static long transfer(Sock sock, byte[] data, int from, int count, boolean out) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, count));
            Message message = new Message(new IovIter().kernel(memory, 0, count), SockConst.MSG_DONTWAIT);
            if (out) {
                MemorySegment.copy(data, from, memory, ValueLayout.JAVA_BYTE, 0, count);
                return sock.send(null, message);
            }
            long n = sock.receive(message);
            if (n > 0) {
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, data, from, (int) n);
            }
            return n;
        } catch (ErrnoException e) {
            return e.errno().negative();
        }
    }

    void shutdown(TcpSock sock) {
        net.lock();
        try {
            sock.shutdown(SockConst.SHUT_WR);
        } finally {
            net.unlock();
        }
    }

    @Override
    public void close() {
        gateway.close();
        time.end();
        if (!faults.isEmpty()) {
            throw new AssertionError("faults", faults.getFirst());
        }
    }
}
