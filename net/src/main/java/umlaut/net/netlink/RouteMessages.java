package umlaut.net.netlink;

import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.net.core.Be;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NeighbourTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;
import umlaut.net.core.Rule;
import umlaut.net.ip.IpOutput;

/** Messages of rtnetlink(7) that say what is (rtnl_fill_ifinfo and its like). The namespace's lock is held. */
final class RouteMessages {
    private static final int FOREVER = -1, RTCF_LOCAL = 0x80000000;
    private static final int FRA_DST = 1, FRA_SRC = 2, FRA_IIFNAME = 3, FRA_PRIORITY = 6, FRA_FWMARK = 10;
    private static final int FRA_SUPPRESS_PREFIXLEN = 14,
            FRA_TABLE = 15,
            FRA_FWMASK = 16,
            FRA_OIFNAME = 17,
            FRA_PROTOCOL = 21;
    private static final int IFLA_STATS64 = 23, IFLA_STATS = 7, IFLA_BROADCAST = 2, IFLA_LINK_MODE = 17;

    private RouteMessages() {}

    static void link(NlWriter out, NetDevice d, int type, int flags, int change) {
        out.begin(type, flags)
                .u8(SockConst.AF_UNSPEC, 0)
                .u16(d.type)
                .u32(d.index)
                .u32(d.visibleFlags())
                .u32(change);
        out.text(Netlink.IFLA_IFNAME, d.name)
                .attribute32(Netlink.IFLA_TXQLEN, d.txQueueLength)
                .attribute8(Netlink.IFLA_OPERSTATE, d.operState())
                .attribute8(IFLA_LINK_MODE, 0)
                .attribute32(Netlink.IFLA_MTU, d.mtu)
                .attribute32(Netlink.IFLA_MIN_MTU, d.isLoopback() ? 0 : IfConst.ETH_MIN_MTU)
                .attribute32(Netlink.IFLA_MAX_MTU, d.isLoopback() ? 0 : 65535)
                .attribute32(Netlink.IFLA_GROUP, d.group)
                .attribute32(Netlink.IFLA_PROMISCUITY, d.promiscuous)
                .attribute32(Netlink.IFLA_ALLMULTI, d.allMulticast)
                .attribute32(Netlink.IFLA_NUM_TX_QUEUES, 1)
                .attribute32(Netlink.IFLA_GSO_MAX_SEGS, 65535)
                .attribute32(Netlink.IFLA_GSO_MAX_SIZE, 65536)
                .attribute32(Netlink.IFLA_NUM_RX_QUEUES, 1)
                .attribute8(Netlink.IFLA_CARRIER, d.carrier ? 1 : 0)
                .text(Netlink.IFLA_QDISC, "noqueue");
        NetDevice master = d.master;
        if (master != null) {
            out.attribute32(Netlink.IFLA_MASTER, master.index);
        }
        int lower = d.lowerIndex();
        if (lower != 0) {
            out.attribute32(Netlink.IFLA_LINK, lower);
        }
        String alias = d.alias;
        if (alias != null) {
            out.text(Netlink.IFLA_IFALIAS, alias);
        }
        if (d.address.length > 0) {
            byte[] all = new byte[d.address.length];
            if (!d.isLoopback()) {
                java.util.Arrays.fill(all, (byte) -1);
            }
            out.attribute(Netlink.IFLA_ADDRESS, d.address).attribute(IFLA_BROADCAST, all);
        }
        statistics(out, d);
        String kind = d.kind();
        if (kind != null) {
            int info = out.open(Netlink.IFLA_LINKINFO);
            out.text(Netlink.IFLA_INFO_KIND, kind);
            int data = out.open(Netlink.IFLA_INFO_DATA);
            d.kindData().forEach(out::attribute);
            out.close(data);
            out.close(info);
        }
        out.end();
    }

