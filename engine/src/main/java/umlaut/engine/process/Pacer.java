package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Processes;
import umlaut.host.Scratch;

/**
 * Decides whether the two sides of a hand-over wait for each other by polling. That pays only while every runnable thread of the host has a processor of its
 * own: polling beside a busy neighbour costs 100 us and more a call where sleeping costs 5. The host says how many are runnable (/proc/loadavg,
 * fourth field), which is read at most every two milliseconds, and only while guests make calls. See proc_loadavg(5).
 */
final class Pacer {
    /** Rounds of polling, about 15 ns each on either side. */
    static final int GUEST_POLLS = 4000, KERNEL_SPINS = 4000;

    /** Those that poll for each other. */
    private static final int SIDES = 2;

    private static final int SERVICE_POLLS = 500;

    /** A turn of those who hand over to each other: beside others' work each wake-up would else wait for the end of a turn of 1 to 3 ms. */
    static final long SLICE_NS = 500_000;

    private static final long INTERVAL_NS = 2_000_000;

    /** Quiet samples in a row before polling begins again. */
    private static final int PATIENCE = 3;

    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Pacer.class, "nextNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The processors this process may use, if they are among the first 64. */
    final long allowedCpus = Processes.affinity();

    private final int cpus;
    private final int fd;
    private final CompilerThreads compilers = new CompilerThreads();
    private volatile boolean polling;

    @SuppressWarnings("unused")
    private volatile long nextNs = System.nanoTime();

    private volatile int backgroundWork;
    private int quiet;
    private int busy;

    Pacer(int cpus) {
        this.cpus = cpus;
        fd = (int) Files.openat(Files.AT_FDCWD, Scratch.path("/proc/loadavg"), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        polling = cpus > 1;
    }

    /** Whether the host has processors to spare for polling. */
    boolean polls() {
        return polling;
    }

    /** Whether there is a choice of processors that {@link Placement} should make; background work goes where the host has room. */
    boolean places() {
        return cpus > 1 && Long.bitCount(allowedCpus) > 1;
    }

    /** How often a service thread looks for another batch after one. */
    int servicePolls() {
        return polling ? SERVICE_POLLS : 0;
    }

    int kernelSpins() {
        return polling ? KERNEL_SPINS : 0;
    }

    /**
     * Looks at the host's load if that was not done lately. To be called now and then by kernel threads at work.
     *
     * @param own how many of the caller and its guest thread are runnable
     * @return whether a third party has just been seen to wait for a processor: both sides should let go of theirs once, since it may be somebody's short errand
     */
    boolean look(int own) {
        long now = System.nanoTime();
        long next = nextNs;
        if (now - next < 0 || cpus < 2 || fd < 0 || !NEXT.compareAndSet(this, next, now + INTERVAL_NS)) {
            return false;
        }
        int others = Math.max(0, runnable() - own - backgroundWork);
        if (others + SIDES > cpus) {
            others -= compilers.running();
        }
        boolean crowded = others + SIDES > cpus;
        if (polling) {
            busy = crowded ? busy + 1 : 0;
            polling = busy < 2;
            quiet = 0;
            return crowded;
        }
        quiet = crowded ? 0 : quiet + 1;
        polling = quiet >= PATIENCE;
        busy = 0;
        return false;
    }

    /** See {@link umlaut.engine.Engine#expectBackgroundWork}. */
    void expectBackgroundWork(int threads) {
        backgroundWork = threads;
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
