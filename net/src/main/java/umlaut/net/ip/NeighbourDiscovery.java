package umlaut.net.ip;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Netlink;
import umlaut.net.core.AddressTable;
import umlaut.net.core.Be;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NeighbourTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimer;
import umlaut.net.core.Route;
import umlaut.net.core.SkBuff;

/**
 * Neighbour discovery for IPv6 (RFC 4861): neighbours' link addresses, duplicate addresses (RFC 4862), routers and the prefixes they tell, from which addresses are made (SLAAC).
 */
public final class NeighbourDiscovery implements NeighbourTable.Resolver, AddressTable.Listener {
    private static final int ROUTER_SOLICIT = 133, ROUTER_ADVERT = 134, SOLICIT = 135, ADVERT = 136;
    private static final int SOURCE_LINK = 1, TARGET_LINK = 2, PREFIX = 3, MTU = 5;
    private static final int HOPS = 255;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int ROUTER_SOLICITS = 3;

    private final NetNamespace net;
    private Arp.NeighbourListener listener = entry -> {};
    private final Map<NetDevice, byte[]> advertisements = new HashMap<>(0);

    public NeighbourDiscovery(NetNamespace net) {
        this.net = net;
        net.addresses.listen(this);
    }

    public void listen(Arp.NeighbourListener all) {
        listener = all;
    }

    @Override
    public void changed(NeighbourTable.Entry entry) {
        listener.changed(entry);
    }

    @Override
    public void unreachable(SkBuff packet) {
        net.icmp6.unreachableNeighbour(packet);
        packet.release();
    }

    // --- asking ---

    @Override
    public void solicit(NetDevice device, IpAddress target, byte @Nullable [] known, @Nullable SkBuff cause) {
        IpAddress from =
                cause != null && net.fib6.isLocal(cause.source) ? cause.source : SourceAddress.v6(net, device, target);
        solicit(device, target, from, known == null ? target.solicitedNode() : target);
    }

    private void solicit(NetDevice device, IpAddress target, IpAddress from, IpAddress to) {
        SkBuff message = message(SOLICIT, 0, target, from.isAny() ? 0 : SOURCE_LINK, device);
        emit(message, device, from, to);
    }

    private static SkBuff message(int type, int flags, IpAddress target, int linkOption, NetDevice device) {
        SkBuff message = SkBuff.allocate(32);
        int at = message.put(24);
        message.head()[at] = (byte) type;
        Be.put32(message.head(), at + 4, flags);
        target.put16(message.head(), at + 8);
        addLink(message, linkOption, device);
        return message;
    }

    private static void addLink(SkBuff message, int option, NetDevice device) {
        if (option != 0 && device.address.length == 6) {
            int at = message.put(8);
            message.head()[at] = (byte) option;
            message.head()[at + 1] = 1;
            System.arraycopy(device.address, 0, message.head(), at + 2, 6);
        }
    }

    private void emit(SkBuff message, NetDevice device, IpAddress from, IpAddress to) {
        int type = to.isMulticast() ? Netlink.RTN_MULTICAST : Netlink.RTN_UNICAST;
        IpOutput way = new IpOutput(null, type, device, to, from, to, net.fib6.generation());
        net.icmp6.sendBy(message, way, from, HOPS, 0);
    }

    // --- a router's advertisements ---

    /** From now on answers solicitations for routers on a device with this message (RFC 4861, 4.2), as radvd(8) would elsewhere. */
    public void setAdvertisement(NetDevice device, byte[] message) {
        advertisements.put(device, message);
    }

    private void advertise(NetDevice device) {
        byte[] told = advertisements.get(device);
        InterfaceAddress from = device.linkLocal();
        if (told != null && from != null) {
            SkBuff message = SkBuff.allocate(told.length);
            message.put(told, 0, told.length);
            emit(message, device, from.local, IpAddress.ALL_NODES);
        }
    }

    // --- hearing ---

    /** A message of discovery or of multicast listeners; stays the caller's. */
    void receive(SkBuff skb, int type) {
        NetDevice device = skb.device;
        if (device == null || skb.ttl != HOPS || !device.isEthernet()) {
            return;
        }
        byte[] b = skb.bytesFrom(skb.start());
        switch (type) {
            case SOLICIT -> solicited(skb, b, device);
            case ADVERT -> advertised(skb, b, device);
            case ROUTER_SOLICIT -> advertise(device);
            case ROUTER_ADVERT -> routerAdvertised(skb, b, device);
            default -> {}
        }
    }

