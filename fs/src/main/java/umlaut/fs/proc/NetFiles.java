package umlaut.fs.proc;

import umlaut.fs.support.TreeDirectory;

/**
 * /proc/net, proc_pid_net(5), as it is without a network: headings only. The network stack puts its own files in their
 * place.
 */
final class NetFiles {
    private static final String TCP =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String UDP =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
    private static final String TCP6 =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String UDP6 = TCP6 + " ref pointer drops";

    private NetFiles() {}

    static void addTo(TreeDirectory net) {
        net.constant("arp", "IP address       HW type     Flags       HW address            Mask     Device\n");
        net.constant(
                "dev",
                "Inter-|   Receive                                                |  Transmit\n"
                        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
        net.constant("dev_mcast", "");
        net.constant("if_inet6", "");
        net.constant("igmp", "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
        net.constant("ipv6_route", "");
        net.constant(
                "netlink",
                "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n");
        net.constant("netstat", "");
        net.constant("packet", "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n");
        net.constant(
                "protocols",
                "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n");
        net.constant("raw", UDP + "\n");
        net.constant("raw6", UDP6 + "\n");
        net.constant(
                "route",
                "%-127s\n"
                        .formatted(
                                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"));
        net.constant("snmp", "");
        net.constant("snmp6", "");
        net.constant(
                "sockstat",
                "sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n");
        net.constant(
                "sockstat6",
                "TCP6: inuse 0\nUDP6: inuse 0\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n");
        net.constant("softnet_stat", "");
        net.constant("tcp", "%-149s\n".formatted(TCP));
        net.constant("tcp6", TCP6 + "\n");
        net.constant("udp", "%-127s\n".formatted(UDP));
        net.constant("udp6", UDP6 + "\n");
        net.constant("unix", "Num       RefCount Protocol Flags    Type St Inode Path\n");
        net.constant(
                "wireless",
                "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
                        + " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n");
        net.directory("stat");
    }
}
