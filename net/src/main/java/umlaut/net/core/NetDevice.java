package umlaut.net.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.net.device.RxHandler;

/**
 * A network device (Linux: struct net_device, netdevice(7)). Drivers subclass it and say what {@link #transmit} does with a whole frame. All state is guarded by the
 * namespace's lock.
 */
public abstract class NetDevice {
    /** Counts of one direction. */
    public static final class Traffic {
        public long bytes;
        public long packets;
        public long errors;
        public long dropped;
        public long multicast;
    }

    private NetNamespace net;
    public String name;
    /** 0 before it is registered. */
    public int index;

    public int mtu = 1500;
    /** IFF_* that an administrator sets. */
    public int flags;
    /** ARPHRD_*. */
    public final int type;

    public byte[] address;
    public final byte[] permanentAddress;
    public int txQueueLength = 1000;
    /** There is a link: a cable, the other end of a pair. */
    public boolean carrier = true;

    public final Traffic received = new Traffic();
    public final Traffic sent = new Traffic();
    public final List<InterfaceAddress> addresses = new ArrayList<>();
    /** Who takes frames before the protocols: a bridge. */
    public @Nullable RxHandler rxHandler;
    /** The device it is a port of. */
    public @Nullable NetDevice master;
    /** VLANs on top of it, by number. */
    public final Map<Integer, NetDevice> vlans = new HashMap<>();
    /** Joined multicast groups and how often. */
    public final Map<IpAddress, Integer> groups = new HashMap<>();
    /** How many want all frames, whoever they are for. */
    public int promiscuous;

    public int allMulticast;
    public @Nullable String alias;
    public int group;
    public final Conf conf = new Conf();

    /** What is set per device below /proc/sys/net/ipv[46]/conf. */
    public static final class Conf {
        public boolean forwarding4;
        public boolean forwarding6;
        public int rpFilter;
        public boolean disable6;
        public int acceptRa = 1;
        public boolean autoconf = true;
        public int dadTransmits = 1;
        public boolean acceptRedirects = true;
        public boolean sendRedirects = true;
        public boolean proxyArp;
        public int arpIgnore;
        public int hopLimit = 64;
    }

    protected NetDevice(NetNamespace net, String name, int type, byte[] address) {
        this.net = net;
        this.name = name;
        this.type = type;
        this.address = address;
        this.permanentAddress = address.clone();
    }

    /** The namespace it is in. */
    public final NetNamespace net() {
        return net;
    }

    final void moveTo(NetNamespace other) {
        net = other;
    }

    /** Number of the device below it or at its other end, 0 = none (IFLA_LINK). */
    public int lowerIndex() {
        return 0;
    }

    /** What IFLA_INFO_KIND says; null: hardware. */
    public @Nullable String kind() {
        return null;
    }

    /** What IFLA_INFO_DATA says, by the number of the attribute. */
    public Map<Integer, byte[]> kindData() {
        return Map.of();
    }

    /** Sends a frame, with its link header if the kind of device has such; the frame is the driver's to release. */
    protected abstract void transmit(SkBuff frame);

    /** It has been switched on or off. */
    protected void changed() {}

    /** It is being removed from the namespace. */
    protected void removed() {}

    // --- kinds ---

    public final boolean isUp() {
        return (flags & IfConst.IFF_UP) != 0;
    }

    public final boolean isLoopback() {
        return type == IfConst.ARPHRD_LOOPBACK;
    }

    /** Its frames have Ethernet headers. */
    public final boolean isEthernet() {
        return type == IfConst.ARPHRD_ETHER;
    }

    /** Neighbours on it have link addresses that must be found out. */
    public final boolean needsNeighbours() {
        return isEthernet() && (flags & IfConst.IFF_NOARP) == 0;
    }

    /** The flags that programs see: what is set, and what is. */
    public final int visibleFlags() {
        int seen = flags & ~(IfConst.IFF_PROMISC | IfConst.IFF_ALLMULTI);
        if (isUp() && carrier) {
            seen |= IfConst.IFF_RUNNING | IfConst.IFF_LOWER_UP;
        }
        seen |= promiscuous > 0 ? IfConst.IFF_PROMISC : 0;
        seen |= allMulticast > 0 ? IfConst.IFF_ALLMULTI : 0;
        return seen;
    }

    /** Does its driver tell whether there is a link? */
    protected boolean tellsLink() {
        return true;
    }

    /** As RFC 2863 has it (Documentation/networking/operstates.rst). */
    public final int operState() {
        if (!isUp()) {
            return IfConst.IF_OPER_DOWN;
        }
        if (!carrier) {
            return lowerIndex() != 0 ? IfConst.IF_OPER_LOWERLAYERDOWN : IfConst.IF_OPER_DOWN;
        }
        return tellsLink() ? IfConst.IF_OPER_UP : IfConst.IF_OPER_UNKNOWN;
    }

    /** Can it send more than its MTU at once, cut up by the other side or not at all (Linux: NETIF_F_GSO)? */
    public boolean takesLargeSegments() {
        return false;
    }

    /** Does it carry packets inside this machine, so that checksums need not be computed (NETIF_F_HW_CSUM)? */
    public boolean checksumsLeftOpen() {
        return false;
    }

    // --- moving frames ---

    /** Sends a frame: the way of all that goes out. */
    public final void output(SkBuff frame) {
        if (!isUp()) {
            sent.dropped++;
            frame.release();
            return;
        }
        frame.device = this;
        net.taps.outgoing(this, frame);
        sent.packets++;
        sent.bytes += frame.length();
        transmit(frame);
    }

    /** A frame has come in by it: puts it into the backlog of its namespace, whose lock the caller holds. */
    public final void input(SkBuff frame) {
        if (!isUp()) {
            received.dropped++;
            frame.release();
            return;
        }
        frame.device = this;
        received.packets++;
        received.bytes += frame.length();
        net.backlog(frame);
    }

    /** The first address of a version whose scope is wide enough, not an ageing or tentative one; null: none. */
    public final @Nullable InterfaceAddress primary(boolean v4) {
        for (InterfaceAddress a : addresses) {
            if (a.local.isV4() == v4 && !a.isTentative() && !a.isSecondary()) {
                return a;
            }
        }
        return null;
    }

    public final @Nullable InterfaceAddress linkLocal() {
        for (InterfaceAddress a : addresses) {
            if (a.local.isLinkLocal()) {
                return a;
            }
        }
        return null;
    }

    @Override
    public final String toString() {
        return name;
    }
}
