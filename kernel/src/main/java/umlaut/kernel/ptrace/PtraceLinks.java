package umlaut.kernel.ptrace;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.PtraceConst;
import umlaut.abi.Signal;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskTable;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.task.TraceAccess;

/** Who traces whom: attaching, detaching, inheriting, and what a tracer's end means (Linux: kernel/ptrace.c). */
public final class PtraceLinks {
    private static final int TRAPPING_TRIES = 20_000;

    private PtraceLinks() {}

    /** PTRACE_TRACEME: the parent traces the caller. */
    static long traceMe(Task task) {
        originalText(task);
        TaskTable tasks = task.kernel.tasks;
        tasks.lock.lock();
        try {
            Task parent = task.group.parentThread;
            if (task.tracee() != null || parent == null || parent.exited) {
                return Errno.EPERM.negative();
            }
            link(task, parent, new Tracee(parent, false, 0));
            return 0;
        } finally {
            tasks.lock.unlock();
        }
    }

    /** PTRACE_ATTACH, PTRACE_SEIZE. */
    static long attach(Task tracer, Task task, boolean seize, int options) {
        if (task.group == tracer.group || !TraceAccess.mayAttach(tracer, task)) {
            return Errno.EPERM.negative();
        }
        originalText(task);
        Tracee tracee = new Tracee(tracer, seize, options);
        boolean wasStopped;
        TaskTable tasks = task.kernel.tasks;
        tasks.lock.lock();
        try {
            if (task.exited || task.tracee() != null || tracer.exited) {
                return Errno.EPERM.negative();
            }
            task.group.signalLock.lock();
            try {
                wasStopped = task.stopped;
                link(task, tracer, tracee);
                if (wasStopped) {
                    tracee.trapStop = true;
                    task.kick();
                }
            } finally {
                task.group.signalLock.unlock();
            }
            if (!seize) {
                Signals.send(task, SigInfo.kernel(Signal.SIGSTOP));
            }
        } finally {
            tasks.lock.unlock();
        }
        originalText(task); // it may have executed another program meanwhile
        // One that was stopped is seen as stopped at once (JOBCTL_TRAPPING).
        for (int i = 0; wasStopped && i < TRAPPING_TRIES && !tracee.stopped() && !task.exited; i++) {
            LockSupport.parkNanos(50_000);
        }
        return 0;
    }

    private static void originalText(Task task) {
        Mm mm = task.mmOrNull();
        if (mm != null && mm.tryAcquire() != null) {
            try {
                mm.space().keepOriginalText();
            } finally {
                mm.release();
            }
        }
    }

    @SuppressWarnings("GuardedBy") // tasks.lock is held by the callers
    private static void link(Task task, Task tracer, Tracee tracee) {
        tracer.tracees.add(task);
        tracer.group.tracing = tracer.group.tracing + 1;
        task.setTracee(tracee);
    }

    /**
     * A traced task has made a child: is that traced too? Caller holds {@code tasks.lock}; the child does not run yet.
     *
     * @param wanted CLONE_PTRACE was given, or the tracer asked for this kind of event
     */
    public static void inherit(Task parent, Task child, boolean wanted) {
        Tracee by = parent.tracee();
        Task tracer = by == null ? null : by.tracer();
        if (!wanted || by == null || tracer == null) {
            return;
        }
        Tracee tracee = new Tracee(tracer, by.seized, by.options());
        if (by.seized) {
            tracee.trapStop = true;
        } else {
            child.group.signalLock.lock();
            try {
                child.pending.addBare(Signal.SIGSTOP);
            } finally {
                child.group.signalLock.unlock();
            }
        }
        link(child, tracer, tracee);
    }

    /** PTRACE_DETACH, by the tracer. The tracee is stopped. */
    static void detach(Task task, Tracee tracee, int signo) {
        TaskTable tasks = task.kernel.tasks;
        tasks.lock.lock();
        try {
            unlink(task, tracee, signo);
        } finally {
            tasks.lock.unlock();
        }
    }

    /** Ends the tie. Caller holds {@code tasks.lock}. */
    @SuppressWarnings("GuardedBy")
    private static void unlink(Task task, Tracee tracee, int signo) {
        Task tracer = tracee.tracer();
        if (tracer == null) {
            return;
        }
        tracer.tracees.remove(task);
        tracer.group.tracing = tracer.group.tracing - 1;
        task.group.signalLock.lock();
        try {
            tracee.unlink();
            tracee.step = false;
            tracee.syscalls = false;
            tracee.emulate = false;
            tracee.debug.set(task, 7, 0);
            if (tracee.counted()) {
                tracee.setCounted(false);
                task.group.stop.parked--;
            }
            task.setTracee(null);
            tracee.wakeFromStop(task, signo);
            task.kick();
        } finally {
            task.group.signalLock.unlock();
        }
    }

    /** A tracee that has ended and was waited for, or that execve(2) of another thread replaces. Caller holds {@code tasks.lock}. */
    public static void forget(Task task) {
        Tracee tracee = task.tracee();
        if (tracee != null) {
            unlink(task, tracee, 0);
        }
    }

    /** What a tracer leaves behind. */
    public interface Orphan {
        /** A tracee that had ended already, and which nobody traces now. Caller holds {@code tasks.lock}. */
        void ended(Task task);
    }

    /** A tracer ends: its tracees go on alone, or are killed (PTRACE_O_EXITKILL). Caller holds {@code tasks.lock}. */
    @SuppressWarnings("GuardedBy")
    public static void tracerExits(Task tracer, Orphan orphan) {
        if (tracer.tracees.isEmpty()) {
            return;
        }
        for (Task task : List.copyOf(tracer.tracees)) {
            Tracee tracee = task.tracee();
            if (tracee == null) {
                continue;
            }
            if (tracee.has(PtraceConst.PTRACE_O_EXITKILL)) {
                Signals.kill(task.group, Signal.SIGKILL);
            }
            unlink(task, tracee, tracee.unseenSignal());
            if (task.isZombie()) {
                orphan.ended(task);
            }
        }
    }

    /** The process that traces a task, or null. */
    public static @Nullable ThreadGroup tracerGroup(Task task) {
        Tracee tracee = task.tracee();
        Task tracer = tracee == null ? null : tracee.tracer();
        return tracer == null ? null : tracer.group;
    }
}
