package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Clock;
import umlaut.abi.Rlimit;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.MmLayout;
import umlaut.kernel.task.CpuTimes;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskSettings;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.tty.Tty;

/** proc_pid_stat(5) and proc_pid_statm(5). Addresses are only told to those who could trace the process. */
final class PidStat {
    private static final int PAGE = 4096;
    private static final int PF_FORKNOEXEC = 0x40;
    private static final int PF_RANDOMIZE = 0x400000;

    private PidStat() {}

    static String stat(Subject subject, Task reader) {
        Task task = subject.task();
        ThreadGroup group = subject.group();
        Mm mm = subject.acquireMm();
        try {
            StringBuilder out = new StringBuilder(400);
            out.append(subject.id()).append(" (").append(task.comm()).append(") ");
            out.append(subject.state(reader).letter);
            identity(out, subject.fs(), group);
            times(out, subject, group, task, reader.ns().time().offsetNs(Clock.CLOCK_BOOTTIME));
            boolean see = PtraceAccess.may(reader, task);
            MmLayout layout = mm == null || !see ? null : mm.layout;
            put(out, mm == null ? 0 : mm.counters().totalPages() * PAGE);
            put(out, mm == null ? 0 : mm.space().residentBytes() / PAGE);
            out.append(' ').append(Long.toUnsignedString(group.limits.soft(Rlimit.RLIMIT_RSS)));
            put(out, layout == null ? mm == null ? 0 : 1 : layout.startCode);
            put(out, layout == null ? mm == null ? 0 : 1 : layout.endCode);
            put(out, layout == null ? 0 : layout.startStack);
            out.append(" 0 0");
            signals(out, task);
            put(out, 0); // wchan
            out.append(" 0 0");
            put(out, subject.wholeProcess() || task.isLeader() ? group.exitSignal : -1);
            scheduling(out, task);
            layout(out, layout);
            put(out, see ? Math.max(0, group.exitStatus()) : 0);
            return out.append('\n').toString();
        } finally {
            if (mm != null) {
                mm.release();
            }
        }
    }

    private static void put(StringBuilder out, long value) {
        out.append(' ').append(value);
    }

    private static void identity(StringBuilder out, ProcFs fs, ThreadGroup group) {
        ThreadGroup parent = group.parent;
        put(out, parent == null ? 0 : fs.seen(parent.tgid));
        put(out, fs.seen(group.processGroup.pgid));
        put(out, fs.seen(group.processGroup.session.sid));
        Tty tty = group.processGroup.session.tty;
        put(out, tty == null ? 0 : (int) tty.device);
        put(out, tty == null || tty.foregroundId() < 0 ? -1 : fs.seen(tty.foregroundId()));
        put(out, PF_RANDOMIZE | (group.execed ? 0 : PF_FORKNOEXEC));
    }

    private static void times(StringBuilder out, Subject subject, ThreadGroup group, Task task, long bootOffsetNs) {
        out.append(" 0 0 0 0"); // faults are the host's
        put(out, CpuTimes.ticks(PidCounters.cpuNs(subject)));
        put(out, CpuTimes.ticks(subject.wholeProcess() ? CpuTimes.systemOfGroup(group) : CpuTimes.systemOfTask(task)));
        put(out, CpuTimes.ticks(group.deadChildren.userNs()));
        put(out, CpuTimes.ticks(group.deadChildren.systemNs()));
        TaskSettings settings = task.settings;
        boolean realTime = settings.schedPolicy == 1 || settings.schedPolicy == 2;
        put(out, realTime ? -1 - settings.schedPriority : 20 + settings.nice);
        put(out, settings.nice);
        put(out, Math.max(1, group.threads().size()));
        put(out, 0);
        long start = subject.wholeProcess() ? group.startMonotonicNs : task.accounting.startMonotonicNs;
        put(out, CpuTimes.ticks(Math.max(0, start - subject.fs().kernel.bootMonotonicNs + bootOffsetNs)));
    }

    private static void signals(StringBuilder out, Task task) {
        put(out, task.pending.mask() & 0x7fffffffL);
        put(out, task.blockedSignals() & 0x7fffffffL);
        put(out, PidStatus.ignored(task.group) & 0x7fffffffL);
        put(out, PidStatus.caught(task.group) & 0x7fffffffL);
    }

    private static void scheduling(StringBuilder out, Task task) {
        TaskSettings settings = task.settings;
        put(out, 0); // last processor: the host's business
        put(out, settings.schedPriority);
        put(out, settings.schedPolicy);
        out.append(" 0 0 0");
    }

    private static void layout(StringBuilder out, @Nullable MmLayout layout) {
        if (layout == null) {
            out.append(" 0 0 0 0 0 0 0");
            return;
        }
        put(out, layout.startData);
        put(out, layout.endData);
        put(out, layout.startBrk);
        put(out, layout.argStart);
        put(out, layout.argEnd);
        put(out, layout.envStart);
        put(out, layout.envEnd);
    }

    static String statm(Subject subject) {
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "0 0 0 0 0 0 0\n";
        }
        try {
            HostProcess.Memory host = HostProcess.memory(mm);
            long text = mm.layout.endCode - mm.layout.startCode + PAGE - 1 >> 12;
            long data = mm.counters().dataPages() + mm.counters().stackPages();
            return mm.counters().totalPages() + " " + host.resident() / PAGE + " " + host.shared() / PAGE + " "
                    + Math.max(0, text) + " 0 " + data + " 0\n";
        } finally {
            mm.release();
        }
    }
}
