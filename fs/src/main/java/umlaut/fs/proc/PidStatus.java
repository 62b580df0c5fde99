package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Rlimit;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.ptrace.PtraceLinks;
import umlaut.kernel.seccomp.Seccomp;
import umlaut.kernel.signal.SigAction;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.ThreadGroup;

/** proc_pid_status(5). */
final class PidStatus {
    private PidStatus() {}

    static String status(Subject subject, Task reader) {
        Task task = subject.task();
        StringBuilder out = new StringBuilder(1500);
        identity(out, subject, task, reader);
        Mm mm = subject.acquireMm();
        if (mm != null) {
            try {
                memory(out, mm);
            } finally {
                mm.release();
            }
        }
        row(out, "Threads", Math.max(1, subject.group().threads().size()));
        signals(out, subject, task);
        credentials(out, task.credentials());
        seccomp(out, task.seccomp());
        rest(out, subject, task);
        return out.toString();
    }

    private static void row(StringBuilder out, String key, Object value) {
        out.append(key).append(":\t").append(value).append('\n');
    }

    private static void identity(StringBuilder out, Subject subject, Task task, Task reader) {
        ThreadGroup group = subject.group();
        ThreadGroup parent = group.parent;
        ProcFs fs = subject.fs();
        UserNamespace ns = reader.credentials().userNs();
        row(out, "Name", escape(task.comm()));
        row(out, "Umask", "%04o".formatted(task.fs().umask()));
        TaskState state = subject.state(reader);
        row(out, "State", state.letter + " (" + describe(state) + ")");
        row(out, "Tgid", fs.seen(group.tgid));
        row(out, "Ngid", 0);
        row(out, "Pid", subject.id());
        row(out, "PPid", parent == null ? 0 : fs.seen(parent.tgid));
        ThreadGroup tracer = PtraceLinks.tracerGroup(task);
        row(out, "TracerPid", tracer == null ? 0 : fs.seen(tracer.tgid));
        Credentials c = task.credentials();
        row(
                out,
                "Uid",
                ns.showUid(c.uid()) + "\t" + ns.showUid(c.euid()) + "\t" + ns.showUid(c.suid()) + "\t"
                        + ns.showUid(c.fsuid()));
        row(
                out,
                "Gid",
                ns.showGid(c.gid()) + "\t" + ns.showGid(c.egid()) + "\t" + ns.showGid(c.sgid()) + "\t"
                        + ns.showGid(c.fsgid()));
        row(out, "FDSize", task.exited ? 0 : task.files().size());
        StringBuilder groups = new StringBuilder();
        for (int g : c.groups()) {
            groups.append(ns.showGid(g)).append(' ');
        }
        row(out, "Groups", groups);
        numbers(out, "NStgid", subject, group.tgid);
        numbers(out, "NSpid", subject, subject.thread() == null ? group.tgid : task.tid);
        numbers(out, "NSpgid", subject, group.processGroup.pgid);
        numbers(out, "NSsid", subject, group.processGroup.session.sid);
        row(out, "Kthread", 0);
    }

    /** A number in all namespaces from the instance's own inwards. */
    private static void numbers(StringBuilder out, String key, Subject subject, int pid) {
        out.append(key).append(':');
        subject.group().pidNs.show(out, subject.fs().pids, pid);
        out.append('\n');
    }

