package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import umlaut.host.Futex;
import umlaut.host.Layouts;

/**
 * The sleep of a kernel thread within a system call that another may answer in its place: on the state word, where its guest thread's next request wakes it. See
 * docs/engine.md, Handing over.
 */
final class Doze {
    /** A dozing kernel thread sees to it at least this often that nobody has spoilt its word. */
    private static final long DOZE_NS = 10_000_000_000L;

    private static final long DEAD_LOOK_NS = 10_000_000;

    private final MemorySegment area;
    private final AreaUse use;

    /** Another thread has answered the system call in this one's place. */
    volatile boolean answered;

    private volatile boolean nudged;

    Doze(MemorySegment area, AreaUse use) {
        this.area = area;
        this.use = use;
    }

    /** Sleeps until nudged, until the request that follows an answer, or to the deadline (ns on the host's monotonic clock). May come back early. */
    void sleep(long deadlineNs) {
        // Cleared first: a nudge from here on is seen in the field before the word is waited on, or changes the word.
        // A word that has the mark already would not change: it may be a late one's, but counts.
        Layouts.WORD.getAndBitwiseAnd(area, (long) Area.STATE, ~State.NUDGE);
        long longest = System.nanoTime() + DOZE_NS;
        while (!nudged) {
            int state = (int) Layouts.WORD.getVolatile(area, (long) Area.STATE);
            boolean request = (state & State.REQUEST) != 0;
            if (request && answered) {
                break;
            }
            if ((state & ~State.MARKS) == State.DEAD) {
                // Nothing changes the word any more, and the wait may be for what has nothing to do with the host
                // process.
                LockSupport.parkNanos(DEAD_LOOK_NS);
                break;
            }
            long until = Math.min(deadlineNs, longest);
            if (System.nanoTime() - until >= 0) {
                break;
            }
            if (request) {
                // The same request may come again behind an answer: only the mark tells that the wait is for this one.
                state = (int) Layouts.WORD.getAndBitwiseOr(area, (long) Area.STATE, State.DOZE) | State.DOZE;
                if (answered || (state & State.REQUEST) == 0) {
                    continue;
                }
            } else {
                // Answered: the guest's side must know that this one sleeps.
                int asleep = state | State.ASLEEP;
                if (state != asleep && !Layouts.WORD.compareAndSet(area, (long) Area.STATE, state, asleep)) {
                    continue;
                }
                state = asleep;
            }
            if (nudged || (state & State.NUDGE) != 0) {
                break;
            }
            Futex.awaitBits(area, Area.STATE, state, State.KERNEL_SIDE, until);
        }
        nudged = false;
    }

    /** From any thread. */
    void nudge() {
        nudged = true;
        use.nudge(area);
    }
}
