package umlaut.kernel.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.WaitFlags;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.coredump.CoreState;
import umlaut.kernel.keys.Key;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.signal.GroupStop;
import umlaut.kernel.signal.PendingSignals;
import umlaut.kernel.signal.SignalHandlers;
import umlaut.kernel.wait.WaitQueue;

/**
 * A process as users know it: the tasks that share a tgid, their shared signals, limits and place among parents, groups
 * and sessions (Linux:
 * signal_struct).
 *
 * <p>Locks: family links (parent, children, process group, session, exit state) are guarded by {@code
 * kernel.tasks.lock}; signal state by {@link
 * #signalLock}, which is taken after it.
 */
public final class ThreadGroup {
    /** In the initial pid namespace. */
    public final int tgid;
    /** Where it lives, and its number there. */
    public final PidNamespace pidNs;

    public final int pidInside;
    public final ReentrantLock signalLock = new ReentrantLock();
    /** Signals sent to the process as a whole; guarded by {@link #signalLock}. */
    public final PendingSignals shared = new PendingSignals();

    public final Limits limits;
    /** Woken when a child changes state: where wait4(2) sleeps. */
    public final WaitQueue childEvents = new WaitQueue();
    /** Woken when this group has ended or changed state: pidfds poll here. */
    public final WaitQueue exitEvents = new WaitQueue();
    /** Woken when a signal was queued, blocked or not: signalfds poll here. */
    public final WaitQueue signalEvents = new WaitQueue();
    /** Job control; guarded by {@link #signalLock}. */
    public final GroupStop stop = new GroupStop();
    /** Resources used by threads that have ended, and by children that were waited for. */
    public final ResourceUsage deadThreads = new ResourceUsage();

    public final ResourceUsage deadChildren = new ResourceUsage();

    private volatile SignalHandlers handlers;
    /** Set once by the first exit_group or fatal signal: status in the form of wait(2). */
    private volatile int exitStatus = -1;

    /** Its control group; changed under the lock of the kernel's {@code Cgroups}. */
    private volatile Cgroup cgroup;
    /** The control group is frozen: every thread parks before it returns to guest code. */
    private volatile boolean frozen;
    /** Processor time used before it came to its control group, ns. */
    public volatile long cgroupUserNs;

    public volatile long cgroupSystemNs;

    private volatile @Nullable CoreState coreState;

    private volatile boolean stopRequested;

    @GuardedBy("signalLock") private final List<Task> threads = new ArrayList<>();

    /** Threads that have not begun to exit. */
    @GuardedBy("signalLock") private int live;

    /** Pid 1: signals from inside with a default action do nothing to it (Linux: SIGNAL_UNKILLABLE). */
    public volatile boolean unkillable;
    /** /proc/PID/oom_score_adj, -1000 to 1000. */
    public volatile int oomScoreAdj;
    /** Monotonic ns at which the process began. */
    public volatile long startMonotonicNs;

    /** keyrings(7): shared by the threads, not inherited. */
    public volatile @Nullable Key processKeyring;

    private volatile @Nullable Task leader;
    /** A thread that is in execve(2) and ends the others. */
    private volatile @Nullable Task execTask;
    /** Watches RLIMIT_CPU, once that was set. */
    volatile @Nullable CpuLimit cpuLimit;
    /** The machine's handle, if the machine started this process: it then waits for it. */
    volatile @Nullable GuestProcess outside;

    // Family; changed under kernel.tasks.lock.
    public volatile @Nullable ThreadGroup parent;
    /** The thread of the parent whose child this is: its end sends PR_SET_PDEATHSIG's signal. */
    public volatile @Nullable Task parentThread;

    public final List<ThreadGroup> children = new ArrayList<>();
    public volatile ProcessGroup processGroup;
    public volatile boolean childSubreaper;
    /** How many tasks this process's threads trace. */
    public volatile int tracing;
    /** Has used SEM_UNDO, semop(2). */
    public volatile boolean semaphoreUndo;
    /** Signal sent to the parent at exit: SIGCHLD, another, or 0. */
    public volatile int exitSignal;

    public volatile boolean execed;
    /** All threads have ended; the wait(2) status awaits the parent. */
    public volatile boolean zombie;

    public ThreadGroup(
            int tgid,
            SignalHandlers handlers,
            Limits limits,
            ProcessGroup processGroup,
            PidNamespace pidNs,
            int pidInside,
            Cgroup cgroup) {
        this.tgid = tgid;
        this.pidNs = pidNs;
        this.pidInside = pidInside;
        this.handlers = handlers;
        this.limits = limits;
        this.processGroup = processGroup;
        this.cgroup = cgroup;
        this.frozen = cgroup.frozen();
    }

    public Cgroup cgroup() {
        return cgroup;
    }

    /** Caller holds the lock of the kernel's {@code Cgroups}. */
    public void setCgroup(Cgroup to) {
        cgroup = to;
    }

    public boolean frozen() {
        return frozen;
    }

    /** Threads see it as they next leave the kernel; those that wait there or run guest code are asked to. */
    public void setFrozen(boolean on) {
        if (frozen != on) {
            frozen = on;
            signalLock.lock();
            try {
                kickAll();
            } finally {
                signalLock.unlock();
            }
        }
    }

    /** Is it pid 1 of its namespace? */
    public boolean isInit() {
        return pidInside == 1;
    }

