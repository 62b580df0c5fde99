package umlaut.kernel.signal;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Rlimit;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.task.LastResort;
import umlaut.kernel.task.ProcessGroup;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * Sending signals (Linux: send_signal_locked, prepare_signal and complete_signal in kernel/signal.c). Nothing here
 * checks permissions: that is
 * {@link SignalPermission}'s.
 *
 * <p>May be called from any Java thread, with or without {@code kernel.tasks.lock}; never with another group's signal
 * lock held.
 */
public final class Signals {
    private static final long STOP_SIGNALS = Signal.bit(Signal.SIGSTOP)
            | Signal.bit(Signal.SIGTSTP)
            | Signal.bit(Signal.SIGTTIN)
            | Signal.bit(Signal.SIGTTOU);
    private static final long CONTINUE_SIGNAL = Signal.bit(Signal.SIGCONT);
    private static final long KERNEL_ONLY = Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP);

    private Signals() {}

    /** To a process. @return 0, or -EAGAIN when a real-time signal's queue is full */
    public static long send(ThreadGroup group, SigInfo info) {
        return send(group, null, info);
    }

    /** To one thread. @return as {@link #send(ThreadGroup, SigInfo)} */
    public static long send(Task task, SigInfo info) {
        return send(task.group, task, info);
    }

    /** To every process of a group. */
    public static void send(Kernel kernel, ProcessGroup processGroup, SigInfo info) {
        kernel.tasks.lock.lock();
        try {
            for (ThreadGroup member : List.copyOf(processGroup.members)) {
                send(member, info);
            }
        } finally {
            kernel.tasks.lock.unlock();
        }
    }

    /** As a terminal does: to the process group with that number, if there is one. */
    public static void sendToProcessGroup(Kernel kernel, int pgid, SigInfo info) {
        kernel.tasks.lock.lock();
        try {
            ProcessGroup processGroup = kernel.tasks.processGroup(pgid);
            if (processGroup != null) {
                send(kernel, processGroup, info);
            }
        } finally {
            kernel.tasks.lock.unlock();
        }
    }

    /** A signal that a task causes itself, such as SIGPIPE and SIGXFSZ (Linux: send_sig(sig, current, 0)). */
    public static void raise(Task task, int signo) {
        send(task, KillCalls.userInfo(task, signo));
    }

    /**
     * Sends such that it can't be blocked or ignored: then the default action is taken (Linux: force_sig_info). By the
     * task itself.
     */
    public static void force(Task task, SigInfo info) {
        ThreadGroup group = task.group;
        group.signalLock.lock();
        try {
            SigAction action = group.handlers().get(info.signo());
            boolean blocked = (task.blockedSignals() & info.bit()) != 0;
            if (blocked || action.handler() == SigAction.SIG_IGN) {
                group.handlers().set(info.signo(), SigAction.DEFAULT);
                task.setBlockedSignals(task.blockedSignals() & ~info.bit());
            }
            if (group.handlers().get(info.signo()).handler() == SigAction.SIG_DFL) {
                group.unkillable = false;
            }
            task.pending.flush(info.bit());
            post(group, task, info);
        } finally {
            group.signalLock.unlock();
        }
    }

    /** Ends a process with the wait(2) status of a signal, whatever it blocks or ignores. */
    public static void kill(ThreadGroup group, int signo) {
        group.signalLock.lock();
        try {
            if (group.beginExit(signo)) {
                LastResort.arm(group);
                group.kickAll();
            }
        } finally {
            group.signalLock.unlock();
        }
    }

    /** Is {@code signo} blocked or ignored by the task: what a terminal asks before it sends SIGTTIN or SIGTTOU? */
    public static boolean blockedOrIgnored(Task task, int signo) {
        return (task.blockedSignals() & Signal.bit(signo)) != 0
                || task.group.handlers().get(signo).handler() == SigAction.SIG_IGN;
    }

    /** Takes a pending signal out of {@code wanted}, the thread's own first: sigtimedwait(2), signalfd(2). */
    public static @Nullable SigInfo dequeue(Task task, long wanted) {
        task.group.signalLock.lock();
        try {
            SigInfo info = task.pending.take(wanted);
            return info != null ? info : task.group.shared.take(wanted);
        } finally {
            task.group.signalLock.unlock();
        }
    }

    /** All signals pending for the task or its process. */
    public static long pending(Task task) {
        return task.pending.mask() | task.group.shared.mask();
    }

    private static long send(ThreadGroup group, @Nullable Task thread, SigInfo info) {
        if (info.signo() == 0) {
            return 0;
        }
        group.signalLock.lock();
        try {
            return post(group, thread, info);
        } finally {
            group.signalLock.unlock();
        }
    }

    /** Caller holds the signal lock. */
    private static long post(ThreadGroup group, @Nullable Task thread, SigInfo info) {
        Task leader = group.leader();
        Task target = thread != null ? thread : leader;
        if (group.exiting() || target == null || !prepare(group, target, info)) {
            return 0;
        }
        PendingSignals queue = thread != null ? thread.pending : group.shared;
        int signo = info.signo();
        if (signo < Signal.SIGRTMIN && (queue.mask() & info.bit()) != 0) {
            return 0;
        }
        if (thread != null) {
            target.takeMaskBack();
        } else {
            group.threadsLocked().forEach(Task::takeMaskBack); // any of them may take it
        }
        AtomicInteger charged = null;
        if (info.signo() >= Signal.SIGRTMIN || info.code() < 0) {
            charged = target.kernel.users.of(target.credentials().uid()).pendingSignals;
            long limit = group.limits.soft(Rlimit.RLIMIT_SIGPENDING);
            if (Long.compareUnsigned(charged.incrementAndGet(), limit) > 0 && signo != Signal.SIGKILL) {
                charged.decrementAndGet();
                charged = null;
                if (signo >= Signal.SIGRTMIN && info.code() != SiCode.SI_USER && info.code() != SiCode.SI_KERNEL) {
                    return Errno.EAGAIN.negative();
                }
                queue.addBare(signo);
                complete(group, target, thread != null, signo);
                return 0;
            }
        }
        queue.add(info, charged);
        group.signalEvents.wake(0);
        complete(group, target, thread != null, signo);
        return 0;
    }

    /** Stop signals and SIGCONT undo each other as they are sent. @return false: the signal is ignored */
    private static boolean prepare(ThreadGroup group, Task target, SigInfo info) {
        long bit = info.bit();
        if ((bit & STOP_SIGNALS) != 0) {
            flush(group, CONTINUE_SIGNAL);
        } else if ((bit & CONTINUE_SIGNAL) != 0) {
            flush(group, STOP_SIGNALS);
            resume(group);
        }
        return !ignored(group, target, info);
    }

    private static void flush(ThreadGroup group, long which) {
        group.shared.flush(which);
        for (Task t : group.threadsLocked()) {
            t.pending.flush(which);
        }
    }

    private static void resume(ThreadGroup group) {
        GroupStop stop = group.stop;
        stop.continues++;
        if (stop.signal == 0) {
            tellTracees(group);
            return;
        }
        stop.notifyParent = stop.complete ? SiCode.CLD_CONTINUED : SiCode.CLD_STOPPED;
        stop.notifyStatus = stop.complete ? Signal.SIGCONT : stop.signal;
        stop.continuedUnreported = true;
        stop.unreported = false;
        stop.signal = 0;
        stop.complete = false;
        group.setStopRequested(false);
        for (Task t : group.threadsLocked()) {
            t.stopped = false;
        }
        tellTracees(group);
        group.kickAll();
    }

    private static void tellTracees(ThreadGroup group) {
        for (Task t : group.threadsLocked()) {
            Tracee tracee = t.tracee();
            if (tracee != null) {
                tracee.groupContinued(t);
            }
        }
    }

    private static boolean ignored(ThreadGroup group, Task target, SigInfo info) {
        long bit = info.bit();
        if (((target.blockedSignalsNow() | target.realBlocked) & bit) != 0) {
            return false;
        }
        if (target.tracee() != null && info.signo() != Signal.SIGKILL) {
            return false;
        }
        long handler = group.handlers().get(info.signo()).handler();
        if (handler == SigAction.SIG_DFL) {
            // Of an inner pid namespace's pid 1: who is not seen from there stands above it.
            boolean fromAbove = group.pidNs.level() > 0 && info.code() == SiCode.SI_USER && info.pid() == 0;
            boolean forced = (fromAbove || info.code() == SiCode.SI_KERNEL) && (bit & KERNEL_ONLY) != 0;
            if (group.unkillable && !forced && !isFault(info)) {
                return true;
            }
            return Signal.defaultAction(info.signo()) == Signal.Default.IGN || info.signo() == Signal.SIGCONT;
        }
        return handler == SigAction.SIG_IGN;
    }

    /** Sent by the CPU, not by anyone: {@link #force} has made pid 1 mortal where that applies. */
    private static boolean isFault(SigInfo info) {
        return info.trapNumber() != 0;
    }

    /** Finds a thread to take the signal and wakes it; a signal sure to be fatal ends the whole group at once. */
    private static void complete(ThreadGroup group, Task target, boolean threadDirected, int signo) {
        Task taker = choose(group, target, threadDirected, signo);
        if (taker == null) {
            return;
        }
        boolean traced = target.tracee() != null && signo != Signal.SIGKILL;
        if (!traced && fatal(group, signo) && (taker.realBlocked & Signal.bit(signo)) == 0) {
            if (group.beginExit(signo)) {
                LastResort.arm(group);
                group.kickAll();
            }
            return;
        }
        taker.kick();
    }

    private static boolean fatal(ThreadGroup group, int signo) {
        if (signo == Signal.SIGKILL) {
            return true;
        }
        return Signal.defaultAction(signo) == Signal.Default.TERM
                && group.handlers().get(signo).handler() == SigAction.SIG_DFL
                && !group.unkillable;
    }

    private static @Nullable Task choose(ThreadGroup group, Task target, boolean threadDirected, int signo) {
        if (wants(target, signo)) {
            return target;
        }
        if (threadDirected) {
            return null;
        }
        Task busy = null;
        for (Task t : group.threadsLocked()) {
            if (t != target && wants(t, signo)) {
                if (!t.workPending()) {
                    return t;
                }
                busy = busy == null ? t : busy;
            }
        }
        return busy;
    }

    private static boolean wants(Task task, int signo) {
        if (task.exited) {
            return false;
        }
        Tracee tracee = task.tracee();
        boolean stopped = task.stopped || tracee != null && tracee.stopped();
        return signo == Signal.SIGKILL || !stopped && (task.blockedSignals() & Signal.bit(signo)) == 0;
    }

    /**
     * Hands process-wide signals that {@code task} no longer takes (it now blocks them, or exits) to other threads.
     * Caller holds the signal lock.
     */
    public static void retarget(Task task, long which) {
        ThreadGroup group = task.group;
        long left = group.shared.mask() & which;
        if (left == 0) {
            return;
        }
        for (Task t : group.threadsLocked()) {
            if (t != task && !t.exited && (left & ~t.blockedSignals()) != 0) {
                left &= t.blockedSignals();
                t.kick();
                if (left == 0) {
                    return;
                }
            }
        }
    }
}
