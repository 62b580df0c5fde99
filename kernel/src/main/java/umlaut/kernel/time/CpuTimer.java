package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.LongSupplier;
import umlaut.kernel.Kernel;

/**
 * A timer on the CPU time of a process or thread (posix-cpu-timers.c), by sampling: it looks again when the time left could have been used up at the
 * earliest by {@code threads} running at once, but not more often than once a millisecond.
 */
final class CpuTimer {
    private static final long CHECK_NS = 1_000_000;

    private final Kernel kernel;
    private final LongSupplier cpuNs;
    private final LongSupplier threads;
    private final Runnable action;
    private final KernelTimers.Timer sampler;

    @GuardedBy("this") private long expiryNs;

    @GuardedBy("this") private long intervalNs;

    CpuTimer(Kernel kernel, LongSupplier cpuNs, LongSupplier threads, Runnable action) {
        this.kernel = kernel;
        this.cpuNs = cpuNs;
        this.threads = threads;
        this.action = action;
        this.sampler = kernel.timers.create(this::sample);
    }

    /** @param valueNs 0 disarms; CPU time at expiry if {@code absolute}, else from now */
    synchronized void set(long valueNs, long intervalNs, boolean absolute) {
        kernel.timers.cancel(sampler);
        expiryNs = 0;
        this.intervalNs = intervalNs;
        if (valueNs != 0) {
            expiryNs = absolute ? valueNs : cpuNs.getAsLong() + valueNs;
            schedule(cpuNs.getAsLong());
        }
    }

    @GuardedBy("this") private void schedule(long now) {
        long left = Math.max(CHECK_NS, (expiryNs - now) / Math.max(1, threads.getAsLong()));
        kernel.timers.arm(sampler, kernel.clock.monotonicNs() + left);
    }

    private void sample() {
        boolean expired = false;
        synchronized (this) {
            if (expiryNs == 0) {
                return;
            }
            long now = cpuNs.getAsLong();
            if (now >= expiryNs) {
                expired = true;
                expiryNs = intervalNs == 0 ? 0 : expiryNs + ((now - expiryNs) / intervalNs + 1) * intervalNs;
            }
            if (expiryNs != 0) {
                schedule(now);
            }
        }
        if (expired) {
            action.run();
        }
    }

    /** CPU time left in ns, 0 when not armed. */
    synchronized long remaining() {
        return expiryNs == 0 ? 0 : Math.max(1, expiryNs - cpuNs.getAsLong());
    }

    synchronized long interval() {
        return intervalNs;
    }
}