    private static void statistics(NlWriter out, NetDevice d) {
        long[] s = {
            d.received.packets,
            d.sent.packets,
            d.received.bytes,
            d.sent.bytes,
            d.received.errors,
            d.sent.errors,
            d.received.dropped,
            d.sent.dropped,
            d.received.multicast
        };
        byte[] wide = new byte[25 * 8];
        byte[] narrow = new byte[24 * 4];
        for (int i = 0; i < s.length; i++) {
            Be.put64(wide, 8 * i, Long.reverseBytes(s[i]));
            Be.put32(narrow, 4 * i, Integer.reverseBytes((int) s[i]));
        }
        out.attribute(IFLA_STATS64, wide).attribute(IFLA_STATS, narrow);
    }

    static int family(boolean v4) {
        return v4 ? SockConst.AF_INET : SockConst.AF_INET6;
    }

    static void address(NlWriter out, NetNamespace net, NetDevice d, InterfaceAddress a, int type, int flags) {
        boolean v4 = a.local.isV4();
        out.begin(type, flags).u8(family(v4), a.prefixLength, a.flags, a.scope).u32(d.index);
        out.address(Netlink.IFA_ADDRESS, a.peer);
        if (v4 || !a.peer.equals(a.local)) {
            out.address(Netlink.IFA_LOCAL, a.local);
        }
        IpAddress all = a.broadcast;
        if (all != null) {
            out.address(Netlink.IFA_BROADCAST, all);
        }
        if (v4) {
            out.text(Netlink.IFA_LABEL, a.label);
        }
        out.attribute32(Netlink.IFA_FLAGS, a.flags);
        byte[] times = new byte[16];
        long now = net.nowNs();
        Be.put32(times, 0, Integer.reverseBytes(seconds(a.preferredUntilNs, now)));
        Be.put32(times, 4, Integer.reverseBytes(seconds(a.validUntilNs, now)));
        Be.put32(times, 8, Integer.reverseBytes((int) (a.createdNs / 10_000_000)));
        Be.put32(times, 12, Integer.reverseBytes((int) (a.createdNs / 10_000_000)));
        out.attribute(Netlink.IFA_CACHEINFO, times).end();
    }

    private static int seconds(long untilNs, long now) {
        return untilNs == Long.MAX_VALUE ? FOREVER : (int) Math.max(0, (untilNs - now) / 1_000_000_000L);
    }

    static void route(NlWriter out, Route r, int type, int flags) {
        boolean v4 = r.destination().isV4();
        int table = r.table() < 256 ? r.table() : Netlink.RT_TABLE_COMPAT;
        NetDevice device = r.device();
        int shown = r.flags() | (device != null && device.isUp() && !device.carrier ? Netlink.RTNH_F_LINKDOWN : 0);
        out.begin(type, flags)
                .u8(family(v4), r.prefixLength(), 0, r.tos(), table, r.protocol(), r.scope(), r.type())
                .u32(shown);
        out.attribute32(Netlink.RTA_TABLE, r.table());
        if (r.prefixLength() > 0) {
            out.address(Netlink.RTA_DST, r.destination());
        }
        if (r.metric() != 0) {
            out.attribute32(Netlink.RTA_PRIORITY, r.metric());
        }
        IpAddress source = r.preferredSource();
        if (source != null) {
            out.address(Netlink.RTA_PREFSRC, source);
        }
        IpAddress gateway = r.gateway();
        if (gateway != null) {
            out.address(Netlink.RTA_GATEWAY, gateway);
        }
        if (r.mtu() > 0) {
            int metrics = out.open(Netlink.RTA_METRICS);
            out.attribute32(2, r.mtu());
            out.close(metrics);
        }
        if (device != null) {
            out.attribute32(Netlink.RTA_OIF, device.index);
        }
        if (!v4) {
            out.attribute(Netlink.RTA_CACHEINFO, new byte[32]).attribute8(Netlink.RTA_PREF, 0);
        }
        out.end();
    }

