package umlaut.kernel.task;

import umlaut.abi.Errno;
import umlaut.abi.RobustListHead;

/**
 * Addresses in guest memory that the kernel looks at when a task ends: set_tid_address(2), set_robust_list(2),
 * get_robust_list(2).
 */
public final class TaskTies {
    private TaskTies() {}

    public static long setTidAddress(Task task, long address) {
        task.user().ties().setClearChildTid(address);
        return task.tidInside;
    }

    public static long setRobustList(Task task, long head, long length) {
        if (length != RobustListHead.SIZE) {
            return Errno.EINVAL.negative();
        }
        task.user().ties().setRobustList(head);
        return 0;
    }

    public static long getRobustList(Task task, int pid, long head, long length) {
        Task target = pid == 0 ? task : task.findTask(pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        if (!TraceAccess.mayRead(task, target)) {
            return Errno.EPERM.negative();
        }
        task.memory.putLong(length, RobustListHead.SIZE);
        task.memory.putLong(head, target.user().ties().robustList());
        return 0;
    }
}
