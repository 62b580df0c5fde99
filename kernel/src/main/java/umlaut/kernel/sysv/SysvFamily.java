package umlaut.kernel.sysv;

import umlaut.abi.Nr;
import umlaut.kernel.Kernel;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls of System V communication; on the objects of the caller's IPC namespace. */
public final class SysvFamily implements SyscallFamily {
    private final SemUndo undo = new SemUndo();

    public SysvFamily(Kernel kernel) {
        kernel.processHooks.add(undo);
        SysvFiles.addTo(kernel);
    }

    /** @param ino its number in /proc/PID/ns */
    public IpcNamespace newNamespace(long ino, UserNamespace owner) {
        return new IpcNamespace(ino, owner, undo);
    }

    @Override
    public long call(Task task, int nr, Args a) {
        IpcNamespace ns = task.ns().ipc();
        return switch (nr) {
            case Nr.SHMGET -> ns.memory.get(task, a.i(0), a.l(1), a.i(2));
            case Nr.SHMAT -> ns.memory.attach(task, a.i(0), a.l(1), a.i(2));
            case Nr.SHMDT -> ns.memory.detach(task, a.l(0));
            case Nr.SHMCTL -> ns.memory.control(task, a.i(0), a.i(1), a.l(2));
            case Nr.SEMGET -> ns.semaphores.get(task, a.i(0), a.i(1), a.i(2));
            case Nr.SEMOP -> ns.semaphores.operate(task, a.i(0), a.l(1), a.l(2), 0);
            case Nr.SEMTIMEDOP -> ns.semaphores.operate(task, a.i(0), a.l(1), a.l(2), a.l(3));
            case Nr.SEMCTL -> ns.semaphores.control(task, a.i(0), a.i(1), a.i(2), a.l(3));
            case Nr.MSGGET -> ns.queues.get(task, a.i(0), a.i(1));
            case Nr.MSGSND -> ns.queues.send(task, a.i(0), a.l(1), a.l(2), a.i(3));
            case Nr.MSGRCV -> ns.queues.receive(task, a.i(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.MSGCTL -> ns.queues.control(task, a.i(0), a.i(1), a.l(2));
            default -> NOT_MINE;
        };
    }
}
