package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import umlaut.host.Futex;
import umlaut.host.Layouts;

/**
 * Nudges of one thread by others. Whoever nudges may be late: the thread was woken by something else, and has ended since. Its area may then be another's, an address
 * space's order pages even, so a thread is closed only while nobody is about to touch its area, and not touched afterwards.
 */
final class AreaUse {
    private final AtomicInteger users = new AtomicInteger();
    private volatile boolean closed;

    /** Ends the thread's doze, unless it has been closed. */
    void nudge(MemorySegment area) {
        users.incrementAndGet();
        if (!closed) {
            Layouts.WORD.getAndBitwiseOr(area, (long) Area.STATE, State.NUDGE);
            Futex.wakeBits(area, Area.STATE, State.KERNEL_SIDE);
        }
        users.decrementAndGet();
    }

    /** From now on nobody touches the area from outside. */
    void close() {
        closed = true;
        while (users.get() != 0) {
            Thread.yield();
        }
    }
}
