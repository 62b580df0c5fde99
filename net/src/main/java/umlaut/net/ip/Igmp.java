package umlaut.net.ip;

import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.ProtocolHandler;
import umlaut.net.core.SkBuff;

/**
 * Group memberships of devices, and what routers are told of them: IGMP version 3 (RFC 3376) and MLD version 2 (RFC 3810), without source filters. Guarded by the namespace's lock.
 */
public final class Igmp implements ProtocolHandler {
    private static final int QUERY = 0x11, REPORT3 = 0x22, MLD_REPORT2 = 143;
    private static final int TO_EXCLUDE = 4, TO_INCLUDE = 3, IS_EXCLUDE = 2;
    private static final IpAddress REPORTS4 = IpAddress.v4(0xe0000016);
    private static final IpAddress REPORTS6 = new IpAddress(0xff02_0000_0000_0000L, 0x16);
    private static final byte[] ROUTER_ALERT = {(byte) 148, 4, 0, 0};

    private final NetNamespace net;

    public Igmp(NetNamespace net) {
        this.net = net;
        net.setProtocol(InetConst.IPPROTO_IGMP, this);
    }

    // --- memberships ---

    public void join(NetDevice device, IpAddress group) {
        int users = device.groups.merge(group, 1, Integer::sum);
        if (users == 1) {
            report(device, group, TO_EXCLUDE);
        }
    }

    public void leave(NetDevice device, IpAddress group) {
        Integer users = device.groups.get(group);
        if (users == null) {
            return;
        }
        if (users > 1) {
            device.groups.put(group, users - 1);
        } else {
            device.groups.remove(group);
            report(device, group, TO_INCLUDE);
        }
    }

    // --- reports ---

    private void report(NetDevice device, IpAddress group, int kind) {
        boolean quiet = group.isV4() ? group.isLinkLocalMulticast() : (group.high >>> 48 & 0xf) <= 1;
        if (!device.isUp() || device.isLoopback() || !device.isEthernet() || quiet) {
            return;
        }
        if (group.isV4()) {
            report4(device, group, kind);
        } else {
            report6(device, group, kind);
        }
    }

    private void report4(NetDevice device, IpAddress group, int kind) {
        SkBuff skb = SkBuff.allocate(16);
        int at = skb.put(16);
        byte[] b = skb.head();
        b[at] = REPORT3;
        Be.put16(b, at + 6, 1);
        b[at + 8] = (byte) kind;
        group.put(b, at + 12);
        Be.put16(b, at + 2, Checksum.of(b, at, 16));
        IpAddress from = SourceAddress.v4(net, device, Netlink.RT_SCOPE_LINK);
        IpOutput way =
                new IpOutput(null, Netlink.RTN_MULTICAST, device, REPORTS4, from, REPORTS4, net.fib4.generation());
        try {
            net.ipv4.send(skb, way, from, InetConst.IPPROTO_IGMP, 0xc0, 1, true, ROUTER_ALERT);
        } catch (ErrnoException e) {
            // A rule has dropped it: it is as lost on the way.
            skb.release();
        }
    }

    private void report6(NetDevice device, IpAddress group, int kind) {
        SkBuff skb = SkBuff.allocate(28);
        int at = skb.put(28);
        byte[] b = skb.head();
        b[at] = (byte) MLD_REPORT2;
        Be.put16(b, at + 6, 1);
        b[at + 8] = (byte) kind;
        group.put16(b, at + 12);
        IpAddress from = device.linkLocal() == null ? IpAddress.ANY6 : device.linkLocal().local;
        IpOutput way =
                new IpOutput(null, Netlink.RTN_MULTICAST, device, REPORTS6, from, REPORTS6, net.fib6.generation());
        net.icmp6.sendBy(skb, way, from, 1, 0);
    }

    @Override
    public void receive(SkBuff skb) {
        NetDevice device = skb.device;
        boolean query = device != null
                && skb.pullable(8)
                && (skb.head()[skb.start()] & 0xff) == QUERY
                && Checksum.fold(Checksum.add(0, skb)) == 0;
        if (query && device != null) {
            for (IpAddress group : java.util.List.copyOf(device.groups.keySet())) {
                if (group.isV4()) {
                    report(device, group, IS_EXCLUDE);
                }
            }
        }
        skb.release();
    }
}
