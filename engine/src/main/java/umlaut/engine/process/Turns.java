package umlaut.engine.process;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Whose turn it is to poll. A pair whose two sides poll for each other takes two processors, so that only half as many pairs as there are processors do it at a time, for a millisecond each while
 * others wait; those others sleep meanwhile, both sides of them. So the host has no more runnable threads than processors, however many guest threads make calls one after the other, and a server
 * and its clients work off what has come for each in one turn. (Side by side, each pair asleep half of the time, every call costs two switches of threads.)
 *
 * <p>Fair, and a hint: who has waited for long goes on without.
 */
final class Turns {
    /** How long a pair has its turn while others wait. */
    private static final long TURN_NS = 1_000_000;

    /** The longest wait for a turn: some system calls take long. */
    private static final long PATIENCE_NS = 20_000_000;

    private final Semaphore free;

    Turns(int cpus) {
        free = new Semaphore(Math.max(1, cpus / 2), true);
    }

    /** Does not wait. */
    boolean tryTake() {
        return free.tryAcquire();
    }

    /** @return whether it is the caller's turn now */
    boolean take() {
        try {
            return free.tryAcquire(PATIENCE_NS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void leave() {
        free.release();
    }

    boolean areWanted() {
        return free.hasQueuedThreads();
    }

    static boolean isOver(long forNs) {
        return forNs > TURN_NS;
    }
}
