package umlaut.net.proc;

import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import umlaut.abi.Errno;
import umlaut.kernel.KernelFiles;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetSettings;

/** The settings below /proc/sys/net that the stack obeys (Documentation/networking/ip-sysctl.rst). */
public final class NetSysctl {
    private static final int MAX = Integer.MAX_VALUE;

    private final KernelFiles files;
    private final NetNamespace net;

    private NetSysctl(KernelFiles files, NetNamespace net) {
        this.files = files;
        this.net = net;
    }

    /** Adds the files of a namespace. */
    public static void addTo(KernelFiles files, NetNamespace net) {
        NetSysctl sysctl = new NetSysctl(files, net);
        sysctl.core();
        sysctl.ip();
        sysctl.tcp();
        sysctl.devices();
    }

    // --- kinds ---

    private void number(String path, int low, int high, IntSupplier get, IntConsumer set) {
        files.setting("sys/net/" + path, reader -> get.getAsInt() + "\n", (writer, text) -> {
            int value = (int) parse(text.strip());
            if (value < low || value > high) {
                throw Errno.EINVAL.exception();
            }
            set.accept(value);
        });
    }

    private interface BooleanSetter {
        void set(boolean on);
    }

    private void flag(String path, BooleanSupplier get, BooleanSetter set) {
        number(path, 0, 1, () -> get.getAsBoolean() ? 1 : 0, v -> set.set(v != 0));
    }

