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
            case Nr.OPEN_TREE -> MountApiCalls.openTree(task, a.fd(0), a.l(1), a.i(2));
            case Nr.MOVE_MOUNT -> MountApiCalls.moveMount(task, a.fd(0), a.l(1), a.fd(2), a.l(3), a.i(4));
            case Nr.FSOPEN -> MountApiCalls.fsopen(task, a.l(0), a.i(1));
            case Nr.FSCONFIG -> MountApiCalls.fsconfig(task, a.fd(0), a.i(1), a.l(2), a.l(3), a.i(4));
            case Nr.FSMOUNT -> MountApiCalls.fsmount(task, a.fd(0), a.i(1), a.i(2));
            case Nr.FSPICK -> MountApiCalls.fspick(task, a.fd(0), a.l(1), a.i(2));
            case Nr.MOUNT_SETATTR -> MountAttributes.setattr(task, a.fd(0), a.l(1), a.i(2), a.l(3), a.l(4));
            case Nr.OPEN_TREE_ATTR -> MountAttributes.openTreeAttr(task, a.fd(0), a.l(1), a.i(2), a.l(3), a.l(4));
            case Nr.STATMOUNT -> MountQueries.statmount(task, a.l(0), a.l(1), a.l(2), a.i(3));
            case Nr.LISTMOUNT -> MountQueries.listmount(task, a.l(0), a.l(1), a.l(2), a.i(3));
            default -> NOT_MINE;
        };
    }
}
