package umlaut.engine.process;

import umlaut.host.Processes;

/**
 * Where a kernel thread runs, seen from its guest thread. A hand-over between two processors that are both awake costs 0.1 us, one between threads that share a
 * processor 5 us, and one that must wake another processor 50 us; two threads that poll for each other on one processor cost 80 us a call. So a pair whose
 * calls come thick and fast is kept apart and polls; one that makes calls seldom, or on a busy machine, is kept together and sleeps. A thread that waits
 * for other things may run anywhere, as the host sees fit. Belongs to its kernel thread.
 */
final class Placement {
    /** Calls between two looks at the clock. */
    private static final int WINDOW = 16;

    /** Calls that come quicker than this are worth a processor that polls, ns. */
    private static final long DENSE_NS = 25_000;

    /** Calls on which a side slept say that polling is in vain: each counts {@link #MISS}, less one for each call on which neither did. */
    private static final int MISSES = 16, MISS = 2;

    /** Most windows of dense calls in a row that it takes to poll again, after polling has been in vain again and again. */
    private static final int MOST_WINDOWS = 256;

    /** Calls without a sleep that show polling to be right. */
    private static final int SETTLED = 4096;

    private enum Mode {
        FREE,
        APART,
        TOGETHER
    }

    private final Pacer pacer;
    private Mode mode = Mode.FREE;
    private int guestCpu = -1;
    private int misses;
    private boolean guestSlept;
    /** The guest thread had to wait long. */
    private boolean excused;
    /** Windows of dense calls in a row so far, and how many it must be. */
    private int denseWindows, windowsWanted = 1;

    private int goodCalls;
    private int calls;
    private long windowStartNs;

    Placement(Pacer pacer) {
        this.pacer = pacer;
    }

    /** On the kernel thread, first of all: a thread inherits where it may run from the one that made it. */
    void begin() {
        if (Processes.affinity() != pacer.allowedCpus) {
            Processes.setAffinity(0, pacer.allowedCpus);
        }
    }

    boolean polls() {
        return mode != Mode.TOGETHER && pacer.polls();
    }

    /** Before a resume. */
    void resuming() {
        if (mode == Mode.TOGETHER && ++calls >= WINDOW) {
            calls = 0;
            long now = System.nanoTime();
            boolean dense = now - windowStartNs < WINDOW * DENSE_NS;
            windowStartNs = now;
            denseWindows = dense && pacer.polls() ? denseWindows + 1 : 0;
            if (denseWindows >= windowsWanted) {
                move(Mode.APART, guestCpu);
            }
        }
    }

    /** Nothing came while polling, or polling was not tried: the kernel thread is about to sleep. @param cpu where the guest thread slept last */
    void sleeping(int cpu) {
        excused = false;
        guestSlept = false;
        if (mode == Mode.TOGETHER) {
            if (cpu != guestCpu) {
                move(Mode.TOGETHER, cpu);
            }
        } else {
            missed(cpu);
        }
    }

    /** The answer just given found the guest thread asleep. */
    void guestSlept() {
        guestSlept = !excused;
    }

    /** A call came while polling. @return whether the one before found the guest thread asleep for nothing: to be told as {@link #missed} */
    boolean polled() {
        excused = false;
        if (guestSlept) {
            guestSlept = false;
            return true;
        }
        misses = Math.max(0, misses - 1);
        if (++goodCalls == SETTLED) {
            windowsWanted = 1;
        }
        return false;
    }

    void missed(int cpu) {
        misses += MISS;
        if (misses >= MISSES) {
            windowsWanted = Math.min(2 * windowsWanted, MOST_WINDOWS);
            move(Mode.TOGETHER, cpu);
        }
    }

    /** The kernel thread is going to wait for something else than its guest thread, or to end. */
    void blocking() {
        misses = 0;
        excused = true;
        if (mode != Mode.FREE) {
            move(Mode.FREE, -1);
        }
    }

    private void move(Mode to, int cpu) {
        long all = pacer.allowedCpus;
        misses = 0;
        calls = 0;
        goodCalls = 0;
        denseWindows = 0;
        if (cpu < 0 || cpu > 63 || Long.bitCount(all) < 2) {
            to = Mode.FREE;
        }
        long one = 1L << cpu & all;
        long mask = to == Mode.FREE ? all : to == Mode.APART ? all & ~one : one;
        if (mask == 0 || to == Mode.FREE && mode == Mode.FREE) {
            return;
        }
        Processes.setAffinity(0, mask);
        mode = to;
        guestCpu = cpu;
    }
}
