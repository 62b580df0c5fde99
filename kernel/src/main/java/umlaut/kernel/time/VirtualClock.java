package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;

/**
 * Time that jumps: when all tasks sleep, to the first moment that one of them, or a timer, waits for. In between it goes on as the host's does, or, with a processor that is infinitely quick, stands still, so that
 * a guest's times are the same whenever and wherever it runs (Linux: arch/um/kernel/time.c, time_travel_mode).
 *
 * <p>All who wait for a time do so by {@link #park}; whoever wakes them says so before ({@link #unpark}), so that there is no moment in which nobody seems to run but somebody is about to.
 */
public final class VirtualClock implements Clock {
    private static final long LOOK_NS = 20_000, LONGEST_LOOK_NS = 1_000_000, SETTLE_NS = 20_000;

    private final boolean stands;
    private final long hostStartNs = System.nanoTime();
    private final long startNs;

    /** How far the clock has been put forward. */
    private volatile long jumpedNs;

    /** Who is parked, and until when. */
    @GuardedBy("this") private final Map<Thread, Long> parked = new HashMap<>();

    /** Woken before they were parked. */
    @GuardedBy("this") private final Set<Thread> permitted = new HashSet<>();

    /** How often anybody was parked or woken. */
    @GuardedBy("this") private long changes;

    private volatile boolean closed;

    /**
     * @param stands while anybody runs
     * @param startNs the real-time clock at the machine's start
     */
    public VirtualClock(boolean stands, long startNs) {
        this.stands = stands;
        this.startNs = startNs;
    }

    @Override
    public long monotonicNs() {
        return stands ? jumpedNs : System.nanoTime() - hostStartNs + jumpedNs;
    }

    @Override
    public long realtimeNs() {
        return startNs + monotonicNs();
    }

    @Override
    public boolean isVirtual() {
        return true;
    }

    @Override
    public boolean vdsoUsable() {
        return false;
    }

    @Override
    public void park(Object blocker, long deadlineNs) {
        Thread me = Thread.currentThread();
        synchronized (this) {
            changes++;
            if (permitted.remove(me)) {
                return;
            }
            parked.put(me, deadlineNs);
        }
        LockSupport.park(blocker);
        synchronized (this) {
            changes++;
            parked.remove(me);
            permitted.remove(me);
        }
    }

    @Override
    public void unpark(Thread thread) {
        synchronized (this) {
            changes++;
            if (parked.remove(thread) == null) {
                permitted.add(thread);
                return;
            }
        }
        LockSupport.unpark(thread);
    }

    /** From now on the kernel's tasks are watched. */
    public void start(Kernel kernel) {
        Thread.ofPlatform().daemon().name("time-travel").start(() -> watch(kernel));
    }

    private void watch(Kernel kernel) {
        long pauseNs = LOOK_NS;
        while (!closed) {
            LockSupport.parkNanos(pauseNs);
            long before = changesIfIdle(kernel);
            if (before < 0) {
                pauseNs = Math.min(2 * pauseNs, LONGEST_LOOK_NS);
                continue;
            }
            // What is not a task of ours may be about to wake one.
            LockSupport.parkNanos(SETTLE_NS);
            if (changesIfIdle(kernel) == before) {
                jump();
                pauseNs = LOOK_NS;
            }
        }
    }

    /** @return -1 if anybody runs */
    private long changesIfIdle(Kernel kernel) {
        Thread timers = kernel.timers.thread();
        boolean any = false;
        synchronized (this) {
            if (timers != null && !parked.containsKey(timers)) {
                return -1;
            }
            for (Task task : kernel.tasks.tasks()) {
                Thread thread = task.kernelThread();
                if (!task.isZombie() && (thread == null || !parked.containsKey(thread))) {
                    return -1;
                }
                any = true;
            }
            return any ? changes : -1;
        }
    }

    private synchronized void jump() {
        long first = Long.MAX_VALUE;
        for (long deadline : parked.values()) {
            first = Math.min(first, deadline);
        }
        if (first == Long.MAX_VALUE) {
            return; // whoever is waited for is not in this machine
        }
        jumpedNs += Math.max(0, first - monotonicNs());
        for (Thread thread : Set.copyOf(parked.keySet())) {
            if (parked.getOrDefault(thread, Long.MAX_VALUE) <= first) {
                unpark(thread);
            }
        }
    }

    public void close() {
        closed = true;
    }
}
