package umlaut.fs.proc;

import static umlaut.fs.proc.SysctlTree.number;
import static umlaut.fs.proc.SysctlTree.numbers;
import static umlaut.fs.proc.SysctlTree.readOnly;
import static umlaut.fs.proc.SysctlTree.text;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.Kernel;
import umlaut.kernel.UtsName;
import umlaut.kernel.coredump.CoreSettings;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskTable;

/** /proc/sys/kernel, Documentation/admin-guide/sysctl/kernel.rst. */
final class KernelSettings {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final int HOST_NAME_MAX = 64;

    private static final int CORE_PATTERN_MAX = 127;

    private KernelSettings() {}

    private static UtsName uts(Kernel of, @Nullable Task reader) {
        return reader == null ? of.uts : reader.ns().uts();
    }

    static void addTo(TreeDirectory kernel, Kernel of) {
        readOnly(kernel, "ostype", () -> UtsName.SYSNAME);
        readOnly(kernel, "osrelease", () -> UtsName.RELEASE);
        readOnly(kernel, "version", () -> UtsName.VERSION);
        kernel.setting(
                "hostname",
                t -> uts(of, t).hostname() + "\n",
                (t, text) -> uts(of, t).setHostname(SysctlTree.line(t, text, HOST_NAME_MAX)));
        kernel.setting(
                "domainname",
                t -> uts(of, t).domainname() + "\n",
                (t, text) -> uts(of, t).setDomainname(SysctlTree.line(t, text, HOST_NAME_MAX)));
        readOnly(kernel, "cap_last_cap", () -> Capability.CAP_LAST_CAP);
        readOnly(kernel, "ngroups_max", () -> Limits.NGROUPS_MAX);
        readOnly(kernel, "bootloader_type", () -> 0);
        readOnly(kernel, "bootloader_version", () -> 0);
        readOnly(kernel, "max_lock_depth", () -> 1024);
        readOnly(kernel, "tainted", () -> 0);
        tasks(kernel, of);
        security(kernel);
        IpcSysctl.addTo(kernel);
        core(kernel, of.coreSettings);
        misc(kernel);
        random(kernel.directory("random"));
        TreeDirectory seccomp = kernel.directory("seccomp");
        readOnly(seccomp, "actions_avail", () -> "kill_process kill_thread trap errno user_notif trace log allow");
        text(seccomp, "actions_logged", "kill_process kill_thread trap errno user_notif trace log", 256);
        TreeDirectory keys = kernel.directory("keys");
        SysctlTree.kept(keys, "maxbytes", of.limits.userKeyBytes, 0, INT_MAX);
        SysctlTree.kept(keys, "maxkeys", of.limits.userKeys, 0, INT_MAX);
        SysctlTree.kept(keys, "root_maxbytes", of.limits.rootKeyBytes, 0, INT_MAX);
        SysctlTree.kept(keys, "root_maxkeys", of.limits.rootKeys, 0, INT_MAX);
        number(keys, "gc_delay", 300, 0, INT_MAX);
        TreeDirectory pty = kernel.directory("pty");
        number(pty, "max", 4096, 0, INT_MAX);
        number(pty, "reserve", 1024, 0, INT_MAX);
        readOnly(pty, "nr", () -> 0);
    }

    private static void tasks(TreeDirectory kernel, Kernel of) {
        number(kernel, "pid_max", TaskTable.PID_MAX, 301, TaskTable.PID_MAX);
        number(kernel, "threads-max", of.config.pidsLimit() > 0 ? of.config.pidsLimit() : 192_000, 20, INT_MAX);
        kernel.setting(
                "ns_last_pid",
                0666,
                t -> of.tasks.lastPid(t == null ? null : t.group.pidNs) + "\n",
                (t, text) -> setLastPid(of, t, text));
        number(kernel, "sched_autogroup_enabled", 0, 0, 1);
        number(kernel, "sched_child_runs_first", 0, 0, 1);
        number(kernel, "sched_rr_timeslice_ms", 100, 1, INT_MAX);
        number(kernel, "sched_rt_period_us", 1_000_000, 1, INT_MAX);
        number(kernel, "sched_rt_runtime_us", 950_000, -1, INT_MAX);
        number(kernel, "sched_schedstats", 0, 0, 1);
        number(kernel, "timer_migration", 1, 0, 1);
        number(kernel, "numa_balancing", 0, 0, 1);
    }

