package umlaut.net.proc;

import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.KernelFiles;
import umlaut.net.Network;
import umlaut.net.core.Counter;
import umlaut.net.core.Ethernet;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NeighbourTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;
import umlaut.net.core.RouteTable;
import umlaut.net.inet.DatagramSock;
import umlaut.net.tcp.TcpSock;

/** The files of /proc/net that show devices, routes and counts. Each is made whole under the namespace's lock. */
public final class ProcNet {
    private static final int RTF_UP = 1, RTF_GATEWAY = 2, RTF_HOST = 4, RTF_REJECT = 0x200;
    private static final List<String> NETSTAT = List.of("TcpExt", "IpExt");
    private static final List<String> SNMP = List.of("Ip", "Icmp", "Tcp", "Udp");
    private static final List<String> SNMP6 = List.of("Ip6", "Icmp6", "Udp6");

    private final NetNamespace net;

    private ProcNet(NetNamespace net) {
        this.net = net;
    }

    /** What a file shows of a namespace, made under its lock. */
    private static void file(KernelFiles files, Network network, String name, BiConsumer<ProcNet, StringBuilder> text) {
        files.text("net/" + name, reader -> {
            NetNamespace net = network.namespaceOf(reader);
            StringBuilder out = new StringBuilder();
            net.lock();
            try {
                text.accept(new ProcNet(net), out);
            } finally {
                net.unlock();
            }
            return out.toString();
        });
    }

    /** Adds the files; each shows the reader's own namespace. */
    public static void addTo(KernelFiles files, Network network) {
        file(files, network, "dev", ProcNet::dev);
        file(files, network, "route", ProcNet::route);
        file(files, network, "ipv6_route", ProcNet::route6);
        file(files, network, "if_inet6", ProcNet::ifInet6);
        file(files, network, "arp", ProcNet::arp);
        file(files, network, "igmp", ProcNet::igmp);
        file(files, network, "dev_mcast", ProcNet::deviceGroups);
        file(files, network, "snmp", (p, out) -> SNMP.forEach(group -> p.table(out, group)));
        file(files, network, "netstat", (p, out) -> NETSTAT.forEach(group -> p.table(out, group)));
        file(files, network, "snmp6", ProcNet::snmp6);
        file(files, network, "sockstat", ProcNet::sockstat);
        file(files, network, "sockstat6", ProcNet::sockstat6);
        file(files, network, "protocols", (p, out) -> protocols(out));
        int four = SockConst.AF_INET;
        int six = SockConst.AF_INET6;
        file(files, network, "tcp", (p, out) -> p.sockets().tcp(out, four));
        file(files, network, "tcp6", (p, out) -> p.sockets().tcp(out, six));
        file(files, network, "udp", (p, out) -> p.sockets().datagrams(out, four, p.net.udp.all()));
        file(files, network, "udp6", (p, out) -> p.sockets().datagrams(out, six, p.net.udp.all()));
        file(files, network, "udplite", (p, out) -> p.sockets().datagrams(out, four, p.net.udpLite.all()));
        file(files, network, "udplite6", (p, out) -> p.sockets().datagrams(out, six, p.net.udpLite.all()));
        file(files, network, "raw", (p, out) -> p.sockets().datagrams(out, four, p.net.raw.all()));
        file(files, network, "raw6", (p, out) -> p.sockets().datagrams(out, six, p.net.raw.all()));
        file(files, network, "icmp", (p, out) -> p.sockets().datagrams(out, four, p.net.ping.all()));
        file(files, network, "icmp6", (p, out) -> p.sockets().datagrams(out, six, p.net.ping.all()));
    }

    private ProcSockets sockets() {
        return new ProcSockets(net);
    }

    // --- devices ---

