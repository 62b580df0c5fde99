package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import umlaut.host.HostCalls;
import umlaut.host.Processes;

/**
 * The one host thread that is the parent of all stub processes. It starts the first, and then waits for any of them to end: wait4(-1, __WNOTHREAD) sees
 * just its own children, so java.lang.Process is never disturbed. When it ends, with the JVM or alone, the host kills all its children
 * (PR_SET_PDEATHSIG).
 */
final class Reaper {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Map<Integer, NativeAddressSpace> living = new HashMap<>();

    /** Ended before they were registered. */
    @GuardedBy("lock") private final Set<Integer> stillborn = new HashSet<>();

    private final Thread thread;

    /** The first child leads a session, and with it the process group of all its descendants. */
    private volatile int processGroup;

    private Reaper(Runnable body) {
        thread = new Thread(null, body, "umlaut-reaper", 128 << 10);
        thread.setDaemon(true);
    }

    /** Starts program {@code path} as the first child. {@code pid} is completed with its process id, or -errno. */
    static Reaper start(String path, CompletableFuture<Long> pid) {
        Reaper[] self = new Reaper[1];
        self[0] = new Reaper(() -> {
            long child = Processes.spawn(path, List.of("umlaut-stub"));
            self[0].processGroup = (int) Math.max(child, 0);
            pid.complete(child);
            if (child > 0) {
                self[0].reap();
            }
        });
        self[0].thread.start();
        return self[0];
    }

    private void reap() {
        for (; ; ) {
            long pid =
                    Processes.wait4(-1, MemorySegment.NULL, Processes.WALL | Processes.WNOTHREAD, MemorySegment.NULL);
            if (HostCalls.isError(pid)) {
                if (pid == -4) {
                    continue;
                }
                return; // ECHILD: the engine is closed
            }
            lock.lock();
            NativeAddressSpace space;
            try {
                space = living.remove((int) pid);
                if (space == null) {
                    stillborn.add((int) pid);
                }
            } finally {
                lock.unlock();
            }
            if (space != null) {
                space.died();
            }
        }
    }

    /** From now on the end of process {@code pid} is told to its address space. */
    void register(int pid, NativeAddressSpace space) {
        boolean dead;
        lock.lock();
        try {
            dead = stillborn.remove(pid);
            if (!dead) {
                living.put(pid, space);
            }
        } finally {
            lock.unlock();
        }
        if (dead) {
            space.died();
        }
    }

    /**
     * Sends a signal to a thread of a child that is not yet reaped, so that the number is surely still its own.
     *
     * @param tid 0 for the whole process
     */
    void signal(int pid, NativeAddressSpace space, int tid, int signal) {
        lock.lock();
        try {
            if (living.get(pid) == space) {
                if (tid == 0) {
                    Processes.kill(pid, signal);
                } else {
                    Processes.tgkill(pid, tid, signal);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Kills every child, those just being made included: a fork does not outrun a signal to its group. */
    void killAll() {
        int group = processGroup;
        if (group > 0) {
            Processes.kill(-group, Processes.SIGKILL);
            Processes.kill(group, Processes.SIGKILL); // in case it has no session yet
        }
    }

    /** Waits until all children are gone. */
    void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
