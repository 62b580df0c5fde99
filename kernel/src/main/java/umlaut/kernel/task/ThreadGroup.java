package umlaut.kernel.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.signal.PendingSignals;
import umlaut.kernel.signal.SignalHandlers;
import umlaut.kernel.wait.WaitQueue;

/**
 * A process as users know it: the tasks that share a tgid, their shared signals, limits and place among parents, groups and sessions (Linux:
 * signal_struct).
 *
 * <p>Locks: family links (parent, children, process group, session, exit state) are guarded by {@code kernel.tasks.lock}; signal state by {@link
 * #signalLock}, which is taken after it.
 */
public final class ThreadGroup {
    public final int tgid;
    public final ReentrantLock signalLock = new ReentrantLock();
    /** Signals sent to the process as a whole; guarded by {@link #signalLock}. */
    public final PendingSignals shared = new PendingSignals();
    public final Limits limits;
    /** Woken when a child changes state: where wait4(2) sleeps. */
    public final WaitQueue childEvents = new WaitQueue();
    /** Woken when this group has ended or changed state: pidfds poll here. */
    public final WaitQueue exitEvents = new WaitQueue();

    private volatile SignalHandlers handlers;
    /** Set once by the first exit_group or fatal signal: status in the form of wait(2). */
    private volatile int exitStatus = -1;
    private volatile boolean stopRequested;

    @GuardedBy("signalLock")
    private final List<Task> threads = new ArrayList<>();

    // Family; guarded by kernel.tasks.lock.
    public @Nullable ThreadGroup parent;
    public final List<ThreadGroup> children = new ArrayList<>();
    public ProcessGroup processGroup;
    public boolean childSubreaper;
    /** Signal sent to the parent at exit: SIGCHLD, another, or 0. */
    public int exitSignal;
    public boolean execed;

    public ThreadGroup(int tgid, SignalHandlers handlers, Limits limits, ProcessGroup processGroup) {
        this.tgid = tgid;
        this.handlers = handlers;
        this.limits = limits;
        this.processGroup = processGroup;
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

    public boolean stopRequested() {
        return stopRequested;
    }

    public void setStopRequested(boolean stop) {
        stopRequested = stop;
    }

    /** Something that makes the task leave an interruptible sleep: an unblocked pending signal, a stop, the group's end. */
    public boolean hasWorkFor(Task task) {
        if (exiting() || stopRequested) {
            return true;
        }
        signalLock.lock();
        try {
            return ((task.pending.mask() | shared.mask()) & ~task.blockedSignals()) != 0;
        } finally {
            signalLock.unlock();
        }
    }

    public void addThread(Task task) {
        signalLock.lock();
        try {
            threads.add(task);
        } finally {
            signalLock.unlock();
        }
    }

    /** @return how many threads are left */
    public int removeThread(Task task) {
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
}
