package umlaut.kernel.task;

import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SignalDelivery;
import umlaut.kernel.syscall.Args;

/**
 * The kernel's loop for one task: let it run, see why it came, do it, deliver signals, again (Linux: exit_to_user_mode_loop and the entry code). Runs on the
 * task's own Java thread until the task has exited. Any Throwable that is not an expected error is an oops: logged, this process killed, the machine lives on.
 */
public final class TaskLoop implements Runnable {
    private final Task task;
    private final Args args;

    public TaskLoop(Task task) {
        this.task = task;
        this.args = new Args(task.memory);
    }

    @Override
    public void run() {
        task.bindKernelThread(Thread.currentThread());
        try {
            while (step()) {
                // all in step
            }
        } catch (TaskExit e) {
            // exit(2) was called, or a signal was fatal: the status is in the group.
        } catch (Throwable oops) {
            Oops.report(task, oops);
            task.group.beginExit(Signal.SIGSEGV);
        }
        try {
            Exit.finish(task);
        } catch (Throwable oops) {
            Oops.report(task, oops);
        } finally {
            task.bindKernelThread(null);
        }
    }

    private boolean step() {
        UserThread user = task.user();
        Trap trap = user.resume();
        switch (trap) {
            case SYSCALL -> systemCall(user);
            case FAULT -> fault(user);
            case INTERRUPT -> {
                if (user.interruptedFutex()) {
                    SignalDelivery.afterSystemCall(task, -Restart.ERESTARTSYS, umlaut.abi.Nr.FUTEX);
                }
            }
            case ORDER_FAILED -> task.mm().orderFailed(task, user.failedOrder());
            case DEAD -> {
                task.group.beginExit(Signal.SIGKILL);
                return false;
            }
        }
        while (task.workPending()) {
            task.clearWorkPending();
            SignalDelivery.handleWork(task);
        }
        return true;
    }

    private void systemCall(UserThread user) {
        int nr = (int) user.reg(Reg.RAX);
        long result = task.kernel.syscalls.enter(task, args);
        if (Restart.isRestart(result)) {
            SignalDelivery.afterSystemCall(task, result, nr);
        } else if (result != KEEP_REGISTERS) {
            task.user().setReg(Reg.RAX, result);
        }
    }

    /** A handler that has set all registers itself (execve, rt_sigreturn) returns this. */
    public static final long KEEP_REGISTERS = Long.MIN_VALUE + 2;

    private void fault(UserThread user) {
        SigInfo info = SigInfo.fault(
                user.faultSignal(), user.faultCode(), user.faultAddress(), user.faultTrapNumber(), user.faultErrorCode());
        if (!task.mm().handleFault(task, info)) {
            SignalDelivery.forceFault(task, info);
        }
    }
}
