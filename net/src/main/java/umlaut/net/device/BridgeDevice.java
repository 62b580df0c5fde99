package umlaut.net.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.net.core.Checksum;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** An Ethernet bridge: learns where stations are and sends frames on by that (IEEE 802.1D without the spanning tree; net/bridge). */
public final class BridgeDevice extends NetDevice {
    private static final long AGEING_NS = 300_000_000_000L;
    private static final int MAX_STATIONS = 4096;

    private record Station(NetDevice port, long seenNs) {}

    private final List<NetDevice> ports = new ArrayList<>();
    private final Map<Long, Station> stations = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Station> eldest) {
            return size() > MAX_STATIONS;
        }
    };

    public BridgeDevice(NetNamespace net, String name, byte[] address) {
        super(net, name, IfConst.ARPHRD_ETHER, address);
        flags = IfConst.IFF_BROADCAST | IfConst.IFF_MULTICAST;
        carrier = false;
    }

    @Override
    public String kind() {
        return "bridge";
    }

    @Override
    public boolean checksumsLeftOpen() {
        return true;
    }

    // --- ports ---

    /** @throws umlaut.abi.ErrnoException EINVAL, EBUSY, ELOOP */
    public void addPort(NetDevice device) {
        if (device.isLoopback() || !device.isEthernet()) {
            throw Errno.EINVAL.exception();
        }
        if (device instanceof BridgeDevice) {
            throw Errno.ELOOP.exception();
        }
        if (device.master != null) {
            throw Errno.EBUSY.exception();
        }
        ports.add(device);
        device.master = this;
        device.promiscuous++;
        device.rxHandler = frame -> {
            received(device, frame);
            return true;
        };
        net().devices.setCarrier(this, true);
        net().devices.announce(device, 0);
    }

    public void removePort(NetDevice device) {
        if (ports.remove(device)) {
            device.master = null;
            device.promiscuous--;
            device.rxHandler = null;
            stations.values().removeIf(s -> s.port == device);
            net().devices.setCarrier(this, !ports.isEmpty());
            net().devices.announce(device, 0);
        }
    }

    @Override
    protected void removed() {
        for (NetDevice port : List.copyOf(ports)) {
            removePort(port);
        }
    }

    // --- frames ---

    private static long key(byte[] bytes, int at) {
        long k = 0;
        for (int i = 0; i < 6; i++) {
            k = k << 8 | bytes[at + i] & 0xff;
        }
        return k;
    }

    private @Nullable NetDevice portOf(byte[] head, int at) {
        Station s = stations.get(key(head, at));
        if (s == null || net().nowNs() - s.seenNs > AGEING_NS || s.port.master != this) {
            return null;
        }
        return s.port;
    }

    /** A frame has come in by a port; its link header has been pulled. */
    private void received(NetDevice from, SkBuff frame) {
        if (!isUp()) {
            frame.release();
            return;
        }
        frame.push(IfConst.ETH_HLEN);
        byte[] head = frame.head();
        int at = frame.start();
        if ((head[at + 6] & 1) == 0) {
            long source = key(head, at + 6);
            stations.remove(source);
            stations.put(source, new Station(from, net().nowNs()));
        }
        boolean many = (head[at] & 1) != 0;
        boolean ours = Arrays.equals(head, at, at + 6, address, 0, 6);
        if (many || ours) {
            SkBuff up = many ? frame.duplicate() : frame;
            up.macHeader = -1;
            input(up);
            if (ours) {
                return;
            }
        }
        send(from, frame, many ? null : portOf(head, at));
    }

    @Override
    protected void transmit(SkBuff frame) {
        boolean many = (frame.head()[frame.start()] & 1) != 0;
        send(null, frame, many ? null : portOf(frame.head(), frame.start()));
    }

    /** @param to null: not known, so to all */
    private void send(@Nullable NetDevice from, SkBuff frame, @Nullable NetDevice to) {
        if (to != null) {
            if (to == from) {
                frame.release();
            } else {
                forward(to, frame);
            }
            return;
        }
        for (NetDevice port : List.copyOf(ports)) {
            if (port != from && port.isUp()) {
                forward(port, frame.duplicate());
            }
        }
        frame.release();
    }

    private static void forward(NetDevice port, SkBuff frame) {
        if (frame.partialChecksum >= 0 && !port.checksumsLeftOpen()) {
            completeFrame(frame);
        }
        port.output(frame);
    }

    /** Fills in what was left open because the frame did not seem to leave the machine. */
    private static void completeFrame(SkBuff frame) {
        frame.pull(IfConst.ETH_HLEN);
        int first = frame.head()[frame.start()] & 0xff;
        int length = first >>> 4 == 4 ? (first & 15) * 4 : 40;
        Checksum.complete(frame, length);
        frame.push(IfConst.ETH_HLEN);
    }
}
