package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.PendingSignals;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * A timer of timer_create(2) (kernel/time/posix-timers.c). At most one of its signals is queued at a time; expiries meanwhile are counted as overruns in the
 * queued signal.
 */
final class PosixTimer {
    /** DELAYTIMER_MAX. */
    private static final int OVERRUN_MAX = Integer.MAX_VALUE;

    final int id;
    final int clockId;
    private final ThreadGroup group;
    /** The thread that gets the signal (SIGEV_THREAD_ID), null: the process. */
    private final @Nullable Task thread;
    /** 0: SIGEV_NONE. */
    private final int signo;

    private final long value;
    private final @Nullable ClockTimer wall;
    private final @Nullable CpuTimer cpu;

    /** Overruns of the signal that was queued last. */
    @GuardedBy("this") private long overrun;

    PosixTimer(Kernel kernel, int id, Task creator, int clockId, int signo, @Nullable Task thread, long value) {
        this.id = id;
        this.group = creator.group;
        this.thread = thread;
        this.signo = signo;
        this.value = value;
        this.clockId = clockId;
        if (!Clocks.isCpuClock(clockId)) {
            wall = new ClockTimer(kernel, clockId, this::wallExpired);
            cpu = null;
        } else {
            wall = null;
            cpu = cpuTimer(kernel, creator, clockId);
        }
    }

    private CpuTimer cpuTimer(Kernel kernel, Task creator, int clockId) {
        if (Clocks.isPerThread(clockId)) {
            Task watched = Clocks.thread(creator, clockId);
            return new CpuTimer(kernel, () -> watched.user().cpuTimeNs(), () -> 1, () -> expired(1));
        }
        ThreadGroup watched = Clocks.process(creator, clockId);
        return new CpuTimer(
                kernel,
                () -> Clocks.processCpuNs(watched),
                () -> watched.threads().size(),
                () -> expired(1));
    }

    private void wallExpired() {
        ClockTimer timer = wall;
        if (timer != null) {
            expired(timer.forward());
        }
    }

    private void expired(long times) {
        if (times == 0 || signo == 0) {
            return;
        }
        PendingSignals queue = thread != null ? thread.pending : group.shared;
        synchronized (this) {
            group.signalLock.lock();
            try {
                if (queue.setOverrun(id, (int) Math.min(OVERRUN_MAX, overrun + times))) {
                    overrun += times;
                    return;
                }
            } finally {
                group.signalLock.unlock();
            }
            overrun = times - 1;
        }
        SigInfo info = SigInfo.timer(signo, id, (int) Math.min(OVERRUN_MAX, times - 1), value);
        if (thread != null) {
            Signals.send(thread, info);
        } else {
            Signals.send(group, info);
        }
    }

    void set(long valueNs, long intervalNs, boolean absolute) {
        synchronized (this) {
            overrun = 0;
        }
        if (wall != null) {
            wall.set(valueNs, intervalNs, absolute);
        } else if (cpu != null) {
            cpu.set(valueNs, intervalNs, absolute);
        }
    }

    void disarm() {
        set(0, 0, false);
    }

    /** Remaining time and interval, ns. */
    long[] get() {
        if (wall != null) {
            if (signo == 0) {
                wall.forward();
            }
            return new long[] {wall.remaining(), wall.interval()};
        }
        return cpu == null ? new long[2] : new long[] {cpu.remaining(), cpu.interval()};
    }

    synchronized int overrun() {
        return (int) Math.min(OVERRUN_MAX, overrun);
    }
}
