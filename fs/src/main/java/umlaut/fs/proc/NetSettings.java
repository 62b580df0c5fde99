package umlaut.fs.proc;

import static umlaut.fs.proc.SysctlTree.number;
import static umlaut.fs.proc.SysctlTree.numbers;
import static umlaut.fs.proc.SysctlTree.text;

import umlaut.fs.support.TreeDirectory;

/**
 * /proc/sys/net, Documentation/admin-guide/sysctl/net.rst and networking/ip-sysctl.rst: the settings that programs look
 * at. The network stack replaces those it obeys.
 */
final class NetSettings {
    private static final long INT_MAX = Integer.MAX_VALUE;

    private NetSettings() {}

    static void addTo(TreeDirectory net) {
        TreeDirectory core = net.directory("core");
        number(core, "bpf_jit_enable", 1, 0, 2);
        text(core, "default_qdisc", "pfifo_fast", 15);
        number(core, "netdev_max_backlog", 1000, 0, INT_MAX);
        number(core, "optmem_max", 131072, 0, INT_MAX);
        number(core, "rmem_default", 212992, 2304, INT_MAX);
        number(core, "rmem_max", 4194304, 2304, INT_MAX);
        number(core, "somaxconn", 4096, 0, INT_MAX);
        number(core, "wmem_default", 212992, 4608, INT_MAX);
        number(core, "wmem_max", 4194304, 4608, INT_MAX);
        ipv4(net.directory("ipv4"));
        TreeDirectory unix = net.directory("unix");
        number(unix, "max_dgram_qlen", 512, 0, INT_MAX);
        for (String which : new String[] {"all", "default", "lo"}) {
            TreeDirectory conf = net.directory("ipv6").directory("conf").directory(which);
            number(conf, "disable_ipv6", 0, 0, 1);
            number(conf, "forwarding", 0, 0, 1);
            number(conf, "accept_ra", 1, 0, 2);
            number(conf, "autoconf", 1, 0, 1);
        }
        number(net.directory("ipv6"), "bindv6only", 0, 0, 1);
    }

    private static void ipv4(TreeDirectory ipv4) {
        number(ipv4, "icmp_echo_ignore_all", 0, 0, 1);
        number(ipv4, "icmp_echo_ignore_broadcasts", 1, 0, 1);
        number(ipv4, "ip_default_ttl", 64, 1, 255);
        number(ipv4, "ip_forward", 0, 0, 1);
        numbers(ipv4, "ip_local_port_range", "32768 60999");
        number(ipv4, "ip_nonlocal_bind", 0, 0, 1);
        number(ipv4, "ip_unprivileged_port_start", 1024, 0, 65535);
        numbers(ipv4, "ping_group_range", "0 2147483647");
        text(ipv4, "tcp_allowed_congestion_control", "reno cubic", 255);
        text(ipv4, "tcp_available_congestion_control", "reno cubic", 255);
        text(ipv4, "tcp_congestion_control", "cubic", 15);
        number(ipv4, "tcp_fastopen", 1, 0, INT_MAX);
        number(ipv4, "tcp_fin_timeout", 60, 1, INT_MAX);
        number(ipv4, "tcp_keepalive_intvl", 75, 1, 32767);
        number(ipv4, "tcp_keepalive_probes", 9, 1, 127);
        number(ipv4, "tcp_keepalive_time", 7200, 1, 32767);
        number(ipv4, "tcp_max_syn_backlog", 4096, 0, INT_MAX);
        number(ipv4, "tcp_retries2", 15, 0, 255);
        numbers(ipv4, "tcp_rmem", "4096 131072 33554432");
        number(ipv4, "tcp_sack", 1, 0, 1);
        number(ipv4, "tcp_syn_retries", 6, 1, 127);
        number(ipv4, "tcp_syncookies", 1, 0, 2);
        number(ipv4, "tcp_timestamps", 1, 0, 2);
        number(ipv4, "tcp_tw_reuse", 2, 0, 2);
        number(ipv4, "tcp_window_scaling", 1, 0, 1);
        numbers(ipv4, "tcp_wmem", "4096 16384 4194304");
        for (String which : new String[] {"all", "default", "lo"}) {
            TreeDirectory conf = ipv4.directory("conf").directory(which);
            number(conf, "accept_redirects", 1, 0, 1);
            number(conf, "arp_ignore", 0, 0, 8);
            number(conf, "forwarding", 0, 0, 1);
            number(conf, "rp_filter", 0, 0, 2);
            number(conf, "send_redirects", 1, 0, 1);
        }
    }
}
