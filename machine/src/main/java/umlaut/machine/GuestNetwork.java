package umlaut.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.gateway.GatewayException;
import umlaut.gateway.LinkOptions;
import umlaut.gateway.NatAddresses;
import umlaut.gateway.NatConfig;
import umlaut.gateway.NatGateway;
import umlaut.gateway.SwitchLink;
import umlaut.kernel.KernelLog;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;
import umlaut.net.device.Link;
import umlaut.net.device.LinkDevice;
import umlaut.net.tcp.TcpSock;

/**
 * A guest's eth0 (and eth1, eth2...), its configuration, and what its cable leads to. The configuration stands from the start, as if a DHCP client had been there, so that a single command has a network; the
 * gateway is made by the first frame, or at once if ports are published.
 */
final class GuestNetwork implements AutoCloseable {
    private static final int ERROR_LEVEL = 3;
    private static final long LINGER_NS = 2_000_000_000L, LOOK_MS = 2;
    private static final int ETHERNET_MTU = 1500, SWITCH_MTU = NatAddresses.MTU;
    private static final int FLAGS = Netlink.NLM_F_CREATE | Netlink.NLM_F_APPEND;

    private final NetNamespace net;
    private final KernelLog log;
    /** eth0, eth1... */
    private final List<LinkDevice> devices = new ArrayList<>(1);
    /** What is there already. */
    @GuardedBy("this") private final List<Link> links = new ArrayList<>(1);

    private GuestNetwork(NetNamespace net, KernelLog log) {
        this.net = net;
        this.log = log;
    }

    /** @throws MachineException when it cannot be connected as the configuration says */
    static GuestNetwork connect(NetNamespace net, KernelLog log, NetworkConfig config) {
        GuestNetwork network = new GuestNetwork(net, log);
        try {
            network.add(config);
        } catch (MachineException e) {
            network.close();
            throw e;
        }
        return network;
    }

    private void add(NetworkConfig config) {
        switch (config) {
            case NetworkConfig.None none -> {}
            case NetworkConfig.Nat nat -> nat(nat.config(), nat.options());
            case NetworkConfig.Switch to ->
                plug(SWITCH_MTU, to.address(), to.length(), to.options(), end -> new SwitchLink(to.name(), end));
            case NetworkConfig.Transport to ->
                plug(
                        ETHERNET_MTU,
                        to.address(),
                        to.length(),
                        to.options(),
                        end -> to.transport().connect(to.argument(), end));
            case NetworkConfig.Many many -> many.devices().forEach(this::add);
        }
    }

    /** What resolv.conf(5) is to say in a guest connected like that. */
    static String resolvConf(NetworkConfig config) {
        return switch (config) {
            case NetworkConfig.None none -> "";
            case NetworkConfig.Switch to -> "";
            case NetworkConfig.Transport to -> "";
            case NetworkConfig.Nat nat -> "nameserver " + NatAddresses.DNS4 + "\n";
            case NetworkConfig.Many many ->
                many.devices().stream().map(GuestNetwork::resolvConf).collect(Collectors.joining());
        };
    }

    private void nat(NatConfig config, LinkOptions options) {
        boolean checksums = options.needsChecksums();
        Link.Opener opener =
                once(around(options, end -> new NatGateway(config, checksums, end, GuestNetwork::tell, this::oops)));
        LinkDevice device =
                new LinkDevice(net, nextName(), NatAddresses.guestMac(), NatAddresses.MTU, !checksums, opener);
        net.lock();
        try {
            net.devices.register(device, 0);
            devices.add(device);
            // Nobody else is on the link, and its router is known.
            device.conf.dadTransmits = 0;
            device.conf.acceptRa = 0;
            net.devices.setFlags(device, device.flags | IfConst.IFF_UP);
            address(device, NatAddresses.GUEST4, NatAddresses.LENGTH4, NatAddresses.BROADCAST4);
            address(device, NatAddresses.GUEST6, NatAddresses.LENGTH6, null);
            defaultRoute(device, NatAddresses.GATEWAY4, IpAddress.ANY4);
            defaultRoute(device, NatAddresses.GATEWAY6, IpAddress.ANY6);
        } finally {
            net.unlock();
        }
        if (!config.ports().isEmpty()) {
            opener.open(device);
        }
    }

