package umlaut.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.gateway.GatewayException;
import umlaut.gateway.HostTransport;
import umlaut.gateway.NatConfig;
import umlaut.gateway.NatGateway;
import umlaut.kernel.KernelLog;
import umlaut.machine.uml.NetSpec;
import umlaut.net.core.NetNamespace;
import umlaut.net.device.Link;
import umlaut.net.device.LinkDevice;

/**
 * The network devices of a User-mode Linux, ethN and vecN, with what their cables lead to. They are down and have no address until somebody in the guest gives them one (Linux:
 * arch/um/drivers/net_kern.c, vector_kern.c).
 */
final class UmlNetwork implements AutoCloseable {
    private static final int MTU = 1500, ERROR_LEVEL = 3;
    private static final String DEFAULT_SWITCH = "/tmp/uml.ctl";

    private record Card(NetSpec spec, LinkDevice device, Link link) {}

    private final NetNamespace net;
    private final KernelLog log;
    private final List<Card> cards = new ArrayList<>();

    UmlNetwork(NetNamespace net, KernelLog log) {
        this.net = net;
        this.log = log;
    }

    /** At boot: what cannot be had is logged. */
    void add(NetSpec spec) {
        try {
            plug(spec);
        } catch (IllegalArgumentException | GatewayException | MachineException e) {
            log.error(spec.name() + ": " + e.getMessage());
        }
    }

    /** @throws IllegalArgumentException GatewayException MachineException with one line */
    synchronized void plug(NetSpec spec) {
        if (find(spec.name()) != null) {
            throw new IllegalArgumentException("Device already configured");
        }
        byte[] mac = spec.mac() == null ? randomMac() : spec.mac();
        Link.Opener opener = opener(spec);
        Link[] link = new Link[1];
        LinkDevice device = new LinkDevice(net, spec.name(), mac, mtu(spec), false, end -> link[0]);
        try {
            link[0] = opener.open(device);
        } catch (GatewayException e) {
            throw new IllegalArgumentException(e.line);
        }
        net.lock();
        try {
            net.devices.register(device, 0);
        } finally {
            net.unlock();
        }
        cards.add(new Card(spec, device, link[0]));
        log.info("Netdevice " + spec.name() + " : " + spec.transport() + " backend, address " + text(mac));
    }

    private static int mtu(NetSpec spec) {
        String mtu = spec.options().get("mtu");
        if (mtu == null) {
            return MTU;
        }
        if (!mtu.matches("\\d{2,5}")) {
            throw new IllegalArgumentException("mtu=" + mtu + " is no size of packets");
        }
        return Integer.parseInt(mtu);
    }

    private Link.Opener opener(NetSpec spec) {
        return spec.name().startsWith("vec") ? vector(spec) : legacy(spec);
    }

    private Link.Opener legacy(NetSpec spec) {
        switch (spec.transport()) {
            case "daemon" -> {
                String control = spec.argument(1);
                return to(HostTransport.DAEMON, control == null ? DEFAULT_SWITCH : control);
            }
            case "tuntap" -> {
                String device = spec.argument(0);
                if (device == null) {
                    throw new IllegalArgumentException("tuntap needs a device that is there: " + spec.name()
                            + "=tuntap,tap0 (tunctl -u USER -t tap0)");
                }
                return to(HostTransport.TAP, device);
            }
            case "vde" -> {
                String directory = spec.argument(0);
                return to(HostTransport.VDE, directory == null ? "/var/run/vde.ctl" : directory);
            }
            case "slirp" -> {
                return end -> new NatGateway(
                        new NatConfig(false, List.of()),
                        true,
                        end,
                        line -> log.info(spec.name() + ": " + line),
                        fault -> log.log(ERROR_LEVEL, spec.name() + ": a packet was dropped by a fault: " + fault));
            }
            default -> throw unknown(spec);
        }
    }

    private static Link.Opener vector(NetSpec spec) {
        String device = spec.options().get("ifname");
        switch (spec.transport()) {
            case "tap", "raw", "hybrid" -> {
                if (device == null) {
                    throw new IllegalArgumentException(spec.transport() + " needs ifname=DEVICE");
                }
                return to(spec.transport().equals("raw") ? HostTransport.RAW : HostTransport.TAP, device);
            }
            case "fd" -> {
                return to(HostTransport.FD, spec.options().getOrDefault("fd", ""));
            }
            case "bess" -> {
                return to(HostTransport.BESS, spec.options().getOrDefault("dst", ""));
            }
            default -> throw unknown(spec);
        }
    }

    private static IllegalArgumentException unknown(NetSpec spec) {
        return new IllegalArgumentException("transport '" + spec.transport() + "' is not known (docs/uml.md)");
    }

    private static Link.Opener to(HostTransport transport, String argument) {
        return end -> transport.connect(argument, end);
    }

    private static byte[] randomMac() {
        byte[] mac = new byte[6];
        ThreadLocalRandom.current().nextBytes(mac);
        mac[0] = (byte) (mac[0] & 0xfc | 2);
        return mac;
    }

    private static String text(byte[] mac) {
        StringBuilder out = new StringBuilder();
        for (byte b : mac) {
            out.append(out.isEmpty() ? "" : ":").append("%02x".formatted(b));
        }
        return out.toString();
    }

    private @Nullable Card find(String name) {
        return cards.stream()
                .filter(card -> card.spec().name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** @return how it was configured, or null if there is none of that name */
    synchronized @Nullable String configuration(String name) {
        Card card = find(name);
        return card == null ? null : card.spec().text();
    }

    /** @throws umlaut.abi.ErrnoException ENODEV, EBUSY while it is up */
    synchronized void unplug(String name) {
        Card card = find(name);
        if (card == null) {
            throw Errno.ENODEV.exception();
        }
        net.lock();
        try {
            if ((card.device().flags & IfConst.IFF_UP) != 0) {
                throw Errno.EBUSY.exception();
            }
            net.devices.unregister(card.device());
        } finally {
            net.unlock();
        }
        card.link().close();
        cards.remove(card);
    }

    @Override
    public synchronized void close() {
        cards.forEach(card -> card.link().close());
        cards.clear();
    }
}
