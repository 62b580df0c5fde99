package umlaut.kernel.task;

import umlaut.abi.Limits;

/**
 * CPU time used (times(2), getrusage(2), clock_gettime(2) of CPU clocks). User time is what the guest thread has used on the host, its page faults
 * included; system time is what the Java thread that is its kernel stack has.
 */
public final class CpuTimes {
    private static final long NS_PER_TICK = 1_000_000_000L / Limits.USER_HZ;

    private CpuTimes() {}

    /** User time of one live thread, ns. */
    public static long ofTask(Task task) {
        return task.exited ? 0 : task.user().cpuTimeNs();
    }

    /** System time of one live thread, ns. */
    public static long systemOfTask(Task task) {
        return task.exited ? 0 : task.accounting.systemNs();
    }

    /** System time of a process, ns. */
    public static long systemOfGroup(ThreadGroup group) {
        long sum = group.deadThreads.systemNs();
        for (Task task : group.threads()) {
            sum += systemOfTask(task);
        }
        return sum;
    }

    /** User time of a process: its ended threads and the live ones, ns. */
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
        task.group.deadThreads.add(task.user().cpuTimeNs(), a.systemNs(), a.voluntarySwitches, a.involuntarySwitches);
    }
}
