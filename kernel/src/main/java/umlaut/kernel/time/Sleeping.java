package umlaut.kernel.time;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.Timespec;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Sleeper;
import umlaut.kernel.wait.WaitQueue;

/** nanosleep(2), clock_nanosleep(2) (kernel/time/hrtimer.c). */
final class Sleeping {
    /** A sleep on a CPU clock looks again after what is left, but not more often than this. */
    private static final long CPU_CHECK_NS = 1_000_000;

    private Sleeping() {}

    static long nanosleep(Task task, long request, long remain) {
        return relative(task, Clock.CLOCK_MONOTONIC, requested(task, request), remain);
    }

    static long clockNanosleep(Task task, int id, int flags, long request, long remain) {
        if (id == Clock.CLOCK_THREAD_CPUTIME_ID) {
            return Errno.EOPNOTSUPP.negative();
        }
        if (Clocks.isPerThread(id)) {
            requested(task, request);
            return Errno.EINVAL.negative();
        }
        boolean alarm = id == Clock.CLOCK_REALTIME_ALARM || id == Clock.CLOCK_BOOTTIME_ALARM;
        boolean cpu = Clocks.isCpuClock(id);
        if (!cpu && !alarm) {
            Clocks.toMonotonic(task.kernel.clock, id, 0);
        }
        long time = requested(task, request);
        if (alarm) {
            // There is no real-time clock device.
            return Errno.EOPNOTSUPP.negative();
        }
        if (cpu) {
            Clocks.process(task, id);
        }
        if ((flags & Clock.TIMER_ABSTIME) == 0) {
            return cpu
                    ? onCpuClock(task, id, add(Clocks.read(task, id), time), remain)
                    : relative(task, id, time, remain);
        }
        return cpu
                ? onCpuClock(task, id, time, 0)
                : absolute(task, id, task.ns().time().toMachine(id, time));
    }

    private static long requested(Task task, long request) {
        MemorySegment time = task.memory.struct(request, Timespec.SIZE);
        if (!Timespec.isValid(time, 0)) {
            throw Errno.EINVAL.exception();
        }
        return Timespec.toNs(time, 0);
    }

    private static long add(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private static long relative(Task task, int id, long lengthNs, long remain) {
        return until(task, add(task.kernel.clock.monotonicNs(), lengthNs), remain);
    }

    /** Also where restart_syscall(2) goes on, with the deadline of old. */
    private static long until(Task task, long deadlineNs, long remain) {
        try (Sleeper sleeper = new Sleeper(task, false)) {
            while (true) {
                sleeper.prepare();
                if (task.signalPending()) {
                    break;
                }
                if (!sleeper.sleep(deadlineNs)) {
                    return 0;
                }
            }
        }
        long left = deadlineNs - task.kernel.clock.monotonicNs();
        if (left <= 0) {
            return 0;
        }
        if (remain != 0) {
            MemorySegment room = task.memory.build(Timespec.SIZE);
            Timespec.writeNs(room, 0, left);
            task.memory.write(remain, room);
        }
        task.setRestartBlock(t -> until(t, deadlineNs, remain));
        return -Restart.ERESTART_RESTARTBLOCK;
    }

    /** To a time of a clock, which may be set meanwhile. */
    private static long absolute(Task task, int id, long timeNs) {
        umlaut.kernel.time.Clock clock = task.kernel.clock;
        try (Sleeper sleeper = new Sleeper(task, false)) {
            WaitQueue settings = clock.settings();
            if (settings != null && Clocks.isSettable(id)) {
                sleeper.add(settings);
            }
            while (true) {
                sleeper.prepare();
                long deadline = Clocks.toMonotonic(clock, id, timeNs);
                if (deadline <= clock.monotonicNs()) {
                    return 0;
                }
                if (task.signalPending()) {
                    return -Restart.ERESTARTNOHAND;
                }
                sleeper.sleep(deadline);
            }
        }
    }

    private static long onCpuClock(Task task, int id, long timeNs, long remain) {
        try (Sleeper sleeper = new Sleeper(task, false)) {
            while (true) {
                sleeper.prepare();
                long left = timeNs - Clocks.read(task, id);
                if (left <= 0) {
                    return 0;
                }
                if (task.signalPending()) {
                    if (remain != 0) {
                        MemorySegment room = task.memory.build(Timespec.SIZE);
                        Timespec.writeNs(room, 0, left);
                        task.memory.write(remain, room);
                    }
                    return -Restart.ERESTARTNOHAND;
                }
                sleeper.sleep(task.kernel.clock.monotonicNs() + Math.max(left, CPU_CHECK_NS));
            }
        }
    }
}
