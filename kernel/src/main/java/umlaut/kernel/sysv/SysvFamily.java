package umlaut.kernel.sysv;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls of System V communication; one of these a kernel (a single IPC namespace). */
public final class SysvFamily implements SyscallFamily {
    private final SharedMemoryCalls memory = new SharedMemoryCalls();

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.SHMGET -> memory.get(task, a.i(0), a.l(1), a.i(2));
            case Nr.SHMAT -> memory.attach(task, a.i(0), a.l(1), a.i(2));
            case Nr.SHMDT -> memory.detach(task, a.l(0));
            case Nr.SHMCTL -> memory.control(task, a.i(0), a.i(1), a.l(2));
            default -> NOT_MINE;
        };
    }
}