    private String nextName() {
        return "eth" + devices.size();
    }

    /** Connects a device to something that others are connected to as well. */
    private void plug(int mtu, @Nullable IpAddress address, int length, LinkOptions options, Link.Opener to) {
        Link.Opener opener = once(around(options, to));
        LinkDevice device = new LinkDevice(net, nextName(), randomMac(), mtu, false, opener);
        net.lock();
        try {
            net.devices.register(device, 0);
            devices.add(device);
            net.devices.setFlags(device, device.flags | IfConst.IFF_UP);
            if (address != null) {
                IpAddress broadcast = address.isV4() ? IpAddress.v4(address.v4() | ~IpAddress.mask4(length)) : null;
                address(device, address, length, broadcast);
            }
        } finally {
            net.unlock();
        }
        // It is to hear others before it has said anything.
        opener.open(device);
    }

    /** Locally administered (IEEE 802c). */
    private static byte[] randomMac() {
        byte[] mac = new byte[6];
        ThreadLocalRandom.current().nextBytes(mac);
        mac[0] = (byte) (mac[0] & 0xfc | 2);
        return mac;
    }

    private static Link.Opener around(LinkOptions options, Link.Opener opener) {
        try {
            return options.around(end -> {
                try {
                    return opener.open(end);
                } catch (GatewayException e) {
                    throw new MachineException(e.line);
                }
            });
        } catch (GatewayException e) {
            throw new MachineException(e.line);
        }
    }

    /** A link, made by who asks first, and closed with the machine. */
    private Link.Opener once(Link.Opener opener) {
        AtomicReference<@Nullable Link> made = new AtomicReference<>();
        return end -> {
            synchronized (this) {
                Link known = made.get();
                if (known == null) {
                    known = opener.open(end);
                    made.set(known);
                    links.add(known);
                }
                return known;
            }
        };
    }

    private void address(LinkDevice device, IpAddress address, int length, @Nullable IpAddress broadcast) {
        net.addresses.add(device, new InterfaceAddress(address, address, length, broadcast, 0, device.name));
    }

    private void defaultRoute(LinkDevice device, IpAddress gateway, IpAddress any) {
        boolean v4 = any.isV4();
        int metric = v4 ? 0 : 1024;
        int protocol = Netlink.RTPROT_BOOT;
        Route route = new Route(
                any,
                0,
                Netlink.RT_TABLE_MAIN,
                Netlink.RTN_UNICAST,
                0,
                protocol,
                metric,
                0,
                gateway,
                device,
                null,
                0,
                0);
        net.fib(v4).add(route, FLAGS);
    }

    /** By all devices, so far. */
    long receivedBytes() {
        return devices.stream().mapToLong(device -> device.received.bytes).sum();
    }

    long sentBytes() {
        return devices.stream().mapToLong(device -> device.sent.bytes).sum();
    }

    private static void tell(String line) {
        System.err.print("umlaut: " + line + "\r\n");
    }

    private void oops(RuntimeException fault) {
        log.log(ERROR_LEVEL, "gateway: a packet was dropped by a fault: " + fault);
    }

    /** What the guest has sent is handed on as far as possible: its sockets outlive its processes for a while, as on Linux. */
    @Override
    public void close() {
        List<Link> open;
        synchronized (this) {
            open = List.copyOf(links);
        }
        if (!open.isEmpty()) {
            awaitAcknowledgements();
            open.forEach(Link::close);
        }
    }

    private void awaitAcknowledgements() {
        long end = System.nanoTime() + LINGER_NS;
        try {
            while (hasUnacknowledged() && System.nanoTime() < end) {
                Thread.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasUnacknowledged() {
        net.lock();
        try {
            for (TcpSock sock : net.tcp.socks()) {
                boolean ending = sock.state() == InetConst.TCP_FIN_WAIT1
                        || sock.state() == InetConst.TCP_CLOSING
                        || sock.state() == InetConst.TCP_LAST_ACK;
                if (ending && !sock.remote.isLoopback()) {
                    return true;
                }
            }
            return false;
        } finally {
            net.unlock();
        }
    }
}