    private static byte @Nullable [] linkOption(byte[] b, int from, int kind) {
        for (int at = from; at + 8 <= b.length; ) {
            int length = (b[at + 1] & 0xff) * 8;
            if (length == 0 || at + length > b.length) {
                return null;
            }
            if ((b[at] & 0xff) == kind) {
                return Arrays.copyOfRange(b, at + 2, at + 8);
            }
            at += length;
        }
        return null;
    }

    private void solicited(SkBuff skb, byte[] b, NetDevice device) {
        if (b.length < 24) {
            return;
        }
        IpAddress target = IpAddress.of(b, 8, 16);
        InterfaceAddress own = AddressTable.find(device, target, -1);
        boolean probing = skb.source.isAny();
        if (own == null) {
            return;
        }
        if (own.isTentative()) {
            if (probing) {
                duplicate(device, own);
            }
            return;
        }
        byte[] link = linkOption(b, 24, SOURCE_LINK);
        if (!probing && link != null) {
            net.neighbours6.learn(device, skb.source, link, false, true, true);
        }
        int router = net.settings6Forwarding(device) ? 0x80000000 : 0;
        int flags = router | (probing ? 0 : 0x40000000) | 0x20000000;
        emit(
                message(ADVERT, flags, target, TARGET_LINK, device),
                device,
                target,
                probing ? IpAddress.ALL_NODES : skb.source);
    }

    private void advertised(SkBuff skb, byte[] b, NetDevice device) {
        if (b.length < 24) {
            return;
        }
        IpAddress target = IpAddress.of(b, 8, 16);
        InterfaceAddress own = AddressTable.find(device, target, -1);
        if (own != null) {
            if (own.isTentative()) {
                duplicate(device, own);
            }
            return;
        }
        byte[] link = linkOption(b, 24, TARGET_LINK);
        int flags = Be.i32(b, 4);
        if (link != null) {
            boolean solicited = (flags & 0x40000000) != 0 && !skb.destination.isMulticast();
            net.neighbours6.learn(device, target, link, solicited, (flags & 0x20000000) != 0, false);
        }
    }

    // --- own addresses ---

    @Override
    public void addressChanged(NetDevice device, InterfaceAddress address, boolean added) {
        if (!added || !device.isUp() || !device.needsNeighbours()) {
            return;
        }
        if (!address.local.isV4() && address.isTentative()) {
            probe(device, address);
        } else if (address.local.isLinkLocal()) {
            solicitRouters(device, address, 0);
        }
    }

    /** Duplicate address detection (RFC 4862, 5.4): asks once, and if nobody has it within a second it is ours. */
    private void probe(NetDevice device, InterfaceAddress address) {
        NetTimer timer = net.timers.create(() -> {
            if (device.addresses.contains(address) && (address.flags & Netlink.IFA_F_DADFAILED) == 0) {
                address.flags &= ~Netlink.IFA_F_TENTATIVE;
                net.addresses.changed(device, address);
                net.fib6.invalidate();
                if (address.local.isLinkLocal()) {
                    solicitRouters(device, address, 0);
                }
            }
        });
        timer.set(net.nowNs() + SECOND_NS);
        solicit(device, address.local, IpAddress.ANY6, address.local.solicitedNode());
    }

    private void duplicate(NetDevice device, InterfaceAddress address) {
        address.flags |= Netlink.IFA_F_DADFAILED;
        net.addresses.changed(device, address);
    }

    @Override
    public void deviceSwitched(NetDevice device, boolean on) {
        if (!on || !device.isEthernet() || device.conf.disable6 || device.master != null) {
            return;
        }
        for (InterfaceAddress a : List.copyOf(device.addresses)) {
            if (!a.local.isV4() && a.isTentative()) {
                probe(device, a);
            }
        }
        if (device.linkLocal() == null) {
            IpAddress own = new IpAddress(0xfe80_0000_0000_0000L, interfaceId(device.address));
            InterfaceAddress made = new InterfaceAddress(own, own, 64, null, Netlink.RT_SCOPE_LINK, device.name);
            net.addresses.add(device, made);
        }
    }

    /** An interface identifier from an Ethernet address (RFC 4291, appendix A). */
    static long interfaceId(byte[] mac) {
        long id = (mac[0] ^ 2) & 0xffL;
        id = id << 8 | mac[1] & 0xff;
        id = id << 8 | mac[2] & 0xff;
        id = id << 16 | 0xfffe;
        id = id << 8 | mac[3] & 0xff;
        id = id << 8 | mac[4] & 0xff;
        return id << 8 | mac[5] & 0xff;
    }

    // --- routers ---

