package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Clock;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.ThreadGroup;

/** The timers of one process: those of setitimer(2), made here, and POSIX timers by number. Not inherited by fork. */
final class ProcessTimers {
    private final ThreadGroup group;
    private final ClockTimer real;
    private final CpuTimer virtual;
    private final CpuTimer profiling;

    @GuardedBy("this") private final Map<Integer, PosixTimer> posix = new TreeMap<>();

    @GuardedBy("this") private int nextId;

    ProcessTimers(Kernel kernel, ThreadGroup group) {
        this.group = group;
        this.real = new ClockTimer(kernel, Clock.CLOCK_MONOTONIC, this::realExpired);
        this.virtual = cpuTimer(kernel, Signal.SIGVTALRM);
        this.profiling = cpuTimer(kernel, Signal.SIGPROF);
    }

    private CpuTimer cpuTimer(Kernel kernel, int signo) {
        return new CpuTimer(
                kernel,
                () -> Clocks.processCpuNs(group),
                () -> group.threads().size(),
                () -> Signals.send(group, SigInfo.kernel(signo)));
    }

    private void realExpired() {
        real.forward();
        Signals.send(group, SigInfo.kernel(Signal.SIGALRM));
    }

    // --- setitimer ---

    /** Remaining time and interval of an ITIMER_*, ns. */
    synchronized long[] get(int which) {
        return switch (which) {
            case Clock.ITIMER_REAL -> new long[] {real.remaining(), real.interval()};
            case Clock.ITIMER_VIRTUAL -> new long[] {virtual.remaining(), virtual.interval()};
            default -> new long[] {profiling.remaining(), profiling.interval()};
        };
    }

    /** @return what {@link #get} said before */
    synchronized long[] set(int which, long valueNs, long intervalNs) {
        long[] old = get(which);
        switch (which) {
            case Clock.ITIMER_REAL -> real.set(valueNs, valueNs == 0 ? 0 : intervalNs, false);
            case Clock.ITIMER_VIRTUAL -> virtual.set(valueNs, intervalNs, false);
            default -> profiling.set(valueNs, intervalNs, false);
        }
        return old;
    }

    // --- timer_create ---

    /** Gives a number to a timer made by {@code maker}. */
    synchronized PosixTimer create(IntFunction<PosixTimer> maker) {
        while (posix.containsKey(nextId)) {
            nextId = nextId + 1 & Integer.MAX_VALUE;
        }
        PosixTimer timer = maker.apply(nextId);
        posix.put(nextId, timer);
        nextId = nextId + 1 & Integer.MAX_VALUE;
        return timer;
    }

    synchronized @Nullable PosixTimer find(int id) {
        return posix.get(id);
    }

    synchronized @Nullable PosixTimer remove(int id) {
        return posix.remove(id);
    }

    synchronized int count() {
        return posix.size();
    }

    /** execve(2): POSIX timers go, the others stay. */
    synchronized void deletePosix() {
        for (PosixTimer timer : posix.values()) {
            timer.disarm();
        }
        posix.clear();
    }

    /** The process ends. */
    synchronized void end() {
        deletePosix();
        set(Clock.ITIMER_REAL, 0, 0);
        set(Clock.ITIMER_VIRTUAL, 0, 0);
        set(Clock.ITIMER_PROF, 0, 0);
    }
}