    public SignalHandlers handlers() {
        return handlers;
    }

    public void setHandlers(SignalHandlers fresh) {
        handlers = fresh;
    }

    /** The group is ending: every task of it leaves for exit as soon as it looks. */
    public boolean exiting() {
        return exitStatus != -1;
    }

    /** The wait(2) status the group ends with, or -1 while it lives. */
    public int exitStatus() {
        return exitStatus;
    }

    /** Marks the group as ending; the first caller's status counts. @return true for the first */
    public boolean beginExit(int waitStatus) {
        signalLock.lock();
        try {
            if (exitStatus != -1) {
                return false;
            }
            exitStatus = waitStatus;
            return true;
        } finally {
            signalLock.unlock();
        }
    }

    /** A core file is to be made before the group ends. @return false: it is ending already */
    public boolean beginDump(CoreState state) {
        signalLock.lock();
        try {
            if (exitStatus != -1) {
                return false;
            }
            coreState = state;
            return true;
        } finally {
            signalLock.unlock();
        }
    }

    public @Nullable CoreState coreState() {
        return coreState;
    }

    public void endDump() {
        coreState = null;
    }

    /** wait(2)'s status says that there is a core file. */
    public void noteCoreDumped() {
        signalLock.lock();
        try {
            exitStatus = exitStatus | WaitFlags.WCOREFLAG;
        } finally {
            signalLock.unlock();
        }
    }

    @Nullable Task execTask() {
        return execTask;
    }

    void setExecTask(@Nullable Task task) {
        execTask = task;
    }

    /** Must {@code task} leave: is the group ending, or does another thread execute a new program? */
    public boolean mustExit(Task task) {
        Task exec = execTask;
        return exitStatus != -1 || exec != null && exec != task;
    }

    public int liveThreads() {
        signalLock.lock();
        try {
            return threads.size();
        } finally {
            signalLock.unlock();
        }
    }

    /**
     * The first thread, also after its end until the process is waited for; null only while the process is being made.
     */
    public @Nullable Task leader() {
        return leader;
    }

    void setLeader(Task task) {
        leader = task;
    }

    public Session session() {
        return processGroup.session;
    }

    /** One of its threads, null when all have gone. */
    public @Nullable Task anyThread() {
        signalLock.lock();
        try {
            return threads.isEmpty() ? null : threads.getFirst();
        } finally {
            signalLock.unlock();
        }
    }

    /** Makes every thread look for work. Caller holds {@link #signalLock}. */
    @SuppressWarnings("GuardedBy")
    public void kickAll() {
        for (int i = 0; i < threads.size(); i++) {
            threads.get(i).kick();
        }
    }

    /** The live threads, for callers that hold {@link #signalLock}; not to be kept. */
    @SuppressWarnings("GuardedBy")
    public List<Task> threadsLocked() {
        return threads;
    }

    public boolean stopRequested() {
        return stopRequested;
    }

    public void setStopRequested(boolean stop) {
        stopRequested = stop;
    }

    /**
     * Something that makes the task leave an interruptible sleep: an unblocked pending signal, a stop, the group's end.
     */
    public boolean hasWorkFor(Task task) {
        CoreState dump = coreState;
        if (dump != null && dump.dumper() == task) {
            return false;
        }
        Tracee tracee = task.tracee();
        if ((tracee == null ? stopRequested : tracee.trapPending(this)) || frozen || mustExit(task)) {
            return true;
        }
        signalLock.lock();
        try {
            return ((task.pending.mask() | shared.mask()) & ~task.blockedSignals()) != 0 || stop.notifyParent != 0;
        } finally {
            signalLock.unlock();
        }
    }

    /** @return false: the process is ending, or executing a new program in another thread */
    boolean addThread(Task task) {
        signalLock.lock();
        try {
            if (exitStatus != -1 || execTask != null) {
                return false;
            }
            if (!threads.isEmpty()) {
                handlers().share();
            }
            threads.add(task);
            live++;
            return true;
        } finally {
            signalLock.unlock();
        }
    }

    /** A thread begins to exit. Caller holds {@link #signalLock}. @return how many have not */
    @SuppressWarnings("GuardedBy")
    int threadExits() {
        return --live;
    }

    /** Threads that can stop. Caller holds {@link #signalLock}. */
    @SuppressWarnings("GuardedBy")
    int live() {
        return live;
    }

    /** Threads that have not been let go of, ended ones that a tracer has not waited for included. */
    int threadCount() {
        signalLock.lock();
        try {
            return threads.size();
        } finally {
            signalLock.unlock();
        }
    }

    /** @return how many threads are left */
    int removeThread(Task task) {
        signalLock.lock();
        try {
            threads.remove(task);
            return threads.size();
        } finally {
            signalLock.unlock();
        }
    }

    /** A snapshot, in order of creation. */
    public List<Task> threads() {
        signalLock.lock();
        try {
            return List.copyOf(threads);
        } finally {
            signalLock.unlock();
        }
    }

    /** The address space of the process, of whichever thread still has it; null once none has. */
    public @Nullable Mm mmOrNull() {
        signalLock.lock();
        try {
            for (int i = 0; i < threads.size(); i++) {
                Mm mm = threads.get(i).mmOrNull();
                if (mm != null) {
                    return mm;
                }
            }
            return null;
        } finally {
            signalLock.unlock();
        }
    }
}
