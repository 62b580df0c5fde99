package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.PidfdFlags;

/** kcmp(2): do two processes share something? */
public final class Kcmp {
    private Kcmp() {}

    /** @return 0 when the same, 1 or 2 for an order that stays the same */
    public static long kcmp(Task task, int pid1, int pid2, int type, int index1, int index2) {
        Task a = task.findTask(pid1);
        Task b = task.findTask(pid2);
        if (a == null || b == null) {
            return Errno.ESRCH.negative();
        }
        if (!TraceAccess.mayRead(task, a) || !TraceAccess.mayRead(task, b)) {
            return Errno.EPERM.negative();
        }
        return switch (type) {
            case PidfdFlags.KCMP_FILE ->
                compare(a.files().get(index1), b.files().get(index2));
            case PidfdFlags.KCMP_VM -> compare(a.mmOrNull(), b.mmOrNull());
            case PidfdFlags.KCMP_FILES -> compare(a.files(), b.files());
            case PidfdFlags.KCMP_FS -> compare(a.fs(), b.fs());
            case PidfdFlags.KCMP_SIGHAND -> compare(a.group.handlers(), b.group.handlers());
            case PidfdFlags.KCMP_IO -> compare(ioContext(a), ioContext(b));
            case PidfdFlags.KCMP_SYSVSEM -> compare(undoList(a), undoList(b));
            default -> Errno.EINVAL.negative();
        };
    }

    /** Stands for the list of what SEM_UNDO takes back, which a process has from its first use on. */
    private static @Nullable Object undoList(Task task) {
        return task.group.semaphoreUndo ? task.group : null;
    }

    /** Stands for Linux's io_context, which a task has once it has an I/O priority. */
    private static @Nullable Object ioContext(Task task) {
        return task.settings.ioPriority == 0 ? null : task;
    }

    private static long compare(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return 0;
        }
        return System.identityHashCode(a) < System.identityHashCode(b) ? 1 : 2;
    }
}
