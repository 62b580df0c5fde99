package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Le;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.kernel.futex.FutexFamily;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SignalDelivery;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.syscall.Args;

/**
 * The kernel's loop for one task: let it run, see why it came, do it, deliver signals, again (Linux:
 * exit_to_user_mode_loop and the entry code). Runs on the
 * task's own Java thread until the task has exited. Any Throwable that is not an expected error is an oops: logged,
 * this process killed, the machine lives on.
 */
public final class TaskLoop implements Runnable {
    private final Task task;
    private final Args args;
    /** See {@link #ANSWERED}. */
    private boolean answered;

    private final Runnable first;

    /** For a task that starts in guest code, with registers set. */
    TaskLoop(Task task) {
        this(task, () -> {});
    }

    /** @param first done on the task's kernel thread before all else; may throw {@link TaskExit} */
    TaskLoop(Task task, Runnable first) {
        this.task = task;
        this.args = new Args(task.memory);
        this.first = first;
    }

    @Override
    public void run() {
        task.bindKernelThread(Thread.currentThread());
        try {
            first.run();
            if (task.user().isRunning()) {
                answered = true;
            } else {
                tellTid();
                // Signals, a stop or the end may have come since the task was made.
                task.noteWork();
                work();
            }
            while (step()) {
                // all in step
            }
        } catch (TaskExit e) {
            // exit(2) was called, or a signal was fatal: the status is in the group.
        } catch (Throwable oops) {
            Oops.report(task, oops);
            Signals.kill(task.group, Signal.SIGSEGV);
        }
        try {
            Exit.finish(task);
        } catch (Throwable oops) {
            Oops.report(task, oops);
        } finally {
            task.completions.close();
            task.bindKernelThread(null);
            task.kernel.scratches.give(task.fileScratch);
        }
    }

    private boolean step() {
        UserThread user = task.user();
        Trap trap = answered ? user.awaitAnswered() : user.resume();
        answered = false;
        if (user.hasChanges()) {
            task.learnChanges();
        }
        if (task.pendingChange != null && trap != Trap.ORDER_FAILED) {
            task.mm().ordersDone(task);
        }
        switch (trap) {
            case SYSCALL -> {
                task.unprovenFrame.proven();
                systemCall(user);
            }
            case FAULT -> {
                task.unprovenFrame.proven();
                fault(user);
            }
            case INTERRUPT -> {
                task.origRax = -1;
                if (user.interruptedFutex()) {
                    int nr = user.interruptedFutexCall();
                    task.origRax = nr;
                    int operation = (int) user.reg(Reg.RSI);
                    long result = FutexFamily.interruptedOnHost(nr, operation, user.reg(Reg.R10) != 0);
                    SignalDelivery.afterSystemCall(task, result, nr);
                }
            }
            case ORDER_FAILED -> orderFailed(user);
            case COPY_FAILED -> task.windowCopy.redo(task);
            case DEAD -> {
                // SIGSEGV: rseq(2)'s, which no handler could take.
                boolean fault = user.addressSpace().lastSignal() == Signal.SIGSEGV;
                Signals.kill(task.group, fault ? Signal.SIGSEGV : Signal.SIGKILL);
                return false;
            }
        }
        // An answered task's guest code is running: what there is to do is done when it comes in again, as it soon
        // will.
        if (task.workPending() && !answered) {
            work();
        }
        return true;
    }

    private void orderFailed(UserThread user) {
        long error = user.failedOrder();
        if (task.pendingChange != null || !SignalDelivery.frameFailed(task)) {
            task.mm().orderFailed(task, error);
        }
    }

    private void work() {
        while (task.workPending()) {
            task.clearWorkPending();
            SignalDelivery.handleWork(task);
        }
    }

    /** CLONE_CHILD_SETTID: the child itself writes, in its own memory. */
    private void tellTid() {
        if (task.setChildTid != 0) {
            MemorySegment word = task.memory.build(4);
            Le.putInt(word, 0, task.tidInside);
            task.user().write(task.setChildTid, word, 0, 4);
            task.setChildTid = 0;
        }
    }

    private void systemCall(UserThread user) {
        int nr = user.systemCall();
        task.origRax = nr;
        long result;
        task.completions.open();
        try {
            result = task.kernel.syscalls.enter(task, args);
        } finally {
            task.completions.close();
        }
        if (result == ANSWERED) {
            answered = true;
        } else if (Restart.isRestart(result)) {
            SignalDelivery.afterSystemCall(task, result, nr);
        } else if (result != KEEP_REGISTERS) {
            task.user().setReg(Reg.RAX, result);
        }
    }

    /** A handler that has set all registers itself (execve, rt_sigreturn) returns this. */
    public static final long KEEP_REGISTERS = Long.MIN_VALUE + 2;

    /** Another task has answered the call in this one's place ({@link TaskSleep}): guest code is running again. */
    public static final long ANSWERED = Long.MIN_VALUE + 3;

    private static final long DEBUG_EXCEPTION = 1;

    private void fault(UserThread user) {
        SigInfo info = SigInfo.fault(
                user.faultSignal(),
                user.faultCode(),
                user.faultAddress(),
                user.faultTrapNumber(),
                user.faultErrorCode());
        task.origRax = -1;
        if (info.trapNumber() == DEBUG_EXCEPTION && task.tracee() != null && !PtraceStop.debugTrap(task, info)) {
            return;
        }
        if (!task.mm().handleFault(task, info)) {
            SignalDelivery.forceFault(task, info);
        }
    }
}