    private static long parse(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    private interface Numbers {
        long[] get();
    }

    private interface NumbersSetter {
        void set(long[] values);
    }

    private void numbers(String path, Numbers get, NumbersSetter set) {
        files.setting(
                "sys/net/" + path,
                reader -> {
                    StringBuilder out = new StringBuilder();
                    for (long v : get.get()) {
                        out.append(out.isEmpty() ? "" : "\t").append(v);
                    }
                    return out.append('\n').toString();
                },
                (writer, text) -> {
                    long[] values = get.get().clone();
                    String[] words = text.strip().split("\\s+");
                    for (int i = 0; i < Math.min(words.length, values.length); i++) {
                        values[i] = parse(words[i]);
                    }
                    set.set(values);
                });
    }

    private static void demand(boolean condition) {
        if (!condition) {
            throw Errno.EINVAL.exception();
        }
    }

    // --- settings ---

    private void core() {
        NetSettings s = net.settings;
        number("core/somaxconn", 0, MAX, () -> s.somaxconn, v -> s.somaxconn = v);
        number("core/rmem_default", 2304, MAX, () -> s.rmemDefault, v -> s.rmemDefault = v);
        number("core/rmem_max", 2304, MAX, () -> s.rmemMax, v -> s.rmemMax = v);
        number("core/wmem_default", 4608, MAX, () -> s.wmemDefault, v -> s.wmemDefault = v);
        number("core/wmem_max", 4608, MAX, () -> s.wmemMax, v -> s.wmemMax = v);
    }

    private void ip() {
        NetSettings s = net.settings;
        number("ipv4/ip_default_ttl", 1, 255, () -> s.defaultTtl, v -> s.defaultTtl = v);
        flag("ipv4/ip_forward", () -> s.forward4, this::setForward4);
        flag("ipv4/ip_nonlocal_bind", () -> s.nonlocalBind, v -> s.nonlocalBind = v);
        flag("ipv4/icmp_echo_ignore_all", () -> s.icmpEchoIgnoreAll, v -> s.icmpEchoIgnoreAll = v);
        flag("ipv4/icmp_echo_ignore_broadcasts", () -> s.icmpEchoIgnoreBroadcasts, v -> s.icmpEchoIgnoreBroadcasts = v);
        number(
                "ipv4/ip_unprivileged_port_start",
                0,
                65535,
                () -> s.unprivilegedPortStart,
                v -> s.unprivilegedPortStart = v);
        numbers("ipv4/ip_local_port_range", () -> new long[] {s.localPortLow, s.localPortHigh}, v -> {
            demand(v[0] >= 1 && v[0] <= v[1] && v[1] <= 65535);
            s.localPortLow = (int) v[0];
            s.localPortHigh = (int) v[1];
        });
        numbers("ipv4/ping_group_range", () -> new long[] {s.pingGroupLow, s.pingGroupHigh}, v -> {
            s.pingGroupLow = v[0];
            s.pingGroupHigh = v[1];
        });
        number("ipv4/igmp_max_memberships", 0, MAX, () -> s.igmpMaxMemberships, v -> s.igmpMaxMemberships = v);
        flag("ipv6/bindv6only", () -> s.bindV6Only, v -> s.bindV6Only = v);
        flag("ipv6/conf/all/forwarding", () -> s.forward6, v -> s.forward6 = v);
        flag("ipv4/conf/all/forwarding", () -> s.forward4, this::setForward4);
    }

    private void setForward4(boolean on) {
        net.settings.forward4 = on;
        net.lock();
        try {
            net.devices.all().forEach(d -> d.conf.forwarding4 = on);
        } finally {
            net.unlock();
        }
    }

    private void tcp() {
        NetSettings s = net.settings;
        number("ipv4/tcp_syn_retries", 1, 127, () -> s.synRetries, v -> s.synRetries = v);
        number("ipv4/tcp_synack_retries", 0, 255, () -> s.synackRetries, v -> s.synackRetries = v);
        number("ipv4/tcp_retries1", 0, 255, () -> s.retries1, v -> s.retries1 = v);
        number("ipv4/tcp_retries2", 0, 255, () -> s.retries2, v -> s.retries2 = v);
        number("ipv4/tcp_orphan_retries", 0, 255, () -> s.orphanRetries, v -> s.orphanRetries = v);
        number("ipv4/tcp_fin_timeout", 0, MAX / 1000, () -> s.finTimeout, v -> s.finTimeout = v);
        number("ipv4/tcp_keepalive_time", 1, 32767, () -> s.keepaliveTime, v -> s.keepaliveTime = v);
        number("ipv4/tcp_keepalive_probes", 1, 127, () -> s.keepaliveProbes, v -> s.keepaliveProbes = v);
        number("ipv4/tcp_keepalive_intvl", 1, 32767, () -> s.keepaliveInterval, v -> s.keepaliveInterval = v);
        number("ipv4/tcp_max_syn_backlog", 0, MAX, () -> s.maxSynBacklog, v -> s.maxSynBacklog = v);
        number("ipv4/tcp_syncookies", 0, 2, () -> s.synCookies, v -> s.synCookies = v);
        flag("ipv4/tcp_sack", () -> s.sack, v -> s.sack = v);
        number("ipv4/tcp_timestamps", 0, 2, () -> s.timestamps, v -> s.timestamps = v);
        flag("ipv4/tcp_window_scaling", () -> s.windowScaling, v -> s.windowScaling = v);
        number("ipv4/tcp_tw_reuse", 0, 2, () -> s.twReuse, v -> s.twReuse = v);
        number("ipv4/tcp_max_tw_buckets", 0, 1 << 20, () -> s.maxTwBuckets, v -> s.maxTwBuckets = v);
        flag("ipv4/tcp_abort_on_overflow", () -> s.abortOnOverflow, v -> s.abortOnOverflow = v);
        flag("ipv4/tcp_slow_start_after_idle", () -> s.slowStartAfterIdle, v -> s.slowStartAfterIdle = v);
        flag("ipv4/tcp_rfc1337", () -> s.rfc1337, v -> s.rfc1337 = v);
        number("ipv4/tcp_challenge_ack_limit", 0, MAX, () -> s.challengeAckLimit, v -> s.challengeAckLimit = v);
        number("ipv4/tcp_notsent_lowat", -1, MAX, () -> s.notsentLowat, v -> s.notsentLowat = v);
        number("ipv4/tcp_early_retrans", 0, 4, () -> s.earlyRetrans, v -> s.earlyRetrans = v);
        buffers("ipv4/tcp_rmem", () -> s.tcpRmem, v -> s.tcpRmem = v);
        buffers("ipv4/tcp_wmem", () -> s.tcpWmem, v -> s.tcpWmem = v);
        files.setting("sys/net/ipv4/tcp_congestion_control", r -> s.congestionControl + "\n", (w, text) -> {
            s.congestionControl = known(text.strip());
        });
        files.setting("sys/net/ipv4/tcp_allowed_congestion_control", r -> s.allowedCongestionControl + "\n", (w, text) -> {
            for (String word : text.strip().split("\\s+")) {
                known(word);
            }
            s.allowedCongestionControl = text.strip();
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
        int[] get();
    }

    private interface ThreeSetter {
        void set(int[] values);
    }

    private void buffers(String path, Three get, ThreeSetter set) {
        numbers(
                path,
                () -> {
                    int[] v = get.get();
                    return new long[] {v[0], v[1], v[2]};
                },
                v -> {
                    demand(v[0] >= 1 && v[1] >= 1 && v[2] >= 1 && v[2] <= MAX);
                    set.set(new int[] {(int) v[0], (int) v[1], (int) v[2]});
                });
    }

    private void devices() {
        NetDevice lo = net.loopback;
        flag("ipv6/conf/lo/disable_ipv6", () -> lo.conf.disable6, v -> lo.conf.disable6 = v);
    }
}