    private void solicitRouters(NetDevice device, InterfaceAddress from, int tries) {
        boolean asks = device.conf.acceptRa > 0 && !net.settings6Forwarding(device) && device.isUp();
        boolean found = net.fib6.table(Netlink.RT_TABLE_MAIN).at(IpAddress.ANY6, 0).stream()
                .anyMatch(r -> r.device() == device && r.protocol() == Netlink.RTPROT_RA);
        if (!asks || found || tries >= ROUTER_SOLICITS) {
            return;
        }
        SkBuff message = SkBuff.allocate(16);
        int at = message.put(8);
        message.head()[at] = (byte) ROUTER_SOLICIT;
        addLink(message, SOURCE_LINK, device);
        emit(message, device, from.local, IpAddress.ALL_ROUTERS);
        net.timers.create(() -> solicitRouters(device, from, tries + 1)).set(net.nowNs() + 4 * SECOND_NS);
    }

    private void routerAdvertised(SkBuff skb, byte[] b, NetDevice device) {
        boolean forwarding = net.settings6Forwarding(device);
        boolean accepted = device.conf.acceptRa == 2 || device.conf.acceptRa == 1 && !forwarding;
        if (b.length < 16 || !skb.source.isLinkLocal() || !accepted) {
            return;
        }
        int hopLimit = b[4] & 0xff;
        if (hopLimit != 0) {
            device.conf.hopLimit = hopLimit;
        }
        setDefaultRouter(device, skb.source, Be.u16(b, 6));
        byte[] link = linkOption(b, 16, SOURCE_LINK);
        if (link != null) {
            net.neighbours6.learn(device, skb.source, link, false, true, true);
        }
        for (int at = 16; at + 8 <= b.length; ) {
            int length = (b[at + 1] & 0xff) * 8;
            if (length == 0 || at + length > b.length) {
                return;
            }
            if (b[at] == PREFIX && length == 32) {
                prefixTold(device, b, at);
            } else if (b[at] == MTU && length == 8) {
                int mtu = Be.i32(b, at + 4);
                if (mtu >= PathMtu.MIN6 && mtu < device.mtu) {
                    device.mtu = mtu;
                }
            }
            at += length;
        }
    }

    private void setDefaultRouter(NetDevice device, IpAddress router, int lifetimeSeconds) {
        Route route = new Route(
                IpAddress.ANY6,
                0,
                Netlink.RT_TABLE_MAIN,
                Netlink.RTN_UNICAST,
                Netlink.RT_SCOPE_UNIVERSE,
                Netlink.RTPROT_RA,
                1024,
                0,
                router,
                device,
                null,
                0,
                0);
        boolean known =
                net.fib6.table(Netlink.RT_TABLE_MAIN).at(IpAddress.ANY6, 0).contains(route);
        if (lifetimeSeconds == 0 && known) {
            net.fib6.remove(route);
        } else if (lifetimeSeconds > 0 && !known) {
            net.fib6.add(route, Netlink.NLM_F_CREATE | Netlink.NLM_F_APPEND);
        }
    }

    /** SLAAC (RFC 4862, 5.5). */
    private void prefixTold(NetDevice device, byte[] b, int at) {
        int length = b[at + 2] & 0xff;
        int flags = b[at + 3] & 0xff;
        long valid = Be.i32(b, at + 4) & 0xffff_ffffL;
        long preferred = Be.i32(b, at + 8) & 0xffff_ffffL;
        IpAddress prefix = IpAddress.of(b, at + 16, 16);
        boolean autonomous = (flags & 0x40) != 0 && device.conf.autoconf;
        if (!autonomous || length != 64 || prefix.isLinkLocal() || preferred > valid) {
            return;
        }
        IpAddress own = new IpAddress(prefix.high, interfaceId(device.address));
        InterfaceAddress known = AddressTable.find(device, own, -1);
        long now = net.nowNs();
        if (known == null) {
            if (valid == 0) {
                return;
            }
            known = new InterfaceAddress(own, own, 64, null, Netlink.RT_SCOPE_UNIVERSE, device.name);
            known.flags |= Netlink.IFA_F_MANAGETEMPADDR;
            known.validUntilNs = until(now, valid);
            known.preferredUntilNs = until(now, preferred);
            net.addresses.add(device, known);
            return;
        }
        known.validUntilNs = until(now, valid);
        known.preferredUntilNs = until(now, preferred);
        net.addresses.armLifetime(device, known);
    }

    private static long until(long now, long seconds) {
        return seconds == 0xffff_ffffL ? Long.MAX_VALUE : now + seconds * SECOND_NS;
    }
}
