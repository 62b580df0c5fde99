package umlaut.kernel.wait;

import org.jspecify.annotations.Nullable;

/**
 * The tasks and epoll items that wait for one object's condition (Linux: wait_queue_head). Its monitor is a leaf lock: any other lock may be
 * held when it is taken, none is taken under it except by {@link Waiter#wake} implementations, which take only leaves of their own.
 *
 * <p>Lost wake-ups are avoided as in Linux: add first, then test the condition, then sleep.
 */
public final class WaitQueue {
    private @Nullable WaitEntry first;
    private @Nullable WaitEntry last;
    private volatile boolean empty = true;

    public synchronized void add(WaitEntry entry) {
        if (entry.queue != null) {
            throw new IllegalStateException("already in a wait queue");
        }
        entry.queue = this;
        // Exclusive waiters stand behind the others, so that a wake-up reaches every non-exclusive one and one
        // exclusive.
        if (entry.exclusive || first == null) {
            entry.previous = last;
            if (last == null) {
                first = entry;
            } else {
                last.next = entry;
            }
            last = entry;
        } else {
            entry.next = first;
            first.previous = entry;
            first = entry;
        }
        empty = false;
    }

    synchronized void remove(WaitEntry entry) {
        if (entry.queue != this) {
            return;
        }
        if (entry.previous == null) {
            first = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next == null) {
            last = entry.previous;
        } else {
            entry.next.previous = entry.previous;
        }
        entry.previous = null;
        entry.next = null;
        entry.queue = null;
        empty = first == null;
    }

    /** Wakes every non-exclusive waiter and one exclusive one that takes the event. */
    public void wake(int events) {
        // Read without the lock: a waiter adds itself before it tests the condition that our caller has just changed.
        if (!empty) {
            wake(events, 1);
        }
    }

    public void wakeAll(int events) {
        if (!empty) {
            wake(events, Integer.MAX_VALUE);
        }
    }

    public boolean hasWaiters() {
        return !empty;
    }

    private synchronized void wake(int events, int exclusiveLimit) {
        int left = exclusiveLimit;
        for (WaitEntry e = first; e != null && left > 0; ) {
            WaitEntry following = e.next;
            if (e.waiter.wake(events) && e.exclusive) {
                left--;
            }
            e = following;
        }
    }
}
