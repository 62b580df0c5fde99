package umlaut.net.proc;

import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.kernel.KernelFiles;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.net.Network;
import umlaut.net.core.NetSettings;

/** The settings below /proc/sys/net that the stack obeys (Documentation/networking/ip-sysctl.rst). */
public final class NetSysctl {
    private static final int MAX = Integer.MAX_VALUE;

    private final KernelFiles files;
    private final Network network;

    private NetSysctl(KernelFiles files, Network network) {
        this.files = files;
        this.network = network;
    }

    /** Adds the files. */
    public static void addTo(KernelFiles files, Network network) {
        NetSysctl sysctl = new NetSysctl(files, network);
        sysctl.core();
        sysctl.ip();
        sysctl.tcp();
    }

    // --- kinds ---

    private void setting(String path, KernelFiles.Source source, KernelFiles.Sink sink) {
        files.setting("sys/net/" + path, source, sink, this::administers);
    }

    /** net_ctl_permissions: whoever administers the namespace whose settings are seen may change them. */
    private boolean administers(Credentials who) {
        Task task = network.currentTask();
        return task != null && who.capableIn(task.ns().net().owner(), Capability.CAP_NET_ADMIN);
    }

    private void number(
            String path, int low, int high, ToIntFunction<NetSettings> get, ObjIntConsumer<NetSettings> set) {
        setting(path, reader -> get.applyAsInt(of(reader)) + "\n", (writer, text) -> {
            int value = (int) parse(text.strip());
            if (value < low || value > high) {
                throw Errno.EINVAL.exception();
            }
            set.accept(of(writer), value);
        });
    }

    /** Each shows and sets the namespace of who reads and writes. */
    private NetSettings of(Task task) {
        return network.namespaceOf(task).settings;
    }

    private interface BooleanSetter {
        void set(NetSettings settings, boolean on);
    }

    private void flag(String path, Predicate<NetSettings> get, BooleanSetter set) {
        number(path, 0, 1, s -> get.test(s) ? 1 : 0, (s, v) -> set.set(s, v != 0));
    }