    /** Where packets to an IPv4 address go (rt_fill_info). */
    static void way(NlWriter out, IpOutput way, IpAddress to, @Nullable IpAddress from, int mark, int uid) {
        int flags = Netlink.RTM_F_CLONED | (way.type() == Netlink.RTN_LOCAL ? RTCF_LOCAL : 0);
        out.begin(Netlink.RTM_NEWROUTE, 0)
                .u8(family(true), to.bits(), from == null ? 0 : to.bits(), 0)
                .u8(Netlink.RT_TABLE_MAIN, 0, 0, way.type())
                .u32(flags);
        out.attribute32(Netlink.RTA_TABLE, Netlink.RT_TABLE_MAIN).address(Netlink.RTA_DST, to);
        if (from != null) {
            out.address(Netlink.RTA_SRC, from);
        }
        out.attribute32(Netlink.RTA_OIF, way.device().index);
        if (!way.source().equals(from)) {
            out.address(Netlink.RTA_PREFSRC, way.source());
        }
        if (!way.nextHop().equals(to)) {
            out.address(Netlink.RTA_GATEWAY, way.nextHop());
        }
        if (mark != 0) {
            out.attribute32(Netlink.RTA_MARK, mark);
        }
        byte[] cache = new byte[32];
        Be.put32(cache, 0, Integer.reverseBytes(2)); // references, as Linux counts them
        out.attribute32(Netlink.RTA_UID, uid)
                .attribute(Netlink.RTA_CACHEINFO, cache)
                .end();
    }

    static void rule(NlWriter out, Rule r, boolean v4, int type, int flags) {
        int table = r.table() < 256 ? r.table() : Netlink.RT_TABLE_COMPAT;
        out.begin(type, flags)
                .u8(family(v4), r.destinationLength(), r.sourceLength(), r.tos(), table, 0, 0, r.action())
                .u32(0);
        out.attribute32(FRA_TABLE, r.table())
                .attribute32(FRA_SUPPRESS_PREFIXLEN, -1)
                .attribute8(FRA_PROTOCOL, r.protocol());
        if (r.priority() != 0) {
            out.attribute32(FRA_PRIORITY, r.priority());
        }
        if (r.sourceLength() > 0) {
            out.address(FRA_SRC, r.source());
        }
        if (r.destinationLength() > 0) {
            out.address(FRA_DST, r.destination());
        }
        String in = r.inName();
        if (in != null) {
            out.text(FRA_IIFNAME, in);
        }
        String to = r.outName();
        if (to != null) {
            out.text(FRA_OIFNAME, to);
        }
        if (r.mask() != 0) {
            out.attribute32(FRA_FWMARK, r.mark()).attribute32(FRA_FWMASK, r.mask());
        }
        out.end();
    }

    static void neighbour(NlWriter out, NetNamespace net, NeighbourTable.Entry e, int type, int flags) {
        boolean v4 = e.address.isV4();
        out.begin(type, flags)
                .u8(family(v4), 0, 0, 0)
                .u32(e.device.index)
                .u16(e.state)
                .u8(e.flags, Netlink.RTN_UNICAST);
        out.address(Netlink.NDA_DST, e.address);
        byte[] link = e.link;
        if (link != null) {
            out.attribute(Netlink.NDA_LLADDR, link);
        }
        byte[] cache = new byte[16];
        long now = net.nowNs();
        Be.put32(cache, 0, Integer.reverseBytes((int) ((now - e.usedNs) / 10_000_000)));
        Be.put32(cache, 4, Integer.reverseBytes((int) ((now - e.usedNs) / 10_000_000)));
        Be.put32(cache, 8, Integer.reverseBytes((int) ((now - e.updatedNs) / 10_000_000)));
        out.attribute(Netlink.NDA_CACHEINFO, cache)
                .attribute32(Netlink.NDA_PROBES, 0)
                .end();
    }
}
