package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.PidfdFlags;
import umlaut.kernel.vfs.File;
import umlaut.kernel.wait.EventPoll;

/** kcmp(2): do two processes share something? */
public final class Kcmp {
    private static final int SLOT_SIZE = 12;

    private Kcmp() {}

    /** @return 0 when the same, 1 or 2 for an order that stays the same */
    public static long kcmp(Task task, int pid1, int pid2, int type, int index1, long index2) {
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
                compare(a.files().get(index1), b.files().get((int) index2));
            case PidfdFlags.KCMP_VM -> compare(a.mmOrNull(), b.mmOrNull());
            case PidfdFlags.KCMP_FILES -> compare(a.files(), b.files());
            case PidfdFlags.KCMP_FS -> compare(a.fs(), b.fs());
            case PidfdFlags.KCMP_SIGHAND -> compare(a.group.handlers(), b.group.handlers());
            case PidfdFlags.KCMP_IO -> compare(ioContext(a), ioContext(b));
            case PidfdFlags.KCMP_SYSVSEM -> compare(undoList(a), undoList(b));
            case PidfdFlags.KCMP_EPOLL_TFD -> compare(a.files().get(index1), watched(task, b, index2));
            default -> Errno.EINVAL.negative();
        };
    }

    /** The file that a struct kcmp_epoll_slot means: of the epoll instance {@code efd}, the one registered as {@code tfd}, after {@code toff} others. */
    private static File watched(Task task, Task owner, long address) {
        MemorySegment slot = MemorySegment.ofArray(task.memory.bytes(address, SLOT_SIZE));
        if (!(owner.files().get(Le.getInt(slot, 0)) instanceof EventPoll epoll)) {
            throw Errno.EINVAL.exception();
        }
        File found = epoll.watched(Le.getInt(slot, 4), Integer.toUnsignedLong(Le.getInt(slot, 8)));
        if (found == null) {
            throw Errno.ENOENT.exception();
        }
        return found;
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