    /** Open to everybody who may restore processes in the namespace, as Linux checks when the file is written. */
    private static void setLastPid(Kernel kernel, Task task, String text) {
        PidNamespace ns = task.group.pidNs;
        if (!task.credentials().capableIn(ns.owner(), Capability.CAP_SYS_ADMIN)
                && !task.credentials().capableIn(ns.owner(), Capability.CAP_CHECKPOINT_RESTORE)) {
            throw Errno.EPERM.exception();
        }
        long pid = PidSettings.number(text.strip());
        if (pid < 0 || pid > TaskTable.PID_MAX) {
            throw Errno.EINVAL.exception();
        }
        kernel.tasks.setLastPid(ns, (int) pid);
    }

    private static void security(TreeDirectory kernel) {
        number(kernel, "dmesg_restrict", 0, 0, 1);
        number(kernel, "kptr_restrict", 1, 0, 2);
        number(kernel, "io_uring_disabled", 2, 2, 2);
        number(kernel, "kexec_load_disabled", 1, 1, 1);
        number(kernel, "perf_event_max_sample_rate", 100_000, 1, INT_MAX);
        number(kernel, "perf_event_mlock_kb", 516, 0, INT_MAX);
        number(kernel, "perf_event_paranoid", 3, -1, 4);
        number(kernel, "randomize_va_space", 2, 0, 2);
        number(kernel, "unprivileged_bpf_disabled", 2, 0, 2);
        number(kernel, "overflowgid", 65534, 0, 65535);
        number(kernel, "overflowuid", 65534, 0, 65535);
        TreeDirectory yama = kernel.directory("yama");
        number(yama, "ptrace_scope", 0, 0, 3);
    }

    private static void core(TreeDirectory kernel, CoreSettings core) {
        kernel.setting(
                "core_pattern",
                t -> core.pattern + "\n",
                (t, text) -> core.pattern = SysctlTree.line(t, text, CORE_PATTERN_MAX));
        SysctlTree.number(kernel, "core_pipe_limit", Integer.MAX_VALUE, () -> core.pipeLimit, n -> core.pipeLimit = n);
        SysctlTree.number(kernel, "core_uses_pid", 1, () -> core.usesPid, n -> core.usesPid = n);
    }

    private static void misc(TreeDirectory kernel) {
        number(kernel, "ctrl-alt-del", 0, 0, 1);
        number(kernel, "ftrace_dump_on_oops", 0, 0, 2);
        number(kernel, "hung_task_timeout_secs", 0, 0, INT_MAX);
        number(kernel, "nmi_watchdog", 0, 0, 1);
        number(kernel, "panic", 0, Integer.MIN_VALUE, INT_MAX);
        number(kernel, "panic_on_oops", 0, 0, 1);
        number(kernel, "panic_on_warn", 0, 0, 1);
        text(kernel, "poweroff_cmd", "/sbin/poweroff", 255);
        text(kernel, "modprobe", "/sbin/modprobe", 255);
        text(kernel, "hotplug", "", 255);
        numbers(kernel, "printk", "4 4 1 7");
        number(kernel, "printk_delay", 0, 0, 10000);
        text(kernel, "printk_devkmsg", "on", 10);
        number(kernel, "printk_ratelimit", 5, 0, INT_MAX);
        number(kernel, "printk_ratelimit_burst", 10, 0, INT_MAX);
        number(kernel, "soft_watchdog", 0, 0, 1);
        number(kernel, "sysrq", 0, 0, 511);
        number(kernel, "watchdog", 0, 0, 1);
        number(kernel, "watchdog_thresh", 10, 0, 60);
    }

    private static void random(TreeDirectory random) {
        UUID boot = UUID.randomUUID();
        readOnly(random, "boot_id", () -> boot);
        readOnly(random, "uuid", UUID::randomUUID);
        readOnly(random, "entropy_avail", () -> 256);
        readOnly(random, "poolsize", () -> 256);
        number(random, "urandom_min_reseed_secs", 60, 0, INT_MAX);
        number(random, "write_wakeup_threshold", 256, 0, INT_MAX);
    }
}
