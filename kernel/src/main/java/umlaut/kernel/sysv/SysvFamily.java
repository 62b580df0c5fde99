package umlaut.kernel.sysv;

import umlaut.abi.Nr;
import umlaut.kernel.Kernel;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls of System V communication; one of these a kernel (a single IPC namespace). */
public final class SysvFamily implements SyscallFamily {
    private final SharedMemoryCalls memory = new SharedMemoryCalls();
    private final SemaphoreCalls semaphores;
    private final MessageQueueCalls queues = new MessageQueueCalls();

    public SysvFamily(Kernel kernel) {
        semaphores = new SemaphoreCalls(kernel);
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.SHMGET -> memory.get(task, a.i(0), a.l(1), a.i(2));
            case Nr.SHMAT -> memory.attach(task, a.i(0), a.l(1), a.i(2));
            case Nr.SHMDT -> memory.detach(task, a.l(0));
            case Nr.SHMCTL -> memory.control(task, a.i(0), a.i(1), a.l(2));
            case Nr.SEMGET -> semaphores.get(task, a.i(0), a.i(1), a.i(2));
            case Nr.SEMOP -> semaphores.operate(task, a.i(0), a.l(1), a.l(2), 0);
            case Nr.SEMTIMEDOP -> semaphores.operate(task, a.i(0), a.l(1), a.l(2), a.l(3));
            case Nr.SEMCTL -> semaphores.control(task, a.i(0), a.i(1), a.i(2), a.l(3));
            case Nr.MSGGET -> queues.get(task, a.i(0), a.i(1));
            case Nr.MSGSND -> queues.send(task, a.i(0), a.l(1), a.l(2), a.i(3));
            case Nr.MSGRCV -> queues.receive(task, a.i(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.MSGCTL -> queues.control(task, a.i(0), a.i(1), a.l(2));
            default -> NOT_MINE;
        };
    }
}
