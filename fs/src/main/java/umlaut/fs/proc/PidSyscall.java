package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;

/** proc_pid_syscall(5): the system call that a task sleeps in, with its arguments, stack pointer and instruction pointer. */
final class PidSyscall {
    private static final int[] ARGUMENTS = {Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};

    private PidSyscall() {}

    /** proc_pid_stack(5): where in the kernel the task is, for root. @throws umlaut.abi.ErrnoException EACCES */
    static String stack(Subject subject, @Nullable Task reader) {
        if (reader != null && !reader.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EACCES.exception();
        }
        StringBuilder out = new StringBuilder();
        for (StackTraceElement frame : subject.task().kernelStack()) {
            out.append("[<0>] ").append(frame).append('\n');
        }
        return out.toString();
    }

    static String text(Subject subject, @Nullable Task reader) {
        Task task = subject.task();
        if (task.exited || task != reader && task.state() == TaskState.RUNNING) {
            return "running\n";
        }
        UserThread user = task.user();
        StringBuilder out = new StringBuilder();
        out.append((int) task.origRax);
        if ((int) task.origRax != -1) {
            for (int register : ARGUMENTS) {
                out.append(" 0x").append(Long.toHexString(user.reg(register)));
            }
        }
        out.append(" 0x").append(Long.toHexString(user.reg(Reg.RSP)));
        return out.append(" 0x")
                .append(Long.toHexString(user.reg(Reg.RIP)))
                .append('\n')
                .toString();
    }
}
