package umlaut.kernel.task;

import umlaut.abi.Limits;

/**
 * CPU time used (times(2), getrusage(2), clock_gettime(2) of CPU clocks). The engine knows what a guest thread has used
 * on the host, user and system together: all of it counts as
 * user time, since the host's system time was spent on the guest's page faults and waits.
 */
public final class CpuTimes {
    private static final long NS_PER_TICK = 1_000_000_000L / Limits.USER_HZ;

    private CpuTimes() {}

    /** Of one live thread, ns. */
    public static long ofTask(Task task) {
        return task.exited ? 0 : task.user().cpuTimeNs();
    }

    /** Of a process: its ended threads and the live ones, ns. */
    public static long ofGroup(ThreadGroup group) {
        long sum = group.deadThreads.userNs();
        for (Task task : group.threads()) {
            sum += ofTask(task);
        }
        return sum;
    }

    /** Clock ticks (USER_HZ) as times(2) and /proc count. */
    public static long ticks(long ns) {
        return ns / NS_PER_TICK;
    }

    /** A thread's share moves to its process when it ends. */
    static void atExit(Task task) {
        TaskAccounting a = task.accounting;
        task.group.deadThreads.add(task.user().cpuTimeNs(), 0, a.voluntarySwitches, a.involuntarySwitches);
    }
}
