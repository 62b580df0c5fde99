package umlaut.net.ip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.net.core.Be;
import umlaut.net.core.Ethernet;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NeighbourTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** The address resolution protocol for IPv4 over Ethernet (RFC 826, RFC 5227; Linux: net/ipv4/arp.c). */
public final class Arp implements NeighbourTable.Resolver {
    private static final int LENGTH = 28;
    private final NetNamespace net;
    private NeighbourListener listener = entry -> {};

    /** Hears of neighbours: netlink. */
    public interface NeighbourListener {
        void changed(NeighbourTable.Entry entry);
    }

    public Arp(NetNamespace net) {
        this.net = net;
    }

    public void listen(NeighbourListener all) {
        listener = all;
    }

    @Override
    public void changed(NeighbourTable.Entry entry) {
        listener.changed(entry);
    }

    @Override
    public void solicit(NetDevice device, IpAddress target, byte @Nullable [] known, @Nullable SkBuff cause) {
        InterfaceAddress own = device.primary(true);
        IpAddress from = cause != null && net.fib4.isLocal(cause.source)
                ? cause.source
                : own == null ? IpAddress.ANY4 : own.local;
        send(device, IfConst.ARPOP_REQUEST, known == null ? Ethernet.BROADCAST : known, from, new byte[6], target);
    }

    @Override
    public void unreachable(SkBuff packet) {
        net.icmp.unreachableNeighbour(packet);
        packet.release();
    }

    private static void send(
            NetDevice device, int operation, byte[] to, IpAddress from, byte[] targetMac, IpAddress target) {
        SkBuff skb = SkBuff.allocate(LENGTH);
        int at = skb.put(LENGTH);
        byte[] b = skb.head();
        Be.put16(b, at, IfConst.ARPHRD_ETHER);
        Be.put16(b, at + 2, IfConst.ETH_P_IP);
        b[at + 4] = 6;
        b[at + 5] = 4;
        Be.put16(b, at + 6, operation);
        System.arraycopy(device.address, 0, b, at + 8, 6);
        from.put(b, at + 14);
        System.arraycopy(targetMac, 0, b, at + 18, 6);
        target.put(b, at + 24);
        skb.protocol = IfConst.ETH_P_ARP;
        Ethernet.push(skb, to, device.address, IfConst.ETH_P_ARP);
        device.output(skb);
    }

    /** Tells the link of an address (gratuitous ARP). */
    public static void announce(NetDevice device, IpAddress address) {
        send(device, IfConst.ARPOP_REQUEST, Ethernet.BROADCAST, address, new byte[6], address);
    }

    public void receive(SkBuff skb) {
        NetDevice device = skb.device;
        if (device != null && skb.pullable(LENGTH) && device.needsNeighbours()) {
            process(device, skb.head(), skb.start(), skb.packetType);
        }
        skb.release();
    }

    private void process(NetDevice device, byte[] b, int at, int packetType) {
        boolean known = Be.u16(b, at) == IfConst.ARPHRD_ETHER
                && Be.u16(b, at + 2) == IfConst.ETH_P_IP
                && b[at + 4] == 6
                && b[at + 5] == 4;
        if (!known || packetType == InetConst.PACKET_OTHERHOST) {
            return;
        }
        int operation = Be.u16(b, at + 6);
        byte[] senderMac = Arrays.copyOfRange(b, at + 8, at + 14);
        IpAddress sender = IpAddress.v4(Be.i32(b, at + 14));
        IpAddress target = IpAddress.v4(Be.i32(b, at + 24));
        if (target.isMulticast() || target.isLoopback() || sender.isMulticast()) {
            return;
        }
        boolean forUs = net.fib4.addressType(target) == Netlink.RTN_LOCAL && answers(device, target);
        if (operation == IfConst.ARPOP_REQUEST) {
            if (forUs) {
                if (!sender.isAny()) {
                    net.neighbours4.learn(device, sender, senderMac, false, true, true);
                }
                send(device, IfConst.ARPOP_REPLY, senderMac, target, senderMac, sender);
            } else if (!sender.isAny()) {
                net.neighbours4.learn(device, sender, senderMac, false, true, false);
            }
        } else if (operation == IfConst.ARPOP_REPLY && !sender.isAny()) {
            net.neighbours4.learn(device, sender, senderMac, packetType == 0, true, false);
        }
    }

    /** As arp_ignore of the device says. */
    private static boolean answers(NetDevice device, IpAddress target) {
        if (device.conf.arpIgnore == 0) {
            return true;
        }
        return device.addresses.stream().anyMatch(a -> a.local.equals(target));
    }
}
