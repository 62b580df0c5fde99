package umlaut.kernel.ptrace;

import org.jspecify.annotations.Nullable;
import umlaut.abi.PtraceConst;
import umlaut.abi.SiCode;
import umlaut.abi.SigConst;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.signal.SigAction;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.JobControl;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.TaskTable;
import umlaut.kernel.task.ThreadGroup;

/**
 * The tracee's side of ptrace(2): all its stops (Linux: ptrace_stop, ptrace_signal and do_jobctl_trap in kernel/signal.c, ptrace_event in linux/ptrace.h). Everything here runs
 * on the tracee's own kernel thread.
 */
public final class PtraceStop {
    private static final long TRAP_FLAG = 0x100;
    private static final int EXITING = 1, DELIVERY = 2;

    private PtraceStop() {}

    /**
     * A signal is about to be delivered: the tracer decides about it.
     *
     * @param groupWide it was sent to the process
     * @return the signal to deliver, or null for none
     */
    public static @Nullable SigInfo signal(Task task, Tracee tracee, SigInfo info, boolean groupWide) {
        tracee.info = info;
        int signo = stop(task, tracee, info.signo(), SiCode.CLD_TRAPPED, 0, info, DELIVERY);
        if (signo == 0 || task.group.mustExit(task)) {
            return null;
        }
        SigInfo now = tracee.info == null ? info : tracee.info;
        tracee.info = null;
        if (signo != now.signo()) {
            Task tracer = tracee.tracer();
            now = SigInfo.user(
                    signo,
                    tracer == null ? 0 : task.pidSeen(tracer.group.tgid),
                    tracer == null ? 0 : tracer.credentials().uid());
        }
        if ((task.blockedSignals() & now.bit()) != 0) {
            if (groupWide) {
                Signals.send(task.group, now);
            } else {
                Signals.send(task, now);
            }
            return null;
        }
        return now;
    }

    /** PTRACE_EVENT_*, if the tracer wants it, which is told of tasks as it knows them; the stop at execve(2) without that option is a SIGTRAP. */
    public static void event(Task task, int event, long message) {
        Tracee tracee = task.tracee();
        if (tracee == null) {
            return;
        }
        if (tracee.has(1 << event)) {
            int how = event == PtraceConst.PTRACE_EVENT_EXIT ? EXITING : 0;
            Task tracer = tracee.tracer();
            boolean isTask = how != EXITING && event != PtraceConst.PTRACE_EVENT_SECCOMP;
            long told = isTask && tracer != null ? tracer.pidSeen((int) message) : message;
            notify(task, tracee, Signal.SIGTRAP | event << 8, told, how);
        } else if (event == PtraceConst.PTRACE_EVENT_EXEC && !tracee.seized) {
            Signals.raise(task, Signal.SIGTRAP);
        }
    }

    /** Does the tracer want this event? */
    public static boolean wants(Task task, int event) {
        Tracee tracee = task.tracee();
        return tracee != null && event != 0 && tracee.has(1 << event);
    }

    /** A syscall-stop. @param message PTRACE_EVENTMSG_SYSCALL_ENTRY or _EXIT */
    public static void systemCall(Task task, Tracee tracee, int message) {
        int good = tracee.has(PtraceConst.PTRACE_O_TRACESYSGOOD) ? 0x80 : 0;
        int signo = notify(task, tracee, Signal.SIGTRAP | good, message, 0);
        if (signo != 0) {
            Signals.send(task, SigInfo.kernel(signo));
        }
    }

    /** Behind a system call that was stepped over: SIGTRAP, as of the trap flag. */
    public static void stepped(Task task) {
        Signals.force(
                task,
                SigInfo.fault(Signal.SIGTRAP, SiCode.TRAP_BRKPT, task.user().reg(Reg.RIP), 1, 0));
    }

    /** A handler's frame was set up: a task that steps stops at the handler's first instruction. */
    public static void afterFrame(Task task, Tracee tracee, boolean stepping) {
        if (stepping) {
            notify(task, tracee, Signal.SIGTRAP, 0, 0);
        } else {
            keepWatching(task, tracee);
        }
    }

    /**
     * The CPU trapped after an instruction.
     *
     * @return false: for nobody but the watchpoints that the kernel keeps, and none was hit
     */
    public static boolean debugTrap(Task task, SigInfo info) {
        Tracee tracee = task.tracee();
        if (tracee == null || !tracee.debug.watching()) {
            return true;
        }
        boolean hit = tracee.debug.hit(task, task.user().reg(Reg.RIP));
        if (tracee.step || !tracee.forcedTrapFlag) {
            tracee.debug.noteStep();
            return true;
        }
        if (hit) {
            Signals.force(
                    task,
                    SigInfo.fault(
                            Signal.SIGTRAP, SiCode.TRAP_HWBKPT, info.address(), info.trapNumber(), info.errorCode()));
        }
        return false;
    }

    /** On the way back to guest code, where the trap flag may have been lost. */
    public static void keepWatching(Task task, Tracee tracee) {
        if (tracee.debug.watching()) {
            applyStep(task, tracee);
        }
    }

