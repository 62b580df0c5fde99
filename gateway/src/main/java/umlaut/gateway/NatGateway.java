package umlaut.gateway;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.host.Processes;
import umlaut.host.Sockets;
import umlaut.net.core.ChunkPool;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimer;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;
import umlaut.net.device.LinkDevice;
import umlaut.net.proxy.TransparentProxy;
import umlaut.net.tcp.TcpRequest;

/**
 * The gateway of one guest: a router that answers for all the world, a DHCP server, a name server's place, and the host's published ports. Its stack accepts connections and datagrams in the
 * name of every address ({@link TransparentProxy}); the forwarders make the host's of them. What a guest can make it keep is bounded: connections by the descriptors that the host allows,
 * datagrams on their way, flows.
 */
public final class NatGateway implements Link, TransparentProxy {
    /** Connections, flows of datagrams; of each at most a quarter of the descriptors that this process may have. */
    private static final int MOST_CONNECTIONS = 16_384, MOST_FLOWS = 1024;

    /** Datagrams taken from the stack that the loop has not come to; more are dropped. */
    private static final int MOST_PENDING = 4096;

    private static final long SWEEP_NS = 10_000_000_000L, DRAIN_MS = 2000, DRAIN_STEP_NS = 5_000_000;
    private static final int LISTEN_BACKLOG = 1024;

    private final HostLoop loop;
    private final NetNamespace net;
    private final LinkDevice device;
    private final TcpForwarder tcp;
    private final UdpForwarder udp;
    private final EchoForwarder echo;
    private final DhcpServer dhcp;
    private final AtomicInteger pending = new AtomicInteger();
    private final NetTimer sweeper;

    /**
     * Starts one.
     *
     * @param checksums its frames are to have them, as somebody looks
     * @param guest the guest's end of the cable
     * @param told hears where ports are published whose number the host chose, one line each
     * @param oops told of faults of its own, each of which costs one packet
     */
    public NatGateway(
            NatConfig config, boolean checksums, End guest, Consumer<String> told, Consumer<RuntimeException> oops) {
        loop = new HostLoop("gateway", this::runTimers);
        net = new NetNamespace(loop, new ChunkPool(), oops, new ThreadLocal<>(), 0);
        net.settings.icmpRateLimitMs = 0;
        // What the proxy does not take, as its hop limit ends here, is a router's to answer.
        net.settings.forward4 = true;
        net.settings.forward6 = true;
        device = new LinkDevice(
                net, "eth0", NatAddresses.gatewayMac(), NatAddresses.MTU, !checksums, end -> new Cable(guest));
        bringUp();
        Destinations destinations = new Destinations(config.allowHost(), new Resolvers(Path.of("/etc/resolv.conf")));
        long descriptors = Processes.softLimit(Processes.RLIMIT_NOFILE);
        int quarter = descriptors < 0 ? Integer.MAX_VALUE : (int) Math.min(descriptors / 4, Integer.MAX_VALUE);
        tcp = new TcpForwarder(loop, net, destinations, Math.min(MOST_CONNECTIONS, quarter));
        udp = new UdpForwarder(loop, net, destinations, Math.min(MOST_FLOWS, quarter));
        echo = new EchoForwarder(loop, net, destinations);
        sweeper = net.timers.create(() -> loop.post(this::sweep));
        dhcp = new DhcpServer(loop, net, device);
        net.lock();
        try {
            net.proxy = this;
            sweeper.set(net.nowNs() + SWEEP_NS);
        } finally {
            net.unlock();
        }
        for (PublishedPort port : config.ports()) {
            publish(port, told);
        }
        loop.start();
    }

    private void runTimers() {
        net.runTimers();
    }

    private void bringUp() {
        net.bringLoopbackUp();
        net.lock();
        try {
            net.devices.register(device, 0);
            device.conf.dadTransmits = 0;
            device.conf.acceptRa = 0;
            net.devices.setFlags(device, device.flags | IfConst.IFF_UP);
            add(NatAddresses.GATEWAY4, NatAddresses.LENGTH4, NatAddresses.BROADCAST4);
            add(NatAddresses.GATEWAY6, NatAddresses.LENGTH6, null);
            add(NatAddresses.DNS4, NatAddresses.LENGTH4, NatAddresses.BROADCAST4);
            add(NatAddresses.DNS6, NatAddresses.LENGTH6, null);
            net.discovery.setAdvertisement(device, RouterAdvertisement.message());
        } finally {
            net.unlock();
        }
    }

