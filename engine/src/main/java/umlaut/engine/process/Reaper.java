package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.engine.MemoryUse;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Processes;

/**
 * The one host thread that is the parent of all stub processes. It starts the first, and then waits for any of them to end: wait4(-1, __WNOTHREAD) sees
 * just its own children, so java.lang.Process is never disturbed. When it ends, with the JVM or alone, the host kills all its children
 * (PR_SET_PDEATHSIG).
 */
final class Reaper {
    /** A thirtieth of the share that others have who want the same processor: no less, or killed processes would take seconds to end on a busy host. */
    private static final int BACKGROUND_NICE = 15;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Map<Integer, NativeAddressSpace> living = new HashMap<>();

    /** Forks under way. Its lock comes after this one's. */
    final Nursery nursery;

    private final Thread thread;

    /** The thread's number on the host. */
    private volatile int tid;

    /** Where that runs: 0 until somebody has said. */
    private volatile long place;

    /** The first child leads a session, and with it the process group of all its descendants. */
    private volatile int processGroup;

    private Reaper(AreaFile areas, Runnable body) {
        nursery = new Nursery(areas);
        thread = new Thread(null, body, "umlaut-reaper", 128 << 10);
        thread.setDaemon(true);
    }

    /**
     * Starts program {@code path} as the first child. {@code pid} is completed with its process id, or -errno.
     *
     * @param background all children run at a low priority
     * @param cpus where they may run, then
     */
    static Reaper start(AreaFile areas, String path, boolean background, long cpus, CompletableFuture<Long> pid) {
        Reaper[] self = new Reaper[1];
        self[0] = new Reaper(areas, () -> {
            self[0].tid = Processes.gettid();
            Processes.setSlice(Pacer.SLICE_NS); // all stub processes inherit these
            if (background) {
                Processes.setNice(BACKGROUND_NICE);
                Processes.setAffinity(0, cpus);
            }
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
        MemorySegment status = Arena.ofAuto().allocate(Layouts.INT);
        MemorySegment usage = Arena.ofAuto().allocate(Processes.RUSAGE_SIZE, Long.BYTES);
        for (; ; ) {
            long pid = Processes.wait4(-1, status, Processes.WALL | Processes.WNOTHREAD, usage);
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
                    nursery.reaped((int) pid);
                }
            } finally {
                lock.unlock();
            }
            if (space != null) {
                MemoryUse use = new MemoryUse(
                        usage.get(Layouts.LONG, Processes.RU_MAXRSS) << 10,
                        usage.get(Layouts.LONG, Processes.RU_MINFLT),
                        usage.get(Layouts.LONG, Processes.RU_MAJFLT));
                space.died(status.get(Layouts.INT, 0) & 0x7f, use);
            }
            releaseLost();
        }
    }

    /** A fork has failed, and no child has been seen. @return slots for the parent's next one; null if it has no more children */
    Nursery.@Nullable Birth notBorn(Nursery.Birth birth) {
        birth.child.cancel();
        if (birth.isOver()) {
            lost(birth);
            return null;
        }
        nursery.refused(birth);
        return birth;
    }

    /** A fork has failed, and nobody knows whether there is a child: its parent has been reaped, or the child itself. */
    void lost(Nursery.@Nullable Birth birth) {
        if (birth != null) {
            nursery.lost(birth);
            releaseLost();
        }
    }

    /** Gives back the slots of lost children once no child can have them: when every child is one we know. */
    private void releaseLost() {
        if (nursery.hasLost()) {
            lock.lock();
            try {
                nursery.releaseLost(living.keySet(), tid);
            } finally {
                lock.unlock();
            }
        }
    }

    /** From now on the end of process {@code pid} is told to its address space. @param birth the fork that made it, null for the first process */
    void register(Nursery.@Nullable Birth birth, int pid, NativeAddressSpace space) {
        boolean dead;
        lock.lock();
        try {
            dead = nursery.isStillborn(birth, pid);
            if (!dead) {
                living.put(pid, space);
            }
        } finally {
            lock.unlock();
        }
        if (dead) {
            space.died(Processes.SIGKILL, MemoryUse.NONE);
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

    /** Confines a thread of a child that is not yet reaped to the processors of a mask. */
    void place(NativeAddressSpace space, int tid, long cpus) {
        lock.lock();
        try {
            if (tid > 0 && living.get(space.hostPid()) == space) {
                Processes.setAffinity(tid, cpus);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has the reaper itself run there from now on. */
    void goTo(long cpus) {
        if (cpus != place) {
            place = cpus;
            Processes.setAffinity(tid, cpus);
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
