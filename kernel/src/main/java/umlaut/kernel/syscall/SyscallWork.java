package umlaut.kernel.syscall;

import umlaut.abi.Errno;
import umlaut.abi.PtraceConst;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.seccomp.Seccomp;
import umlaut.kernel.seccomp.UserDispatch;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.SignalDelivery;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskExit;
import umlaut.kernel.task.TaskLoop;

/**
 * The long way of a system call, for tasks that are traced or filtered or have their calls dispatched to themselves (Linux: syscall_trace_enter and syscall_exit_work in kernel/entry/common.c).
 */
final class SyscallWork {
    /** In ORIG_RAX: no system call, and RAX is left as it is. */
    private static final int SKIP = -1;

    private SyscallWork() {}

    static long run(Syscalls syscalls, Task task, int nr, Args args) {
        UserDispatch dispatch = task.userDispatch();
        if (dispatch != null) {
            long verdict = dispatch.check(task, nr);
            if (verdict != Seccomp.PASS) {
                return verdict;
            }
        }
        Tracee tracee = task.tracee();
        return tracee == null ? filtered(syscalls, task, nr, args) : traced(syscalls, task, tracee, args);
    }

    private static long filtered(Syscalls syscalls, Task task, int nr, Args args) {
        Seccomp filters = task.seccomp();
        if (filters != null) {
            long verdict = Seccomp.check(task, filters, nr);
            if (verdict != Seccomp.PASS) {
                return verdict;
            }
        }
        return syscalls.call(task, nr, args);
    }

    private static long traced(Syscalls syscalls, Task task, Tracee tracee, Args args) {
        UserThread user = task.user();
        tracee.enterSystemCall();
        task.origRax = user.reg(Reg.RAX); // all of it, though only the lower half counts
        user.setReg(Reg.RAX, Errno.ENOSYS.negative());
        boolean emulated = tracee.emulates();
        if (emulated || tracee.stopsAtSystemCalls()) {
            PtraceStop.systemCall(task, tracee, PtraceConst.PTRACE_EVENTMSG_SYSCALL_ENTRY);
            reload(task, args);
        }
        if (!emulated) {
            long result = perform(syscalls, task, args);
            if (result == TaskLoop.ANSWERED) {
                return result;
            }
            if (result != TaskLoop.KEEP_REGISTERS) {
                task.user().setReg(Reg.RAX, result);
            }
        }
        Tracee still = task.tracee();
        if (still != null) {
            leave(task, still);
        }
        long result = task.user().reg(Reg.RAX);
        boolean again = (int) task.origRax != SKIP && Restart.isRestart(result);
        task.interruptedResult = 0;
        if (again) {
            SignalDelivery.afterSystemCall(task, result, (int) task.origRax);
        }
        return TaskLoop.KEEP_REGISTERS;
    }

    /** A tracer may have changed registers and memory. */
    private static void reload(Task task, Args args) {
        if (task.group.mustExit(task)) {
            throw TaskExit.now();
        }
        task.user().forgetCopiedIn();
        args.load(task.user());
    }

    private static long perform(Syscalls syscalls, Task task, Args args) {
        Seccomp filters = task.seccomp();
        if (filters != null) {
            long verdict = Seccomp.check(task, filters, (int) task.origRax);
            if (verdict != Seccomp.PASS) {
                return verdict;
            }
            reload(task, args);
        }
        int nr = (int) task.origRax;
        return nr == SKIP ? TaskLoop.KEEP_REGISTERS : syscalls.call(task, nr, args);
    }

    private static void leave(Task task, Tracee tracee) {
        if (tracee.isStepping() && !tracee.emulates()) {
            PtraceStop.stepped(task);
        } else if (tracee.stopsAtSystemCalls()) {
            PtraceStop.systemCall(task, tracee, PtraceConst.PTRACE_EVENTMSG_SYSCALL_EXIT);
        }
        PtraceStop.keepWatching(task, tracee);
    }
}
