package umlaut.kernel.vfs;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls on the tree of mounts. */
public final class MountFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.MOUNT -> MountCalls.mount(task, a.l(0), a.l(1), a.l(2), a.i(3), a.l(4));
            case Nr.UMOUNT2 -> MountCalls.umount2(task, a.l(0), a.i(1));
            case Nr.PIVOT_ROOT -> MountCalls.pivotRoot(task, a.l(0), a.l(1));
            default -> NOT_MINE;
        };
    }
}
