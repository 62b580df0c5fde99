package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Processes;
import umlaut.host.Scratch;

/**
 * What all hand-overs of an engine share: which processors there are, how long to poll, whose {@link #turns turn} it is, and whether those who wait for a service thread, which works for long, poll at
 * all: only while every runnable thread of the host has a processor of its own. The host says how many are runnable (/proc/loadavg, fourth field), which is read at most every two milliseconds, and
 * only while guests make calls. See proc_loadavg(5).
 */
final class Pacer {
    /** Rounds of polling, about 15 ns each on any side; background work polls only so that the code for it is compiled, too. */
    private static final int POLLS = 4000, SERVICE_POLLS = 500, BACKGROUND_POLLS = 1000;

    /** Those that poll for each other. */
    private static final int SIDES = 2;

    /** To background work the host looks empty and crowded by turns of four looks, so that the code for both is compiled. */
    private static final int MANY_CPUS = 1 << 20, TURN = 4;

    /** A turn of those who hand over to each other: beside others' work each wake-up would else wait for the end of a turn of 1 to 3 ms. */
    static final long SLICE_NS = 500_000;

    /** How many system calls of background work are made between two looks at others, less one; how long it waits for them each time, at most. */
    private static final int GIVE_WAY_MASK = 63;

    private static final int MOST_WAITS = 25;
    private static final long WAIT_NS = 2_000_000;

    /** So many looks at the load in so long are made by guests whose calls come one after the other. */
    private static final int BUSY_LOOKS = 5;

    private static final long WINDOW_NS = 20_000_000;

    private static final long INTERVAL_NS = 2_000_000;

    /** Quiet samples in a row before polling begins again, and crowded ones before it ends. */
    private static final int PATIENCE = 3, IMPATIENCE = 2;

    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Pacer.class, "nextNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The processors that kernel threads may use, if they are among the first 64, and guest threads. */
    final long allowedCpus = Processes.affinity();

    final long guestCpus;

    private final int cpus;
    private final int fd;
    private final CompilerThreads compilers = new CompilerThreads();
    private volatile boolean polling;

    @SuppressWarnings("unused")
    private volatile long nextNs = System.nanoTime();

    private volatile int backgroundWork;
    private final int sometimesMore;
    private int looks;
    /** When compilers were placed last, and the looks until then. Background work's. */
    private long windowNs;

    private int windowLooks;
    private int quiet;
    private int busy;
    private final @Nullable Pacer foreground;
    /** How often {@link Placement}'s pairs look for what the other side is about to do. */
    final int rounds;

    /** Who polls. */
    final Turns turns;

    /** Counted without care: about every so often is meant. */
    private int resumes;

    /** @param foreground whom this engine's work gives way to, null if it is not in the background */
    Pacer(int cpus, @Nullable Pacer foreground) {
        this.cpus = foreground != null ? foreground.cpus : cpus;
        sometimesMore = foreground != null ? MANY_CPUS : 0;
        this.foreground = foreground;
        guestCpus = foreground != null ? foreground.allowedCpus : allowedCpus;
        rounds = foreground != null ? BACKGROUND_POLLS : POLLS;
        fd = (int) Files.openat(Files.AT_FDCWD, Scratch.path("/proc/loadavg"), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        polling = this.cpus > 1;
        turns = new Turns(this.cpus);
    }

    /** Whether there is a choice of processors that {@link Placement} should make. */
    boolean places() {
        return foreground != null || cpus > 1 && Long.bitCount(allowedCpus) > 1;
    }

    /** Whether a processor is one that guests may be confined to. */
    boolean isAllowed(int cpu) {
        return cpu >= 0 && cpu < 64 && (allowedCpus >>> cpu & 1) != 0;
    }

    /** The processors beside the caller's, for work that nobody waits for; 0 if there is no choice. */
    long otherCpus() {
        return places() ? guestCpus & ~(1L << Processes.currentCpu()) : 0;
    }

    /** How often a service thread looks for another batch after one. */
    int servicePolls() {
        return polling ? Math.min(SERVICE_POLLS, rounds) : 0;
    }

    /** How often to look for what a service thread is about to answer. */
    int serviceAnswerPolls() {
        return polling ? rounds : 0;
    }

    /**
     * Looks at the host's load if that was not done lately. To be called now and then by kernel threads at work.
     *
     * @param own how many of the caller and its guest thread are runnable
     */
    void look(int own) {
        long now = System.nanoTime();
        long next = nextNs;
        if (now - next < 0 || cpus < 2 || fd < 0 || !NEXT.compareAndSet(this, next, now + INTERVAL_NS)) {
            return;
        }
        int others = Math.max(0, runnable() - own - backgroundWork);
        int room = cpus + (++looks & TURN) * sometimesMore - SIDES;
        if (others > room) {
            others -= compilers.running();
        }
        boolean crowded = others > room;
        busy = crowded ? busy + 1 : 0;
        quiet = crowded ? 0 : quiet + 1;
        polling = polling ? busy < IMPATIENCE : quiet >= PATIENCE;
    }

    /** See {@link umlaut.engine.Engine#expectBackgroundWork}. */
    void expectBackgroundWork(int threads) {
        backgroundWork = threads;
        if (cpus > 1) {
            compilers.confine(threads > 0 ? backgroundCpus(allowedCpus) : allowedCpus);
        }
    }

    /** All but one, which the guests then have to themselves. */
    static long backgroundCpus(long cpus) {
        long others = cpus & cpus - 1;
        return others == 0 ? cpus : others;
    }

    /**
     * Before each resume: background work goes on when what it has done so far is compiled. So it takes less of the processors, and what it does first is compiled first: the compilers' queues are
     * not in order.
     */
    void giveWay() {
        Pacer before = foreground;
        if (before == null || (++resumes & GIVE_WAY_MASK) != 0) {
            return;
        }
        before.placeCompilers();
        for (int i = 0; i < MOST_WAITS && compilers.running() > 0; i++) {
            LockSupport.parkNanos(WAIT_NS);
            before.placeCompilers();
        }
    }

    /** The compilers leave a processor to guests that compute, but not to those that make calls one after the other: these wait for what is compiled. */
    private void placeCompilers() {
        long now = System.nanoTime();
        if (now - windowNs > WINDOW_NS) {
            boolean busy = looks - windowLooks >= BUSY_LOOKS;
            windowNs = now;
            windowLooks = looks;
            compilers.confine(busy ? allowedCpus : backgroundCpus(allowedCpus));
        }
    }

    /** Beside the caller. */
    boolean hasIdleProcessor() {
        return runnable() <= cpus;
    }

    private int runnable() {
        MemorySegment text = Scratch.inner();
        long n = Files.pread(fd, text, 0, 64, 0);
        int spaces = 0;
        int value = 0;
        for (int i = 0; i < n; i++) {
            byte c = text.get(Layouts.BYTE, i);
            if (c == ' ') {
                spaces++;
            } else if (spaces == 3) {
                if (c == '/') {
                    return value;
                }
                value = 10 * value + c - '0';
            }
        }
        return Integer.MAX_VALUE;
    }

    void close() {
        compilers.close();
        Files.close(fd);
    }
}
