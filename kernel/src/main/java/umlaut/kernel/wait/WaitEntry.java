package umlaut.kernel.wait;

import org.jspecify.annotations.Nullable;

/** One waiter's place in one queue; the links are guarded by the queue. */
public final class WaitEntry {
    final Waiter waiter;
    final boolean exclusive;

    @Nullable WaitQueue queue;

    @Nullable WaitEntry previous;

    @Nullable WaitEntry next;

    public WaitEntry(Waiter waiter, boolean exclusive) {
        this.waiter = waiter;
        this.exclusive = exclusive;
    }

    /** Leaves the queue, if it is in one. Safe to repeat. */
    public void remove() {
        WaitQueue in = queue;
        if (in != null) {
            in.remove(this);
        }
    }
}
