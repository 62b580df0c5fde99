package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;

/** proc_pid_syscall(5): the system call that a task sleeps in, with its arguments, stack pointer and instruction pointer. */
final class PidSyscall {
    private static final int[] ARGUMENTS = {Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};

    private PidSyscall() {}

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
        return out.append(" 0x").append(Long.toHexString(user.reg(Reg.RIP))).append('\n').toString();
    }
}
