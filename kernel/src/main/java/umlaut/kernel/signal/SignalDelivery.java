package umlaut.kernel.signal;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.abi.SigConst;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.cgroup.Freezer;
import umlaut.kernel.coredump.CoreDump;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.task.JobControl;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskExit;
import umlaut.kernel.task.ThreadGroup;

/**
 * What signals do to a task on its way back to guest code (signal(7); Linux: get_signal in kernel/signal.c,
 * arch/x86/kernel/signal.c). All pending unblocked signals are dealt
 * with, each handler's frame on top of the one before, so that the last one taken runs first; only the first decides
 * about an interrupted system call.
 */
public final class SignalDelivery {
    private static final long PAGE_FAULT = 14;

    private SignalDelivery() {}

    /** A signal to be handled by the guest. */
    private record Taken(SigInfo info, SigAction action) {}

    /** Stops, kills, or sets up handlers, until no unblocked signal is left. May throw {@link TaskExit}. */
    public static void handleWork(Task task) {
        boolean handled = false;
        while (true) {
            Taken taken = next(task);
            if (taken == null) {
                break;
            }
            deliver(task, taken);
            handled = true;
        }
        if (task.interruptedResult != 0) {
            restart(task);
        }
        Long saved = task.savedSignalMask;
        if (saved != null) {
            task.savedSignalMask = null;
            task.setBlockedSignals(saved);
        }
        if (handled) {
            task.lendMask(); // for the handler to return by itself
        }
    }

    /**
     * An interrupted call: remembers {@code result} (a {@link Restart} code) and its number until it is known whether a
     * handler runs.
     */
    public static void afterSystemCall(Task task, long result, int nr) {
        task.interruptedResult = result;
        task.interruptedNr = nr;
        task.user().setReg(Reg.RAX, result);
        task.noteWork();
    }

    /**
     * A fault that the kernel can't mend: the signal is sent such that it can't be ignored or blocked
     * (force_sig_fault).
     */
    public static void forceFault(Task task, SigInfo info) {
        task.lastFault = info;
        if (info.trapNumber() == PAGE_FAULT) {
            task.lastFaultAddress = info.address();
        }
        Signals.force(task, info);
    }

    /**
     * The engine could not run an order on return: was it part of a signal frame?
     *
     * @return true: the registers are those from before the frame, and the task gets SIGSEGV
     */
    public static boolean frameFailed(Task task) {
        if (!task.unprovenFrame.takeBack(task)) {
            return false;
        }
        badFrame(task, task.lastHandled);
        return true;
    }

    /**
     * Deals with default actions on the way; @return the next signal that has a handler, null when there is no more.
     */
    private static @Nullable Taken next(Task task) {
        ThreadGroup group = task.group;
        while (true) {
            if (group.mustExit(task)) {
                throw TaskExit.now();
            }
            if (group.frozen()) {
                Freezer.park(task);
                continue;
            }
            if (group.stop.notifyParent != 0) {
                JobControl.notifyContinued(group);
                continue;
            }
            Tracee tracee = task.tracee();
            if (tracee == null ? group.stopRequested() : tracee.trapPending(group)) {
                if (tracee == null) {
                    JobControl.park(task);
                } else {
                    PtraceStop.jobControl(task, tracee);
                }
                continue;
            }
            SigInfo info;
            boolean groupWide = false;
            SigAction action;
            int continues;
            group.signalLock.lock();
            try {
                info = task.pending.take(~task.blockedSignals());
                if (info == null) {
                    info = group.shared.take(~task.blockedSignals());
                    groupWide = true;
                }
                if (info == null) {
                    return null;
                }
                continues = group.stop.continues;
            } finally {
                group.signalLock.unlock();
            }
            if (tracee != null && info.signo() != Signal.SIGKILL) {
                info = PtraceStop.signal(task, tracee, info, groupWide);
                if (info == null) {
                    continue;
                }
            }
            group.signalLock.lock();
            try {
                action = group.handlers().get(info.signo());
                if (isHandler(action) && (action.flags() & SigConst.SA_RESETHAND) != 0) {
                    group.handlers().set(info.signo(), action.reset());
                }
            } finally {
                group.signalLock.unlock();
            }
            if (task.kernel.tracer.enabled()) {
                task.kernel.tracer.signal(task, info);
            }
            if (isHandler(action)) {
                return new Taken(info, action);
            }
            if (action.handler() == SigAction.SIG_DFL) {
                defaultAction(task, info, continues);
            }
        }
    }