    private void dev(StringBuilder out) {
        out.append("Inter-|   Receive                                                |  Transmit\n");
        out.append(
                " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
        for (NetDevice d : net.devices.all()) {
            NetDevice.Traffic r = d.received;
            NetDevice.Traffic s = d.sent;
            out.append("%6s: %7d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n"
                    .formatted(
                            d.name,
                            r.bytes,
                            r.packets,
                            r.errors,
                            r.dropped,
                            0,
                            0,
                            0,
                            r.multicast,
                            s.bytes,
                            s.packets,
                            s.errors,
                            s.dropped,
                            0,
                            0,
                            0,
                            0));
        }
    }

    private void ifInet6(StringBuilder out) {
        for (NetDevice d : net.devices.all()) {
            for (InterfaceAddress a : d.addresses) {
                if (!a.local.isV4()) {
                    int scope = a.local.isLoopback() ? 0x10 : a.local.isLinkLocal() ? 0x20 : 0;
                    out.append("%s %02x %02x %02x %02x %8s\n"
                            .formatted(hex(a.local), d.index, a.prefixLength, scope, a.flags & 0xff, d.name));
                }
            }
        }
    }

    static String hex(IpAddress a) {
        return "%016x%016x".formatted(a.high, a.low);
    }

    /** An IPv4 address as the kernel prints it: the memory's bytes as one number of the host's order. */
    static String hex4(int address) {
        return "%08X".formatted(Integer.reverseBytes(address));
    }

    private void igmp(StringBuilder out) {
        out.append("Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
        for (NetDevice d : net.devices.all()) {
            List<IpAddress> groups =
                    d.groups.keySet().stream().filter(IpAddress::isV4).toList();
            out.append("%d\t%-10s: %5d %7s\n".formatted(d.index, d.name, groups.size() + 1, "V3"));
            out.append("\t\t\t\t%08X %5d %d:%08X\t\t%d\n".formatted(0x010000e0, 1, 0, 0, 0));
            for (IpAddress g : groups) {
                out.append("\t\t\t\t%s %5d %d:%08X\t\t%d\n".formatted(hex4(g.v4()), d.groups.get(g), 0, 0, 0));
            }
        }
    }

    private void deviceGroups(StringBuilder out) {
        for (NetDevice d : net.devices.all()) {
            if (d.isEthernet()) {
                d.groups.forEach((g, users) -> out.append("%-4d %-15s %-5d %-5d %s\n"
                        .formatted(
                                d.index,
                                d.name,
                                users,
                                0,
                                Ethernet.text(g.multicastMac()).replace(":", ""))));
            }
        }
    }

    // --- routes, neighbours ---

    private static String line127(String text) {
        return "%-127s\n".formatted(text);
    }

    private void route(StringBuilder out) {
        out.append(line127("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"));
        for (Route r : net.fib4.table(Netlink.RT_TABLE_MAIN).all()) {
            NetDevice d = r.device();
            IpAddress gateway = r.gateway();
            int flags = RTF_UP
                    | (gateway != null ? RTF_GATEWAY : 0)
                    | (r.prefixLength() == 32 ? RTF_HOST : 0)
                    | (r.type() == Netlink.RTN_UNREACHABLE || r.type() == Netlink.RTN_PROHIBIT ? RTF_REJECT : 0);
            out.append(line127("%s\t%s\t%s\t%04X\t%d\t%d\t%d\t%s\t%d\t%d\t%d"
                    .formatted(
                            d == null ? "*" : d.name,
                            hex4(r.destination().v4()),
                            hex4(gateway == null ? 0 : gateway.v4()),
                            flags,
                            0,
                            0,
                            r.metric(),
                            hex4(IpAddress.mask4(r.prefixLength())),
                            r.mtu(),
                            0,
                            0)));
        }
    }

    private void route6(StringBuilder out) {
        for (RouteTable table : net.fib6.tables()) {
            for (Route r : table.all()) {
                NetDevice d = r.device();
                IpAddress gateway = r.gateway();
                int flags = RTF_UP
                        | (gateway != null ? RTF_GATEWAY : 0)
                        | (r.prefixLength() == 128 && r.type() == Netlink.RTN_UNICAST ? RTF_HOST : 0)
                        | (r.type() == Netlink.RTN_LOCAL ? 0x80000000 : 0);
                out.append("%s %02x %s 00 %s %08x %08x %08x %08x %8s\n"
                        .formatted(
                                hex(r.destination()),
                                r.prefixLength(),
                                hex(IpAddress.ANY6),
                                hex(gateway == null ? IpAddress.ANY6 : gateway),
                                r.metric(),
                                1,
                                0,
                                flags,
                                d == null ? "lo" : d.name));
            }
        }
    }

    private void arp(StringBuilder out) {
        out.append("IP address       HW type     Flags       HW address            Mask     Device\n");
        for (NeighbourTable.Entry e : net.neighbours4.all()) {
            byte[] link = e.link;
            int flags = (e.state & Netlink.NUD_PERMANENT) != 0 ? 6 : link != null ? 2 : 0;
            out.append("%-16s 0x%-10s0x%-10s%-17s     *        %s\n"
                    .formatted(
                            e.address,
                            Integer.toHexString(e.device.type),
                            Integer.toHexString(flags),
                            Ethernet.text(link == null ? new byte[6] : link),
                            e.device.name));
        }
    }

    // --- counts ---

    private void table(StringBuilder out, String group) {
        StringBuilder labels = new StringBuilder(group).append(':');
        StringBuilder values = new StringBuilder(group).append(':');
        for (Counter c : Counter.values()) {
            if (c.group.equals(group)) {
                labels.append(' ').append(c.label);
                values.append(' ').append(value(c));
            }
        }
        out.append(labels).append('\n').append(values).append('\n');
    }

    private long value(Counter c) {
        return switch (c) {
            case IP_FORWARDING -> net.settings.forward4 ? 1 : 2;
            case IP_DEFAULT_TTL -> net.settings.defaultTtl;
            default -> net.counters.get(c);
        };
    }

    private void snmp6(StringBuilder out) {
        for (Counter c : Counter.values()) {
            if (SNMP6.contains(c.group)) {
                out.append("%-32s\t%d\n".formatted(c.group + c.label, net.counters.get(c)));
            }
        }
    }

    private int count(Iterable<? extends DatagramSock> socks, int family) {
        int n = 0;
        for (DatagramSock s : socks) {
            n += s.family == family ? 1 : 0;
        }
        return n;
    }

    private void sockstat(StringBuilder out) {
        int tcp = 0;
        int all = 0;
        for (TcpSock s : net.tcp.socks()) {
            all++;
            tcp += s.family == SockConst.AF_INET ? 1 : 0;
        }
        int waiting = net.tcp.timeWaits().size();
        int used = all + net.udp.all().size() + net.raw.all().size();
        int[] fragments = net.ipv4.reassemblyUse();
        out.append("sockets: used %d\n".formatted(used));
        out.append(
                "TCP: inuse %d orphan %d tw %d alloc %d mem 0\n".formatted(tcp, net.tcp.orphanCount(), waiting, all));
        out.append("UDP: inuse %d mem 0\n".formatted(count(net.udp.all(), SockConst.AF_INET)));
        out.append("UDPLITE: inuse 0\n");
        out.append("RAW: inuse %d\n".formatted(count(net.raw.all(), SockConst.AF_INET)));
        out.append("FRAG: inuse %d memory %d\n".formatted(fragments[0], fragments[1]));
    }

    private void sockstat6(StringBuilder out) {
        long tcp = net.tcp.socks().stream()
                .filter(s -> s.family == SockConst.AF_INET6)
                .count();
        int[] fragments = net.ipv6.reassemblyUse();
        out.append("TCP6: inuse %d\n".formatted(tcp));
        out.append("UDP6: inuse %d\n".formatted(count(net.udp.all(), SockConst.AF_INET6)));
        out.append("UDPLITE6: inuse 0\n");
        out.append("RAW6: inuse %d\n".formatted(count(net.raw.all(), SockConst.AF_INET6)));
        out.append("FRAG6: inuse %d memory %d\n".formatted(fragments[0], fragments[1]));
    }

    private static void protocols(StringBuilder out) {
        out.append(
                "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n");
        for (String name : List.of(
                "PACKET", "PINGv6", "RAWv6", "UDPv6", "TCPv6", "UNIX", "PING", "RAW", "UDP", "TCP", "NETLINK")) {
            out.append(
                    "%-9s %4d %6d  %6d   %-3s %6d   %-4s  %-10s  y  y  y  y  y  y  y  y  y  y  y  y  y  y  y  y  y  n\n"
                            .formatted(name, 1024, 0, -1, "NI", 0, "no", "kernel"));
        }
    }

    static String state(int state) {
        return "%02X".formatted(state == 0 ? InetConst.TCP_CLOSE : state).toUpperCase(Locale.ROOT);
    }
}
