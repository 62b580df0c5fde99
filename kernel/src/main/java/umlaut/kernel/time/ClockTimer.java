package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.abi.Clock;
import umlaut.kernel.Kernel;
import umlaut.kernel.wait.WaitEntry;
import umlaut.kernel.wait.WaitQueue;
import umlaut.kernel.wait.Waiter;

/**
 * A timer on one of the wall clocks, once or periodical: what timerfd, POSIX timers and setitimer(ITIMER_REAL) have in common (Linux: hrtimer and alarm). After an expiry it
 * stays silent until {@link #forward} moves it on, so that a short period without listeners costs nothing.
 */
final class ClockTimer implements Waiter {
    private final Kernel kernel;
    private final int clockId;
    private final KernelTimers.Timer timer;
    /** Runs {@link #clockWasSet} without the locks under which the news comes. */
    private final KernelTimers.Timer settingsTimer;

    private final WaitEntry settingsEntry = new WaitEntry(this, false);

    /** Next expiry on the clock, 0 when not armed. */
    @GuardedBy("this") private long expiryNs;

    @GuardedBy("this") private long intervalNs;

    /** The expiry is a time of the clock, not a span: a clock that is set moves it. */
    @GuardedBy("this") private boolean followsClock;

    /** @param action run at each expiry, on the timers' thread, without locks */
    ClockTimer(Kernel kernel, int clockId, Runnable action) {
        this.kernel = kernel;
        // Spans are the same on every clock; only absolute times follow a clock that can be set.
        this.clockId = clockId == Clock.CLOCK_REALTIME_ALARM
                ? Clock.CLOCK_REALTIME
                : clockId == Clock.CLOCK_BOOTTIME_ALARM ? Clock.CLOCK_BOOTTIME : clockId;
        this.timer = kernel.timers.create(action);
        this.settingsTimer = kernel.timers.create(this::clockWasSet);
    }

    /** @param valueNs 0 disarms; a time of the clock if {@code absolute}, else a span from now */
    synchronized void set(long valueNs, long intervalNs, boolean absolute) {
        disarm();
        if (valueNs == 0) {
            return;
        }
        this.intervalNs = intervalNs;
        followsClock = absolute && Clocks.isSettable(clockId);
        long now = now();
        long sum = now + valueNs;
        expiryNs = absolute ? Math.max(1, valueNs) : sum < 0 ? Long.MAX_VALUE : sum;
        WaitQueue settings = kernel.clock.settings();
        if (followsClock && settings != null) {
            settings.add(settingsEntry);
        }
        arm();
    }

    synchronized void disarm() {
        kernel.timers.cancel(timer);
        settingsEntry.remove();
        expiryNs = 0;
        intervalNs = 0;
    }

    @GuardedBy("this") private void arm() {
        kernel.timers.arm(timer, monotonic(expiryNs));
    }

    private long now() {
        umlaut.kernel.time.Clock clock = kernel.clock;
        return switch (clockId) {
            case Clock.CLOCK_REALTIME -> clock.realtimeNs();
            case Clock.CLOCK_BOOTTIME -> clock.bootNs();
            case Clock.CLOCK_TAI -> clock.taiNs();
            default -> clock.monotonicNs();
        };
    }

    private long monotonic(long timeNs) {
        return Clocks.toMonotonic(kernel.clock, clockId, timeNs);
    }

    /** Moves an expired periodical timer on behind now and arms it again. @return how many expiries have passed, 0 if it has not expired */
    synchronized long forward() {
        long now = now();
        if (expiryNs == 0 || expiryNs > now) {
            return 0;
        }
        if (intervalNs == 0) {
            expiryNs = 0;
            settingsEntry.remove();
            return 1;
        }
        long passed = (now - expiryNs) / intervalNs + 1;
        expiryNs += passed * intervalNs;
        arm();
        return passed;
    }

    /** Time to the next expiry in ns, 0 when not armed; at least 1 when armed. */
    synchronized long remaining() {
        if (expiryNs == 0) {
            return 0;
        }
        long now = now();
        if (expiryNs > now) {
            return expiryNs - now;
        }
        // Expired and not yet moved on: a periodical one shows the expiry to come.
        return intervalNs == 0 ? 0 : intervalNs - (now - expiryNs) % intervalNs;
    }

    synchronized long interval() {
        return intervalNs;
    }

    synchronized boolean armed() {
        return expiryNs != 0;
    }

    /** The clock was set; called under the queue's lock. */
    @Override
    public boolean wake(int events) {
        kernel.timers.arm(settingsTimer, 0);
        return true;
    }

    private synchronized void clockWasSet() {
        if (expiryNs != 0 && followsClock) {
            arm();
        }
    }
}
