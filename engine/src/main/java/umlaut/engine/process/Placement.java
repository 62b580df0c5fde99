package umlaut.engine.process;

import java.util.function.LongConsumer;
import umlaut.host.Processes;

/**
 * Where a kernel thread and its guest thread run. A hand-over between two processors that are both awake costs 0.1 us, one between threads that share a
 * processor 5 us, and one that must wake another processor 50 us; two threads that poll for each other on one processor cost 80 us a call. So a pair whose
 * calls come thick and fast is kept apart and polls; any other sleeps, and is kept together.
 *
 * <p>Together means that both may use that one processor only: the host puts a thread that is woken on an idle processor if there is one, so that a free guest thread would be
 * moved away by every answer, and each call would wake a processor. What that takes from the host's scheduler is given back soon: a guest thread that computes without a call
 * for {@link #COMPUTING_NS} is released, as is a pair that sleeps in the kernel or has been bound for {@link #BOND_NS}; where the host then puts the guest thread they meet again.
 *
 * <p>A new pair begins together, where it was made: most of what new processes and threads do is a few calls, after which they execute a program or end. One that computes, or
 * lasts, is released sooner than others, so that the host can spread what its parent has started.
 *
 * <p>Belongs to its kernel thread.
 */
final class Placement {
    /** A bound guest thread that makes no call for so long computes, and may want another processor. */
    private static final long COMPUTING_NS = 5_000_000;

    /** The longest that a pair is bound before the host chooses its processor anew. */
    private static final long BOND_NS = 20_000_000;

    /** The same for new pairs. */
    private static final long NEW_COMPUTING_NS = 1_000_000, NEW_BOND_NS = 4_000_000;

    /** Calls between two looks at the clock. */
    private static final int WINDOW = 16;

    /** Sleeps of a free pair until it is together: at the first, the guest thread is not yet where the host puts it when it wakes; and one that makes few calls is not worth binding (10 to 60 us). */
    private static final int FREE_SLEEPS = 4;

    /** Calls that come quicker than this are worth a processor that polls, ns: rather more than a call costs whose sides wake each other. */
    private static final long DENSE_NS = 75_000;

    /** Calls of pairs that poll, on which a side slept, say that polling is in vain: each counts {@link #MISS}, less one for each call on which neither did. */
    private static final int MISSES = 16, MISS = 2;

    /** Most windows of dense calls in a row that it takes to poll again, after polling has been in vain again and again. */
    private static final int MOST_WINDOWS = 32;

    /** Windows of dense calls that it takes to poll with a new pair: most new programs have ended by then, and did not wake another processor. */
    private static final int NEW_WINDOWS = 4;

    /** Calls without a sleep that show polling to be right. */
    private static final int SETTLED = 4096;

    private enum Mode {
        FREE,
        APART,
        TOGETHER
    }

    private final Pacer pacer;
    private final LongConsumer placeGuest;
    private Mode mode = Mode.FREE;
    private int guestCpu = -1;
    /** Where the guest thread is confined to before the pair's kernel thread first runs, or -1. */
    private int bornOn = -1;
    /** The kernel thread does not know of the pair yet. */
    private boolean isUnborn = true;
    /** The pair is bound for the first time. */
    private boolean isNew;

    private int misses;
    private boolean guestSlept;
    /** The guest thread had to wait long. */
    private boolean excused;
    /** Windows of dense calls in a row so far, and how many it must be. */
    private int denseWindows, windowsWanted = 1;
    /** The kernel thread has slept within a call of this window. */
    private boolean blocked;

    private int freeSleeps;

    private int goodCalls;
    private int calls;
    private long windowStartNs;
    private long boundNs;

    /** What sched_setaffinity(2) has left the guest thread; 0: no limit. */
    private volatile long guestLimit;

    /** @param placeGuest confines the guest thread to the processors of a mask */
    Placement(Pacer pacer, LongConsumer placeGuest) {
        this.pacer = pacer;
        this.placeGuest = placeGuest;
    }

    /** Before the kernel thread knows of the pair. */
    void bornOn(int cpu) {
        bornOn = cpu;
    }

    /** The guest thread may only run on these processors; from any thread. The pair's own kernel thread may move it meanwhile: it then finds that the limit has changed. */
    void limitGuest(long cpus) {
        long all = pacer.guestCpus;
        boolean numberedAsHere = (all & all + 1) == 0;
        if (numberedAsHere && (cpus & all) != 0) {
            guestLimit = (cpus & all) == all ? 0 : cpus & all;
            placeGuest.accept(guestCpus());
        }
    }

    /** Where the guest thread may run. */
    private long guestCpus() {
        long limit = guestLimit;
        return limit == 0 ? pacer.guestCpus : limit;
    }