    private static long parse(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    private interface Numbers {
        long[] get(NetSettings settings);
    }

    private interface NumbersSetter {
        void set(NetSettings settings, long[] values);
    }

    private void numbers(String path, Numbers get, NumbersSetter set) {
        setting(
                path,
                reader -> {
                    StringBuilder out = new StringBuilder();
                    for (long v : get.get(of(reader))) {
                        out.append(out.isEmpty() ? "" : "\t").append(v);
                    }
                    return out.append('\n').toString();
                },
                (writer, text) -> {
                    long[] values = get.get(of(writer)).clone();
                    String[] words = text.strip().split("\\s+");
                    for (int i = 0; i < Math.min(words.length, values.length); i++) {
                        values[i] = parse(words[i]);
                    }
                    set.set(of(writer), values);
                });
    }

    private static void demand(boolean condition) {
        if (!condition) {
            throw Errno.EINVAL.exception();
        }
    }

    // --- settings ---

    private void core() {
        number("core/somaxconn", 0, MAX, s -> s.somaxconn, (s, v) -> s.somaxconn = v);
        number("core/rmem_default", 2304, MAX, s -> s.rmemDefault, (s, v) -> s.rmemDefault = v);
        number("core/rmem_max", 2304, MAX, s -> s.rmemMax, (s, v) -> s.rmemMax = v);
        number("core/wmem_default", 4608, MAX, s -> s.wmemDefault, (s, v) -> s.wmemDefault = v);
        number("core/wmem_max", 4608, MAX, s -> s.wmemMax, (s, v) -> s.wmemMax = v);
    }

    private void ip() {
        number("ipv4/ip_default_ttl", 1, 255, s -> s.defaultTtl, (s, v) -> s.defaultTtl = v);
        flag("ipv4/ip_forward", s -> s.forward4, (s, v) -> s.forward4 = v);
        flag("ipv4/ip_nonlocal_bind", s -> s.nonlocalBind, (s, v) -> s.nonlocalBind = v);
        flag("ipv4/icmp_echo_ignore_all", s -> s.icmpEchoIgnoreAll, (s, v) -> s.icmpEchoIgnoreAll = v);
        flag(
                "ipv4/icmp_echo_ignore_broadcasts",
                s -> s.icmpEchoIgnoreBroadcasts,
                (s, v) -> s.icmpEchoIgnoreBroadcasts = v);
        number("ipv4/icmp_ratelimit", 0, MAX, s -> s.icmpRateLimitMs, (s, v) -> s.icmpRateLimitMs = v);
        number(
                "ipv4/ip_unprivileged_port_start",
                0,
                65535,
                s -> s.unprivilegedPortStart,
                (s, v) -> s.unprivilegedPortStart = v);
        numbers("ipv4/ip_local_port_range", s -> new long[] {s.localPortLow, s.localPortHigh}, (s, v) -> {
            demand(v[0] >= 1 && v[0] <= v[1] && v[1] <= 65535);
            s.localPortLow = (int) v[0];
            s.localPortHigh = (int) v[1];
        });
        numbers("ipv4/ping_group_range", s -> new long[] {s.pingGroupLow, s.pingGroupHigh}, (s, v) -> {
            s.pingGroupLow = v[0];
            s.pingGroupHigh = v[1];
        });
        number("ipv4/igmp_max_memberships", 0, MAX, s -> s.igmpMaxMemberships, (s, v) -> s.igmpMaxMemberships = v);
        flag("ipv6/bindv6only", s -> s.bindV6Only, (s, v) -> s.bindV6Only = v);
        flag("ipv6/conf/all/forwarding", s -> s.forward6, (s, v) -> s.forward6 = v);
        flag("ipv4/conf/all/forwarding", s -> s.forward4, (s, v) -> s.forward4 = v);
    }

    private void tcp() {
        number("ipv4/tcp_syn_retries", 1, 127, s -> s.synRetries, (s, v) -> s.synRetries = v);
        number("ipv4/tcp_synack_retries", 0, 255, s -> s.synackRetries, (s, v) -> s.synackRetries = v);
        number("ipv4/tcp_retries1", 0, 255, s -> s.retries1, (s, v) -> s.retries1 = v);
        number("ipv4/tcp_retries2", 0, 255, s -> s.retries2, (s, v) -> s.retries2 = v);
        number("ipv4/tcp_orphan_retries", 0, 255, s -> s.orphanRetries, (s, v) -> s.orphanRetries = v);
        number("ipv4/tcp_fin_timeout", 0, MAX / 1000, s -> s.finTimeout, (s, v) -> s.finTimeout = v);
        number("ipv4/tcp_keepalive_time", 1, 32767, s -> s.keepaliveTime, (s, v) -> s.keepaliveTime = v);
        number("ipv4/tcp_keepalive_probes", 1, 127, s -> s.keepaliveProbes, (s, v) -> s.keepaliveProbes = v);
        number("ipv4/tcp_keepalive_intvl", 1, 32767, s -> s.keepaliveInterval, (s, v) -> s.keepaliveInterval = v);
        number("ipv4/tcp_max_syn_backlog", 0, MAX, s -> s.maxSynBacklog, (s, v) -> s.maxSynBacklog = v);
        number("ipv4/tcp_syncookies", 0, 2, s -> s.synCookies, (s, v) -> s.synCookies = v);
        flag("ipv4/tcp_sack", s -> s.sack, (s, v) -> s.sack = v);
        flag("ipv4/tcp_dsack", s -> s.dsack, (s, v) -> s.dsack = v);
        number("ipv4/tcp_timestamps", 0, 2, s -> s.timestamps, (s, v) -> s.timestamps = v);
        flag("ipv4/tcp_window_scaling", s -> s.windowScaling, (s, v) -> s.windowScaling = v);
        number("ipv4/tcp_tw_reuse", 0, 2, s -> s.twReuse, (s, v) -> s.twReuse = v);
        number("ipv4/tcp_max_tw_buckets", 0, 1 << 20, s -> s.maxTwBuckets, (s, v) -> s.maxTwBuckets = v);
        flag("ipv4/tcp_abort_on_overflow", s -> s.abortOnOverflow, (s, v) -> s.abortOnOverflow = v);
        flag("ipv4/tcp_slow_start_after_idle", s -> s.slowStartAfterIdle, (s, v) -> s.slowStartAfterIdle = v);
        flag("ipv4/tcp_rfc1337", s -> s.rfc1337, (s, v) -> s.rfc1337 = v);
        number("ipv4/tcp_challenge_ack_limit", 0, MAX, s -> s.challengeAckLimit, (s, v) -> s.challengeAckLimit = v);
        number("ipv4/tcp_notsent_lowat", -1, MAX, s -> s.notsentLowat, (s, v) -> s.notsentLowat = v);
        number("ipv4/tcp_early_retrans", 0, 4, s -> s.earlyRetrans, (s, v) -> s.earlyRetrans = v);
        buffers("ipv4/tcp_rmem", s -> s.tcpRmem, (s, v) -> s.tcpRmem = v);
        buffers("ipv4/tcp_wmem", s -> s.tcpWmem, (s, v) -> s.tcpWmem = v);
        setting("ipv4/tcp_congestion_control", r -> of(r).congestionControl + "\n", (w, text) -> {
            of(w).congestionControl = known(text.strip());
        });
        setting("ipv4/tcp_allowed_congestion_control", r -> of(r).allowedCongestionControl + "\n", (w, text) -> {
            for (String word : text.strip().split("\\s+")) {
                known(word);
            }
            of(w).allowedCongestionControl = text.strip();
        });
        files.text("sys/net/ipv4/tcp_available_congestion_control", r -> "reno cubic\n");
    }

    private static String known(String name) {
        if (!name.equals("reno") && !name.equals("cubic")) {
            throw Errno.ENOENT.exception();
        }
        return name;
    }

    private interface Three {
        int[] get(NetSettings settings);
    }

    private interface ThreeSetter {
        void set(NetSettings settings, int[] values);
    }

    private void buffers(String path, Three get, ThreeSetter set) {
        numbers(
                path,
                s -> {
                    int[] v = get.get(s);
                    return new long[] {v[0], v[1], v[2]};
                },
                (s, v) -> {
                    demand(v[0] >= 1 && v[1] >= 1 && v[2] >= 1 && v[2] <= MAX);
                    set.set(s, new int[] {(int) v[0], (int) v[1], (int) v[2]});
                });
    }
}