    private static boolean isHandler(SigAction action) {
        return action.handler() != SigAction.SIG_DFL && action.handler() != SigAction.SIG_IGN;
    }

    private static void defaultAction(Task task, SigInfo info, int continues) {
        ThreadGroup group = task.group;
        int signo = info.signo();
        boolean kernelOnly = signo == Signal.SIGKILL || signo == Signal.SIGSTOP;
        if (group.unkillable && !kernelOnly) {
            return;
        }
        switch (Signal.defaultAction(signo)) {
            case IGN, CONT -> {}
            case STOP -> JobControl.requestStop(task, signo, continues);
            case TERM -> {
                Signals.kill(group, signo);
                throw TaskExit.now();
            }
            case CORE -> {
                CoreDump.endWith(task, info);
                throw TaskExit.now();
            }
        }
    }

    private static void deliver(Task task, Taken taken) {
        settleInterruptedCall(task, taken.action);
        SigInfo info = taken.info;
        SigAction action = taken.action;
        long mask = task.savedSignalMask != null ? task.savedSignalMask : task.blockedSignals();
        task.lastHandled = info.signo();
        Tracee tracee = task.tracee();
        boolean stepping = tracee != null && tracee.isStepping();
        if (tracee != null) {
            PtraceStop.clearStep(task, tracee);
        }
        if (!SignalFrame.push(task, info, action, mask)) {
            badFrame(task, info.signo());
            return;
        }
        task.savedSignalMask = null;
        long block = action.mask();
        if ((action.flags() & SigConst.SA_NODEFER) == 0) {
            block |= info.bit();
        }
        task.setBlockedSignals(task.blockedSignals() | block);
        if ((task.signalStack.flags & SigConst.SS_AUTODISARM) != 0) {
            task.signalStack.disable();
        }
        if (tracee != null) {
            PtraceStop.afterFrame(task, tracee, stepping);
        }
    }

    /** A handler runs: does the interrupted call answer EINTR or start again afterwards? */
    private static void settleInterruptedCall(Task task, SigAction action) {
        long result = task.interruptedResult;
        if (result == 0) {
            return;
        }
        task.interruptedResult = 0;
        boolean again = result == -Restart.ERESTARTNOINTR
                || result == -Restart.ERESTARTSYS && (action.flags() & SigConst.SA_RESTART) != 0;
        if (again) {
            repeat(task, task.interruptedNr);
        } else {
            task.user().setReg(Reg.RAX, Errno.EINTR.negative());
        }
    }

    /** No handler runs: the call goes on as if nothing had been. */
    private static void restart(Task task) {
        long result = task.interruptedResult;
        task.interruptedResult = 0;
        repeat(task, result == -Restart.ERESTART_RESTARTBLOCK ? Nr.RESTART_SYSCALL : task.interruptedNr);
    }

    private static void repeat(Task task, int nr) {
        UserThread user = task.user();
        user.setReg(Reg.RAX, nr);
        user.setReg(Reg.RIP, user.reg(Reg.RIP) - 2);
    }

    /**
     * The handler's frame could not be written (Linux: force_sigsegv): a handler of SIGSEGV itself has no second
     * chance.
     */
    static void badFrame(Task task, int signo) {
        if (signo == Signal.SIGSEGV) {
            task.group.signalLock.lock();
            try {
                task.group.handlers().set(Signal.SIGSEGV, SigAction.DEFAULT);
            } finally {
                task.group.signalLock.unlock();
            }
        }
        Signals.force(task, SigInfo.kernel(Signal.SIGSEGV));
    }
}