    private void place(long cpus) {
        placeGuest.accept(cpus);
        long left = guestCpus();
        if ((cpus & ~left) != 0) {
            placeGuest.accept(left);
        }
    }

    /** Confines the guest thread of a new pair to the processor of the caller, who is about to wake it. */
    void comeHere() {
        int here = pacer.places() ? Processes.currentCpu() : -1;
        if (here != bornOn && pacer.isAllowed(here) && (guestCpus() >>> here & 1) != 0) {
            bornOn = here;
            place(1L << here);
        }
    }

    /** On the kernel thread, first of all. @param launched whether guest code runs already, where it was {@link #bornOn} or woken */
    void begin(boolean launched) {
        isUnborn = false;
        if (!launched) {
            comeHere();
        }
        if (bornOn >= 0) {
            bind(Mode.TOGETHER, bornOn, 1L << bornOn);
            isNew = true;
            windowsWanted = NEW_WINDOWS;
        } else {
            confine(pacer.allowedCpus);
        }
    }

    /** Says where the kernel thread may run, which it has from whoever made it, or served last. */
    private static void confine(long cpus) {
        if (Processes.affinity() != cpus) {
            Processes.setAffinity(0, cpus);
        }
    }

    /** The processor that the guest thread is confined to, -1 if to none: for the next guest thread that its host thread serves, which has no limit. */
    int guestConfinedTo() {
        if (guestLimit != 0) {
            guestLimit = 0;
            placeGuest.accept(pacer.guestCpus);
            return -1;
        }
        return mode == Mode.TOGETHER ? guestCpu : mode == Mode.FREE && isUnborn ? bornOn : -1;
    }

    /** How long a bound guest thread may be without a call. */
    long patienceNs() {
        return isNew ? NEW_COMPUTING_NS : COMPUTING_NS;
    }

    /** How long a pair may be bound. */
    long bondNs() {
        return isNew ? NEW_BOND_NS : BOND_NS;
    }

    /** Whether the pair polls when it is its turn ({@link Turns}). */
    boolean polls() {
        return mode == Mode.APART;
    }

    /** Whether the guest thread is confined to one processor. */
    boolean isBound() {
        return mode == Mode.TOGETHER;
    }

    /** Before a resume. */
    void resuming() {
        if (mode == Mode.TOGETHER && ++calls >= WINDOW) {
            calls = 0;
            long now = System.nanoTime();
            boolean dense = now - windowStartNs < WINDOW * DENSE_NS && !blocked;
            windowStartNs = now;
            blocked = false;
            denseWindows = dense ? denseWindows + 1 : 0;
            if (denseWindows >= windowsWanted) {
                move(Mode.APART, guestCpu);
            } else if (now - boundNs > bondNs()) {
                release();
            }
        }
    }

    /** Nothing came while polling, or polling was not tried: the kernel thread is about to sleep. @param cpu where the guest thread slept last */
    void sleeping(int cpu) {
        excused = false;
        guestSlept = false;
        if (mode == Mode.APART) {
            missed(cpu);
        } else if (mode == Mode.FREE && ++freeSleeps >= FREE_SLEEPS) {
            move(Mode.TOGETHER, cpu);
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

    /** The kernel thread is going to wait for something else than its guest thread, or to end. @param cpu where the guest thread slept last */
    void blocking(int cpu) {
        blocked = true;
        excused = true;
        if (mode != Mode.FREE && System.nanoTime() - boundNs > bondNs()) {
            release();
        } else if (mode == Mode.APART) {
            missed(cpu);
        }
    }

    /** The host may choose anew where both run; they will soon meet again there. */
    void release() {
        move(Mode.FREE, -1);
    }

    private void move(Mode to, int cpu) {
        long all = pacer.allowedCpus;
        misses = 0;
        calls = 0;
        goodCalls = 0;
        denseWindows = 0;
        freeSleeps = 0;
        isNew = false;
        if (cpu < 0 || cpu > 63 || !pacer.places()) {
            to = Mode.FREE;
        } else if ((guestCpus() >>> cpu & 1) == 0) {
            cpu = Long.numberOfTrailingZeros(guestCpus());
        }
        long one = 1L << cpu & all;
        long others = all == one ? all : all & ~one; // background work may have one processor only
        long mask = to == Mode.FREE ? all : to == Mode.APART ? others : one;
        if (mask == 0 || to == Mode.FREE && mode == Mode.FREE) {
            return;
        }
        if (to == Mode.TOGETHER) {
            place(mask);
        } else if (mode == Mode.TOGETHER) {
            place(guestCpus());
        }
        bind(to, cpu, mask);
    }

    /** @param mask where the kernel thread is to run */
    private void bind(Mode to, int cpu, long mask) {
        boundNs = System.nanoTime();
        windowStartNs = boundNs;
        confine(mask);
        mode = to;
        guestCpu = cpu;
    }
}
