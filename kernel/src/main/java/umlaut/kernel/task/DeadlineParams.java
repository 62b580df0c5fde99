package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Le;
import umlaut.abi.SchedAttr;
import umlaut.abi.SchedConst;

/**
 * What a SCHED_DEADLINE task was promised (sched(7), sched_setattr(2); Linux: kernel/sched/deadline.c): runtime in every period, before its deadline. Admission is as on
 * Linux; who runs when is the host's decision.
 *
 * @param runtimeNs at least 1,024
 * @param deadlineNs from the period's beginning
 * @param periodNs from 100 us to about 4 s
 * @param flags SCHED_FLAG_RECLAIM, SCHED_FLAG_DL_OVERRUN
 */
record DeadlineParams(long runtimeNs, long deadlineNs, long periodNs, int flags) {
    static final DeadlineParams NONE = new DeadlineParams(0, 0, 0, 0);
    private static final long LEAST_RUNTIME = 1024;
    private static final long LEAST_PERIOD = 100_000;
    private static final long MOST_PERIOD = (1L << 22) * 1000;

    /** kernel.sched_rt_runtime_us of kernel.sched_rt_period_us: what all such tasks together may have of each processor. */
    private static final double MOST_OF_A_CPU = 0.95;

    static DeadlineParams read(MemorySegment attr) {
        long deadline = Le.getLong(attr, SchedAttr.SCHED_DEADLINE);
        long period = Le.getLong(attr, SchedAttr.SCHED_PERIOD);
        int flags = Le.getInt(attr, SchedAttr.SCHED_FLAGS)
                & (SchedConst.SCHED_FLAG_RECLAIM | SchedConst.SCHED_FLAG_DL_OVERRUN);
        return new DeadlineParams(
                Le.getLong(attr, SchedAttr.SCHED_RUNTIME), deadline, period == 0 ? deadline : period, flags);
    }

    void write(MemorySegment attr) {
        Le.putLong(attr, SchedAttr.SCHED_RUNTIME, runtimeNs);
        Le.putLong(attr, SchedAttr.SCHED_DEADLINE, deadlineNs);
        Le.putLong(attr, SchedAttr.SCHED_PERIOD, periodNs);
    }

    /** __checkparam_dl. */
    boolean valid() {
        return deadlineNs > 0
                && runtimeNs >= LEAST_RUNTIME
                && runtimeNs <= deadlineNs
                && deadlineNs <= periodNs
                && periodNs >= LEAST_PERIOD
                && periodNs <= MOST_PERIOD;
    }

    private double share() {
        return (double) runtimeNs / periodNs;
    }

    /** Whether there is room for a task's beside all others'. */
    boolean fits(Task target) {
        double others = target.kernel.tasks.tasks().stream()
                .filter(t -> t != target && t.settings.schedPolicy == SchedConst.SCHED_DEADLINE)
                .mapToDouble(t -> t.settings.deadline.share())
                .sum();
        return others + share() <= MOST_OF_A_CPU * target.kernel.config.cpus();
    }
}