    /** Job control, or the tracer's PTRACE_INTERRUPT (do_jobctl_trap). */
    public static void jobControl(Task task, Tracee tracee) {
        ThreadGroup group = task.group;
        int signo = tracee.stopSignal != 0 ? tracee.stopSignal : group.stop.signal;
        if (tracee.seized) {
            signo = group.stopRequested() ? signo : Signal.SIGTRAP;
            int code = signo | PtraceConst.PTRACE_EVENT_STOP << 8;
            stop(task, tracee, code, SiCode.CLD_STOPPED, 0, eventInfo(task, signo, code), 0);
        } else {
            stop(task, tracee, signo == 0 ? Signal.SIGSTOP : signo, SiCode.CLD_STOPPED, 0, null, 0);
        }
    }

    private static SigInfo eventInfo(Task task, int signo, int code) {
        return new SigInfo(signo, code, task.tidInside, task.credentials().uid(), 0, 0, 0, 0, 0);
    }

    private static int notify(Task task, Tracee tracee, int code, long message, int how) {
        SigInfo info = eventInfo(task, Signal.SIGTRAP, code);
        int signo = stop(task, tracee, code, SiCode.CLD_TRAPPED, message, info, how);
        tracee.info = null;
        return signo;
    }

    /** @return the signal that the tracer resumes the task with */
    private static int stop(
            Task task, Tracee tracee, int code, int why, long message, @Nullable SigInfo info, int how) {
        UserThread user = task.user();
        // Out of the engine's copies of program text: the tracer may step from here, or look at what is there.
        user.setReg(Reg.RIP, user.reg(Reg.RIP));
        TaskState before = task.state();
        boolean groupStopped;
        TaskTable tasks = task.kernel.tasks;
        ThreadGroup group = task.group;
        tasks.lock.lock();
        try {
            if (tracee.tracer() == null || how != EXITING && group.mustExit(task)) {
                return how == DELIVERY ? code : 0; // nobody decides about a signal
            }
            groupStopped = enter(task, tracee, code, why, message, info);
            tellTracer(task, tracee, why, code & 0x7f);
        } finally {
            tasks.lock.unlock();
        }
        if (groupStopped && tracee.reparented(group)) {
            JobControl.notifyStopped(group);
        }
        while (true) {
            task.prepareToSleep();
            if (!tracee.stopped() || how != EXITING && group.mustExit(task)) {
                break;
            }
            task.sleep(Long.MAX_VALUE, TaskState.TRACED);
        }
        task.setState(before);
        return leave(task, tracee);
    }

    /** @return whether the group stop is complete now */
    private static boolean enter(Task task, Tracee tracee, int code, int why, long message, @Nullable SigInfo info) {
        ThreadGroup group = task.group;
        group.signalLock.lock();
        try {
            tracee.info = info;
            tracee.message = message;
            tracee.resumeSignal = 0;
            tracee.listening = false;
            boolean completed = false;
            if (why == SiCode.CLD_STOPPED && group.stopRequested() && !tracee.counted()) {
                tracee.setCounted(true);
                group.stop.parked++;
                completed = JobControl.checkComplete(group);
            }
            tracee.trapStop = false;
            if (info != null && info.code() >> 8 == PtraceConst.PTRACE_EVENT_STOP) {
                tracee.trapNotify = false;
            }
            task.setState(TaskState.TRACED);
            tracee.setReport(code);
            tracee.setStopped(true);
            return completed;
        } finally {
            group.signalLock.unlock();
        }
    }

    private static int leave(Task task, Tracee tracee) {
        tracee.access.lock();
        try {
            task.group.signalLock.lock();
            try {
                tracee.setStopped(false);
                tracee.listening = false;
                tracee.setReport(0);
                tracee.message = 0;
                tracee.stopSignal = 0;
            } finally {
                task.group.signalLock.unlock();
            }
            applyStep(task, tracee);
            // Signals may have come that a stopped task does not take.
            task.noteWork();
            return tracee.resumeSignal;
        } finally {
            tracee.access.unlock();
        }
    }

    /** Sets or clears the trap flag as the tracer wishes; a program's own is left alone. */
    private static void applyStep(Task task, Tracee tracee) {
        UserThread user = task.user();
        long flags = user.reg(Reg.RFLAGS);
        if (tracee.step || tracee.debug.watching()) {
            if ((flags & TRAP_FLAG) == 0) {
                user.setReg(Reg.RFLAGS, flags | TRAP_FLAG);
                tracee.forcedTrapFlag = true;
            }
        } else {
            clearStep(task, tracee);
        }
    }

    /** The trap flag goes, if it is the tracer's. */
    public static void clearStep(Task task, Tracee tracee) {
        UserThread user = task.user();
        tracee.step = false;
        if (tracee.forcedTrapFlag) {
            tracee.forcedTrapFlag = false;
            user.setReg(Reg.RFLAGS, user.reg(Reg.RFLAGS) & ~TRAP_FLAG);
        }
    }

    /** SIGCHLD to the tracer, and its wait(2) looks. Caller holds {@code tasks.lock}. */
    private static void tellTracer(Task task, Tracee tracee, int why, int status) {
        Task tracer = tracee.tracer();
        if (tracer == null) {
            return;
        }
        SigAction action = tracer.group.handlers().get(Signal.SIGCHLD);
        if (action.handler() != SigAction.SIG_IGN && (action.flags() & SigConst.SA_NOCLDSTOP) == 0) {
            Signals.send(
                    tracer.group,
                    SigInfo.child(
                            why, tracer.pidSeen(task.tid), task.credentials().uid(), status));
        }
        tracer.group.childEvents.wakeAll(0);
    }
}