    private static String escape(String name) {
        return name.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String describe(TaskState state) {
        return switch (state) {
            case RUNNING -> "running";
            case SLEEPING -> "sleeping";
            case UNINTERRUPTIBLE -> "disk sleep";
            case STOPPED -> "stopped";
            case TRACED -> "tracing stop";
            case ZOMBIE -> "zombie";
            case DEAD -> "dead";
        };
    }

    private static void memory(StringBuilder out, Mm mm) {
        HostProcess.Memory host = HostProcess.memory(mm);
        kib(out, "VmPeak", mm.counters().peakPages() << 2);
        kib(out, "VmSize", mm.counters().totalPages() << 2);
        kib(out, "VmLck", mm.counters().lockedPages() << 2);
        kib(out, "VmPin", 0);
        kib(out, "VmHWM", host.resident() >> 10);
        kib(out, "VmRSS", host.resident() >> 10);
        kib(out, "RssAnon", host.anonymous() >> 10);
        kib(out, "RssFile", host.shared() >> 10);
        kib(out, "RssShmem", 0);
        kib(out, "VmData", mm.counters().dataPages() << 2);
        kib(out, "VmStk", mm.counters().stackPages() << 2);
        long text = Math.max(0, mm.layout.endCode - mm.layout.startCode) + 1023 >> 10;
        kib(out, "VmExe", text);
        kib(out, "VmLib", Math.max(0, (mm.counters().executablePages() << 2) - text));
        kib(out, "VmPTE", mm.counters().totalPages() >> 9 << 2);
        kib(out, "VmSwap", 0);
        kib(out, "HugetlbPages", 0);
        row(out, "CoreDumping", 0);
        row(out, "THP_enabled", 1);
        row(out, "untag_mask", "0xffffffffffffffff");
    }

    private static void kib(StringBuilder out, String key, long kib) {
        out.append(key).append(":\t").append("%8d".formatted(kib)).append(" kB\n");
    }

    private static void signals(StringBuilder out, Subject subject, Task task) {
        int queued =
                task.kernel.users.of(task.credentials().uid()).pendingSignals.get();
        row(out, "SigQ", queued + "/" + Math.max(0, subject.group().limits.soft(Rlimit.RLIMIT_SIGPENDING)));
        mask(out, "SigPnd", task.pending.mask());
        mask(out, "ShdPnd", subject.group().shared.mask());
        mask(out, "SigBlk", task.blockedSignals());
        mask(out, "SigIgn", ignored(subject.group()));
        mask(out, "SigCgt", caught(subject.group()));
    }

    private static void mask(StringBuilder out, String key, long bits) {
        row(out, key, "%016x".formatted(bits));
    }

    static long ignored(ThreadGroup group) {
        return handled(group, true);
    }

    static long caught(ThreadGroup group) {
        return handled(group, false);
    }

    private static long handled(ThreadGroup group, boolean ignored) {
        long bits = 0;
        for (int signo = 1; signo <= 64; signo++) {
            long handler = group.handlers().get(signo).handler();
            if (ignored ? handler == SigAction.SIG_IGN : handler != SigAction.SIG_IGN && handler != SigAction.SIG_DFL) {
                bits |= 1L << signo - 1;
            }
        }
        return bits;
    }

    private static void credentials(StringBuilder out, Credentials c) {
        mask(out, "CapInh", c.inheritable());
        mask(out, "CapPrm", c.permitted());
        mask(out, "CapEff", c.effective());
        mask(out, "CapBnd", c.bounding());
        mask(out, "CapAmb", c.ambient());
        row(out, "NoNewPrivs", c.noNewPrivs() ? 1 : 0);
    }

    private static void seccomp(StringBuilder out, @Nullable Seccomp state) {
        row(out, "Seccomp", state == null ? 0 : state.mode());
        row(out, "Seccomp_filters", state == null ? 0 : state.filters());
    }

    private static void rest(StringBuilder out, Subject subject, Task task) {
        row(out, "Speculation_Store_Bypass", "vulnerable");
        row(out, "SpeculationIndirectBranch", "always enabled");
        long cpus = Processors.mask(subject.fs().kernel);
        long allowed = task.settings.cpuMask & cpus;
        row(out, "Cpus_allowed", Long.toHexString(allowed));
        row(out, "Cpus_allowed_list", Processors.list(allowed));
        row(out, "Mems_allowed", "1");
        row(out, "Mems_allowed_list", "0");
        row(out, "voluntary_ctxt_switches", task.accounting.voluntarySwitches);
        row(out, "nonvoluntary_ctxt_switches", task.accounting.involuntarySwitches);
    }
}
