package umlaut.kernel.ipc;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** Pipes, events, signals and file changes as files, and the calls that move data between files. */
public final class IpcFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.PIPE -> Pipes.pipe2(task, a.l(0), 0);
            case Nr.PIPE2 -> Pipes.pipe2(task, a.l(0), a.i(1));
            case Nr.EVENTFD -> Pipes.eventfd2(task, a.i(0), 0);
            case Nr.EVENTFD2 -> Pipes.eventfd2(task, a.i(0), a.i(1));
            default -> NOT_MINE;
        };
    }
}
