package umlaut.fs.proc;

import umlaut.abi.Rlimit;
import umlaut.engine.KnownFiles;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.CpuTimes;
import umlaut.kernel.task.Limits;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskAccounting;

/** proc_pid_limits(5), proc_pid_io(5), proc_pid_oom_score(5), schedstat. */
final class PidCounters {
    private record LimitRow(int resource, String name, String unit) {}

    /** Immutable. In the kernel's order. */
    private static final LimitRow[] LIMITS = {
        new LimitRow(Rlimit.RLIMIT_CPU, "Max cpu time", "seconds"),
        new LimitRow(Rlimit.RLIMIT_FSIZE, "Max file size", "bytes"),
        new LimitRow(Rlimit.RLIMIT_DATA, "Max data size", "bytes"),
        new LimitRow(Rlimit.RLIMIT_STACK, "Max stack size", "bytes"),
        new LimitRow(Rlimit.RLIMIT_CORE, "Max core file size", "bytes"),
        new LimitRow(Rlimit.RLIMIT_RSS, "Max resident set", "bytes"),
        new LimitRow(Rlimit.RLIMIT_NPROC, "Max processes", "processes"),
        new LimitRow(Rlimit.RLIMIT_NOFILE, "Max open files", "files"),
        new LimitRow(Rlimit.RLIMIT_MEMLOCK, "Max locked memory", "bytes"),
        new LimitRow(Rlimit.RLIMIT_AS, "Max address space", "bytes"),
        new LimitRow(Rlimit.RLIMIT_LOCKS, "Max file locks", "locks"),
        new LimitRow(Rlimit.RLIMIT_SIGPENDING, "Max pending signals", "signals"),
        new LimitRow(Rlimit.RLIMIT_MSGQUEUE, "Max msgqueue size", "bytes"),
        new LimitRow(Rlimit.RLIMIT_NICE, "Max nice priority", ""),
        new LimitRow(Rlimit.RLIMIT_RTPRIO, "Max realtime priority", ""),
        new LimitRow(Rlimit.RLIMIT_RTTIME, "Max realtime timeout", "us"),
    };

    private PidCounters() {}

    static String limits(Subject subject) {
        Limits limits = subject.group().limits;
        StringBuilder out =
                new StringBuilder("%-25s %-20s %-20s %-10s\n".formatted("Limit", "Soft Limit", "Hard Limit", "Units"));
        for (LimitRow row : LIMITS) {
            out.append("%-25s %-20s %-20s "
                    .formatted(row.name, limit(limits.soft(row.resource)), limit(limits.hard(row.resource))));
            out.append(row.unit.isEmpty() ? "\n" : "%-10s\n".formatted(row.unit));
        }
        return out.toString();
    }

    static String limit(long value) {
        return value == Limits.INFINITY ? "unlimited" : Long.toUnsignedString(value);
    }

    static String io(Subject subject) {
        long[] sum = new long[4];
        if (subject.wholeProcess()) {
            for (Task task : subject.group().threads()) {
                add(sum, task);
            }
        } else {
            add(sum, subject.task());
        }
        return "rchar: " + sum[KnownFiles.BYTES_READ] + "\nwchar: " + sum[KnownFiles.BYTES_WRITTEN] + "\nsyscr: "
                + sum[KnownFiles.READS] + "\nsyscw: " + sum[KnownFiles.WRITES]
                + "\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n";
    }

    private static void add(long[] sum, Task task) {
        TaskAccounting a = task.accounting;
        task.user().own().files().addTransfers(sum);
        sum[KnownFiles.BYTES_READ] += a.readBytes;
        sum[KnownFiles.BYTES_WRITTEN] += a.writtenBytes;
        sum[KnownFiles.READS] += a.readCalls;
        sum[KnownFiles.WRITES] += a.writeCalls;
    }

    static String oomScore(Subject subject) {
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "0\n";
        }
        try {
            long total = Math.max(1, MemoryInfo.total(subject.fs().kernel));
            long points = 1000 * mm.space().residentBytes() / total + subject.group().oomScoreAdj;
            return Math.max(0, (1000 + points) * 2 / 3) + "\n";
        } finally {
            mm.release();
        }
    }

    static long cpuNs(Subject subject) {
        return subject.wholeProcess() ? CpuTimes.ofGroup(subject.group()) : CpuTimes.ofTask(subject.task());
    }

    static String schedstat(Subject subject) {
        Task task = subject.task();
        return CpuTimes.ofTask(task) + " 0 " + switches(task) + "\n";
    }

    private static long switches(Task task) {
        return task.accounting.voluntarySwitches + task.accounting.involuntarySwitches;
    }

    static String sched(Subject subject) {
        Task task = subject.task();
        long ns = CpuTimes.ofTask(task);
        String head = task.comm() + " (" + subject.id() + ", #threads: "
                + Math.max(1, subject.group().threads().size()) + ")\n";
        return head + "-------------------------------------------------------------------\n"
                + row("se.sum_exec_runtime", "%d.%06d".formatted(ns / 1_000_000, ns % 1_000_000))
                + row("nr_switches", Long.toString(switches(task)))
                + row("nr_voluntary_switches", Long.toString(task.accounting.voluntarySwitches))
                + row("nr_involuntary_switches", Long.toString(task.accounting.involuntarySwitches))
                + row("policy", Integer.toString(task.settings.schedPolicy))
                + row("prio", Integer.toString(120 + task.settings.nice));
    }

    private static String row(String name, String value) {
        return "%-45s:%21s\n".formatted(name, value);
    }
}
