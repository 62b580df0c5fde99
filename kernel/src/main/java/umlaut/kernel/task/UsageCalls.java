package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Rlimit;
import umlaut.abi.Rusage;
import umlaut.abi.Tms;

/** getrusage(2), times(2). */
public final class UsageCalls {
    private UsageCalls() {}

    public static long getrusage(Task task, int who, long address) {
        ResourceUsage usage;
        switch (who) {
            case Rlimit.RUSAGE_SELF -> usage = ofGroup(task.group);
            case Rlimit.RUSAGE_CHILDREN -> usage = task.group.deadChildren.copy();
            case Rlimit.RUSAGE_THREAD -> {
                usage = new ResourceUsage();
                add(usage, task);
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        if (who != Rlimit.RUSAGE_CHILDREN) {
            usage.add(task.mm().space().memoryUse());
        }
        write(task, address, usage);
        return 0;
    }

    /** What the process has used so far, its live threads included. */
    public static ResourceUsage ofGroup(ThreadGroup group) {
        ResourceUsage usage = group.deadThreads.copy();
        for (Task t : group.threads()) {
            add(usage, t);
        }
        return usage;
    }

    private static void add(ResourceUsage usage, Task t) {
        usage.add(
                CpuTimes.ofTask(t),
                CpuTimes.systemOfTask(t),
                t.accounting.voluntarySwitches,
                t.accounting.involuntarySwitches);
    }

    static void write(Task task, long address, ResourceUsage usage) {
        MemorySegment out = task.memory.build(Rusage.SIZE);
        putTime(out, Rusage.RU_UTIME, usage.userNs());
        putTime(out, Rusage.RU_STIME, usage.systemNs());
        usage.settle();
        Le.putLong(out, Rusage.RU_MINFLT, usage.minorFaults());
        Le.putLong(out, Rusage.RU_MAJFLT, usage.majorFaults());
        Le.putLong(out, Rusage.RU_MAXRSS, usage.maxResidentBytes() >> 10);
        Le.putLong(out, Rusage.RU_NVCSW, usage.voluntarySwitches());
        Le.putLong(out, Rusage.RU_NIVCSW, usage.involuntarySwitches());
        task.memory.write(address, out);
    }

    private static void putTime(MemorySegment out, int at, long ns) {
        Le.putLong(out, at, ns / 1_000_000_000);
        Le.putLong(out, at + 8, ns % 1_000_000_000 / 1000);
    }

    public static long times(Task task, long address) {
        if (address != 0) {
            MemorySegment out = task.memory.build(Tms.SIZE);
            ResourceUsage self = ofGroup(task.group);
            ResourceUsage children = task.group.deadChildren;
            Le.putLong(out, Tms.TMS_UTIME, CpuTimes.ticks(self.userNs()));
            Le.putLong(out, Tms.TMS_STIME, CpuTimes.ticks(self.systemNs()));
            Le.putLong(out, Tms.TMS_CUTIME, CpuTimes.ticks(children.userNs()));
            Le.putLong(out, Tms.TMS_CSTIME, CpuTimes.ticks(children.systemNs()));
            task.memory.write(address, out);
        }
        return CpuTimes.ticks(task.kernel.clock.monotonicNs() - task.kernel.bootMonotonicNs);
    }
}
