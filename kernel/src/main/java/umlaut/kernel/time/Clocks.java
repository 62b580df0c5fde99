package umlaut.kernel.time;

import java.util.List;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * From a clockid_t to its time (clock_getres(2), posix-timers.c, posix-cpu-timers.c). Negative ids are CPU clocks of a process or thread: {@code
 * ~pid << 3 | per-thread << 2 | kind}.
 */
final class Clocks {
    /** What the coarse clocks tick by: HZ=250. */
    static final long TICK_NS = 4_000_000;

    private Clocks() {}

    /** The clock's time in ns. @throws umlaut.abi.ErrnoException EINVAL */
    static long read(Task task, int id) {
        return machine(task, id) + task.ns().time().offsetNs(id);
    }

    /** The time outside of all time namespaces. */
    private static long machine(Task task, int id) {
        umlaut.kernel.time.Clock clock = task.kernel.clock;
        return switch (id) {
            case Clock.CLOCK_REALTIME -> clock.realtimeNs();
            case Clock.CLOCK_MONOTONIC -> clock.monotonicNs();
            case Clock.CLOCK_MONOTONIC_RAW -> clock.rawNs();
            case Clock.CLOCK_REALTIME_COARSE -> clock.coarseRealtimeNs();
            case Clock.CLOCK_MONOTONIC_COARSE -> clock.coarseMonotonicNs();
            case Clock.CLOCK_BOOTTIME -> clock.bootNs();
            case Clock.CLOCK_TAI -> clock.taiNs();
            case Clock.CLOCK_PROCESS_CPUTIME_ID -> processCpuNs(task.group);
            case Clock.CLOCK_THREAD_CPUTIME_ID -> task.user().cpuTimeNs();
            // The alarm clocks need a real-time clock device.
            default -> cpuClock(task, id);
        };
    }

    private static long cpuClock(Task task, int id) {
        if (isPerThread(id)) {
            return thread(task, id).user().cpuTimeNs();
        }
        return processCpuNs(process(task, id));
    }

    /** Does the number stand for a clock? For CPU clocks and clocks of files that does not say that their process or file is there. */
    static boolean isKnown(int id) {
        return id <= Clock.CLOCK_TAI && id != Clock.CLOCK_SGI_CYCLE;
    }

    /** Can timers be set by the clock? The alarm clocks' need a device that is missing, which is found out last. */
    static boolean hasTimers(int id) {
        return switch (id) {
            case Clock.CLOCK_MONOTONIC_RAW, Clock.CLOCK_REALTIME_COARSE, Clock.CLOCK_MONOTONIC_COARSE -> false;
            default -> isKnown(id);
        };
    }

    static boolean isCpuClock(int id) {
        return id < 0 || id == Clock.CLOCK_PROCESS_CPUTIME_ID || id == Clock.CLOCK_THREAD_CPUTIME_ID;
    }

    static boolean isPerThread(int id) {
        return id == Clock.CLOCK_THREAD_CPUTIME_ID || id < 0 && (id & Clock.CPUCLOCK_PERTHREAD_MASK) != 0;
    }

    /** The thread whose CPU time a clock tells: one of the caller's own process. @throws umlaut.abi.ErrnoException EINVAL */
    static Task thread(Task task, int id) {
        if (id == Clock.CLOCK_THREAD_CPUTIME_ID) {
            return task;
        }
        checkKind(id);
        int tid = ~(id >> 3);
        Task found = tid == 0 ? task : task.findTask(tid);
        if (found == null || found.group != task.group) {
            throw Errno.EINVAL.exception();
        }
        return found;
    }

    /** The process whose CPU time a clock tells. @throws umlaut.abi.ErrnoException EINVAL */
    static ThreadGroup process(Task task, int id) {
        if (id == Clock.CLOCK_PROCESS_CPUTIME_ID) {
            return task.group;
        }
        checkKind(id);
        int pid = ~(id >> 3);
        ThreadGroup found = pid == 0 ? task.group : task.findGroup(pid);
        if (found == null) {
            throw Errno.EINVAL.exception();
        }
        return found;
    }

    private static void checkKind(int id) {
        if (id >= 0 || (id & Clock.CPUCLOCK_CLOCK_MASK) == Clock.CPUCLOCK_FD) {
            throw Errno.EINVAL.exception();
        }
    }

    /** User and system time of all threads a process ever had, ns. */
    static long processCpuNs(ThreadGroup group) {
        long sum = group.deadThreads.userNs() + group.deadThreads.systemNs();
        List<Task> threads = group.threads();
        for (Task thread : threads) {
            sum += thread.user().cpuTimeNs() + thread.accounting.systemNs();
        }
        return sum;
    }

    /** Resolution in ns. @throws umlaut.abi.ErrnoException EINVAL */
    static long resolution(Task task, int id) {
        if (isCpuClock(id)) {
            read(task, id);
            // User time and all time are counted by ticks (posix_cpu_clock_getres).
            return id < 0 && (id & Clock.CPUCLOCK_CLOCK_MASK) != Clock.CPUCLOCK_SCHED ? TICK_NS : 1;
        }
        return switch (id) {
            case Clock.CLOCK_REALTIME,
                    Clock.CLOCK_MONOTONIC,
                    Clock.CLOCK_MONOTONIC_RAW,
                    Clock.CLOCK_BOOTTIME,
                    Clock.CLOCK_TAI -> 1;
            case Clock.CLOCK_REALTIME_COARSE, Clock.CLOCK_MONOTONIC_COARSE -> TICK_NS;
            default -> throw Errno.EINVAL.exception();
        };
    }

    /**
     * When an absolute time of a settable or unsettable wall clock comes, on the monotonic clock. @throws umlaut.abi.ErrnoException EOPNOTSUPP for clocks
     * that have no timers, EINVAL
     */
    static long toMonotonic(umlaut.kernel.time.Clock clock, int id, long timeNs) {
        long now = switch (id) {
            case Clock.CLOCK_REALTIME -> clock.realtimeNs();
            case Clock.CLOCK_MONOTONIC -> clock.monotonicNs();
            case Clock.CLOCK_BOOTTIME -> clock.bootNs();
            case Clock.CLOCK_TAI -> clock.taiNs();
            case Clock.CLOCK_MONOTONIC_RAW,
                    Clock.CLOCK_REALTIME_COARSE,
                    Clock.CLOCK_MONOTONIC_COARSE,
                    Clock.CLOCK_REALTIME_ALARM,
                    Clock.CLOCK_BOOTTIME_ALARM -> throw Errno.EOPNOTSUPP.exception();
            default -> throw Errno.EINVAL.exception();
        };
        if (id == Clock.CLOCK_MONOTONIC) {
            return timeNs;
        }
        long left = timeNs - now;
        long monotonic = clock.monotonicNs() + left;
        return left > 0 && monotonic < 0 ? Long.MAX_VALUE : monotonic;
    }

    static boolean isSettable(int id) {
        return id == Clock.CLOCK_REALTIME || id == Clock.CLOCK_TAI;
    }
}
