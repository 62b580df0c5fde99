package umlaut.machine;

import java.util.List;
import java.util.Map;
import umlaut.abi.ErrnoException;
import umlaut.engine.Engine;
import umlaut.host.Processes;
import umlaut.host.ResidentSet;

/**
 * A second machine that nobody sees: it runs a program that does what programs do most, in the first seconds of a guest's life, so that the JVM's compilers have met the hot paths of kernel and
 * engine before the guest needs them quick. Its processes are at a low priority and take processors that nobody else wants; it polls only so briefly that the code for it is compiled, too. Ends by itself, with its program, or with the
 * process. A JVM compiles what runs in it, wherever: there is no other way to have methods compiled that have not been hot.
 */
final class Rehearsal {
    /** A guest that ends sooner needs no warm kernel, and its start should not have to share the processors; then, how long until the host's load is looked at again. */
    private static final int DELAY_MS = 100, LONGEST_DELAY_MS = 1000;

    /** How long to look whether this process is idle before memory is given back: at once, and again when the JVM has given up what its compilers may need again (it keeps that for 5 s). */
    private static final int SOON_MS = 500, LATER_MS = 6000;

    /** The kernel thread or the guest thread: of a pair that does not poll, one runs. */
    private static final int RUNNABLE = 1;

    /** Of threads and descriptors: a hundred are used. */
    private static final long ENOUGH = 1024;

    private static final MachineConfig CONFIG = new MachineConfig(
            "rehearsal",
            MachineConfig.HOST_IMAGE,
            null,
            false,
            "rehearsal",
            false,
            List.of(),
            null,
            Map.of(),
            null,
            null,
            List.of(),
            List.of(),
            Map.of(),
            false,
            0,
            0,
            0,
            Map.of(),
            NetworkConfig.none(),
            false,
            null,
            null);

    private final Engine guests;
    private final List<String> command;

    /** @param guests the engine of the machine that this one is for */
    Rehearsal(Engine guests, List<String> command) {
        this.guests = guests;
        this.command = command;
    }

    /** Whether this host's limits leave enough for the guest besides. */
    static boolean hasRoom() {
        return allows(Processes.RLIMIT_NPROC, ENOUGH)
                && allows(Processes.RLIMIT_NOFILE, ENOUGH)
                && allows(Processes.RLIMIT_AS, Long.MAX_VALUE);
    }

    private static boolean allows(int resource, long wanted) {
        long limit = Processes.softLimit(resource);
        return limit < 0 || limit >= wanted;
    }

    void start() {
        Thread.ofPlatform().daemon().name("rehearsal").start(this::run);
    }

    /** Until the host has an idle processor: many guests that start at once should not rehearse at once. @return false to give up */
    private boolean awaitRoom() {
        try {
            int delayMs = DELAY_MS;
            do {
                Thread.sleep(delayMs);
                delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS);
            } while (!guests.hasIdleProcessor());
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void run() {
        if (!awaitRoom()) {
            return;
        }
        guests.expectBackgroundWork(RUNNABLE);
        try (Machine machine = new Machine(CONFIG, Boot.engine(guests))) {
            machine.runUnseen(command);
        } catch (MachineException | ErrnoException | OutOfMemoryError e) {
            // No room for it on this host (OutOfMemoryError is how Java says that there is no thread left): the guest
            // is slower for a while, nothing else.
        } finally {
            guests.expectBackgroundWork(0);
        }
        giveBack();
    }

    /** An idle guest should not keep what the machine and the compilers needed. */
    private static void giveBack() {
        try {
            awaitIdle(SOON_MS);
            ResidentSet.trim();
            awaitIdle(LATER_MS);
            ResidentSet.trim();
        } catch (InterruptedException e) {
            // nobody interrupts this thread; what it would give back is kept
        }
    }

    /** Until this process runs for less than 5 % of the time: compilers work off what they have been given. */
    private static void awaitIdle(int atLeastMs) throws InterruptedException {
        long before;
        do {
            before = Processes.cpuTimeNs();
            Thread.sleep(atLeastMs);
        } while (Processes.cpuTimeNs() - before > atLeastMs * (1_000_000L / 20));
    }
}
