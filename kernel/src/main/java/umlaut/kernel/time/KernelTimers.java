package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;

/**
 * Timers of the kernel by deadline (Linux: hrtimers), run by one Java thread that sleeps until the first is due. Callbacks are short and never block;
 * they run without this object's lock.
 */
public final class KernelTimers implements AutoCloseable {
    /** One timer; armed at most once at a time. */
    public static final class Timer implements Comparable<Timer> {
        private final Runnable action;
        private final long id;

        @GuardedBy("the KernelTimers") private long deadlineNs;

        @GuardedBy("the KernelTimers") private boolean armed;

        private Timer(Runnable action, long id) {
            this.action = action;
            this.id = id;
        }

        @Override
        @SuppressWarnings("GuardedBy") // only compared inside the set, under the lock
        public int compareTo(Timer other) {
            int byTime = Long.compare(deadlineNs, other.deadlineNs);
            return byTime != 0 ? byTime : Long.compare(id, other.id);
        }
    }

    private final Clock clock;

    @GuardedBy("this") private final TreeSet<Timer> due = new TreeSet<>();

    @GuardedBy("this") private @Nullable Thread thread;

    @GuardedBy("this") private long ids;

    @GuardedBy("this") private boolean closed;

    public KernelTimers(Clock clock) {
        this.clock = clock;
    }

    public synchronized Timer create(Runnable action) {
        return new Timer(action, ids++);
    }

    /** (Re)arms it for {@code deadlineNs} on the monotonic clock. */
    @SuppressWarnings("GuardedBy")
    public synchronized void arm(Timer timer, long deadlineNs) {
        if (closed) {
            return;
        }
        if (timer.armed) {
            due.remove(timer);
        }
        timer.deadlineNs = deadlineNs;
        timer.armed = true;
        due.add(timer);
        if (thread == null) {
            start(timer);
        } else if (due.first() == timer) {
            clock.unpark(thread);
        }
    }

    /** @throws umlaut.abi.ErrnoException with EAGAIN if the host lets this process have no more threads */
    @GuardedBy("this") private void start(Timer first) {
        Thread fresh = new Thread(null, this::run, "timers", 256 << 10);
        fresh.setDaemon(true);
        try {
            fresh.start();
        } catch (OutOfMemoryError e) { // how Java says that clone(2) failed
            cancel(first);
            throw Errno.EAGAIN.exception();
        }
        thread = fresh;
    }

    /** @return true if it was armed and will now not run */
    @SuppressWarnings("GuardedBy")
    public synchronized boolean cancel(Timer timer) {
        if (!timer.armed) {
            return false;
        }
        timer.armed = false;
        return due.remove(timer);
    }

    @SuppressWarnings("GuardedBy")
    private void run() {
        while (true) {
            Timer next = null;
            long firstNs = Long.MAX_VALUE;
            synchronized (this) {
                if (closed) {
                    return;
                }
                if (!due.isEmpty()) {
                    firstNs = due.first().deadlineNs;
                    if (firstNs <= clock.monotonicNs()) {
                        next = due.pollFirst();
                        next.armed = false;
                    }
                }
            }
            if (next != null) {
                next.action.run();
            } else {
                clock.park(this, firstNs);
            }
        }
    }

    /** Who runs them; null before the first. */
    public synchronized @Nullable Thread thread() {
        return thread;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            clock.unpark(thread);
        }
    }
}