    private void add(IpAddress address, int length, @org.jspecify.annotations.Nullable IpAddress broadcast) {
        net.addresses.add(device, new InterfaceAddress(address, address, length, broadcast, 0, device.name));
    }

    // --- the cable ---

    /** The gateway's own end: frames that its device sends. */
    private record Cable(End guest) implements Link {
        @Override
        public boolean send(SkBuff frame) {
            guest.arrive(frame);
            return true;
        }

        @Override
        public void close() {}
    }

    @Override
    public boolean send(SkBuff frame) {
        device.arrive(frame);
        return true;
    }

    /** Hands to the host what the guest had sent before it ended, as far as the host takes it at once, and ends. */
    @Override
    public void close() {
        CountDownLatch drained = new CountDownLatch(1);
        loop.post(() -> drain(drained, loop.nowNs() + DRAIN_MS * 1_000_000));
        try {
            drained.await(DRAIN_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.end();
    }

    private void drain(CountDownLatch drained, long untilNs) {
        if (!tcp.owesHost() || loop.nowNs() > untilNs) {
            drained.countDown();
            return;
        }
        net.lock();
        try {
            net.timers.create(() -> loop.post(() -> drain(drained, untilNs))).set(loop.nowNs() + DRAIN_STEP_NS);
        } finally {
            net.unlock();
        }
    }

    // --- what the stack has for others ---

    @Override
    public void connection(TcpRequest request) {
        loop.post(() -> tcp.open(request));
    }

    @Override
    public void gone(TcpRequest request) {
        loop.post(() -> tcp.gone(request));
    }

    @Override
    public void datagram(SkBuff skb) {
        Datagram datagram = Datagram.udp(skb);
        skb.release();
        later(() -> udp.send(datagram));
    }

    @Override
    public void echo(SkBuff skb) {
        Datagram request = Datagram.icmp(skb);
        later(() -> echo.send(request));
    }

    private void later(Runnable action) {
        if (pending.incrementAndGet() > MOST_PENDING) {
            pending.decrementAndGet();
            return;
        }
        loop.post(() -> {
            pending.decrementAndGet();
            action.run();
        });
    }

    private void sweep() {
        udp.sweep();
        echo.sweep();
        net.lock();
        try {
            sweeper.set(net.nowNs() + SWEEP_NS);
        } finally {
            net.unlock();
        }
    }

    /** For tests. */
    DhcpServer dhcp() {
        return dhcp;
    }

    // --- published ports ---

    private void publish(PublishedPort port, Consumer<String> told) {
        byte[] address = port.address();
        boolean v4 = address.length == 4;
        int fd = (int) (port.udp() ? InetSockets.udp(address) : InetSockets.tcp(address));
        long result = fd < 0 ? fd : InetSockets.bind(fd, address, port.hostPort(), !port.udp());
        if (result == 0 && !port.udp()) {
            result = Sockets.listen(fd, LISTEN_BACKLOG);
        }
        if (result < 0) {
            if (fd >= 0) {
                Files.close(fd);
            }
            throw new GatewayException(failure(port, Errno.of((int) -result)));
        }
        if (port.hostPort() == 0) {
            String where = text(address) + ":" + InetSockets.localPort(fd);
            told.accept(where + " leads to the guest's " + (port.udp() ? "UDP" : "TCP") + " port " + port.guestPort());
        }
        if (port.udp()) {
            loop.watch(fd, HostLoop.IN, events -> udp.incoming(fd, v4, port.guestPort()));
        } else {
            loop.watch(fd, HostLoop.IN, events -> accept(fd, port.guestPort()));
        }
    }

    private static String text(byte[] address) {
        IpAddress ip = IpAddress.of(address, 0, address.length);
        return ip.isV4() ? ip.toString() : "[" + ip + "]";
    }

    private static String failure(PublishedPort port, Errno errno) {
        String where = text(port.address()) + " port " + port.hostPort();
        return switch (errno) {
            case EADDRINUSE ->
                "--publish: " + where + " of the host is taken: choose another, or none for any free one";
            case EACCES -> "--publish: " + where + " needs privileges on the host: choose one from 1024 on";
            case EADDRNOTAVAIL -> "--publish: " + where + ": the host has no such address";
            default -> "--publish: " + where + ": " + errno.message();
        };
    }

    private void accept(int listening, int guestPort) {
        long fd = InetSockets.accept(listening);
        if (fd >= 0) {
            tcp.incoming((int) fd, NatAddresses.GUEST4, guestPort);
        }
    }
}
