package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.ThreadGroup;

/**
 * Of whom a directory of procfs tells.
 *
 * @param thread null for a process as a whole; else the one thread (/proc/PID/task/TID)
 */
record Subject(ProcFs fs, ThreadGroup group, @Nullable Task thread) {
    private static final int ENTRY_BITS = 12;

    /** Its number as this procfs shows it. */
    int id() {
        return fs.seen(global());
    }

    private int global() {
        return thread == null ? group.tgid : thread.tid;
    }

    boolean wholeProcess() {
        return thread == null;
    }

    /** Still there, if only as a zombie. */
    boolean exists() {
        if (fs.kernel.tasks.group(group.tgid) != group) {
            return false;
        }
        Task t = thread;
        return t == null || fs.kernel.tasks.task(t.tid) == t || t == group.leader();
    }

    /** The thread that stands for it: for a process its first. @throws umlaut.abi.ErrnoException ESRCH */
    Task task() {
        Task t = thread != null ? thread : group.leader();
        if (t == null || !exists()) {
            throw Errno.ESRCH.exception();
        }
        return t;
    }

    /** Its address space, to be released; null for a zombie. */
    @Nullable Mm acquireMm() {
        Mm mm = task().mmOrNull();
        return mm == null ? null : mm.tryAcquire();
    }

    /** The letter of its state, proc_pid_stat(5). */
    TaskState state(@Nullable Task reader) {
        Task t = task();
        if (group.zombie || t.exited || t.mmOrNull() == null) {
            return TaskState.ZOMBIE;
        }
        TaskState state = t.state();
        if (t == reader || state != TaskState.RUNNING) {
            return state;
        }
        // In guest code, or asleep in a futex on the host: only the host can tell.
        return HostProcess.sleeps(t) ? TaskState.SLEEPING : TaskState.RUNNING;
    }

    /** Inode numbers are made from what they stand for, so that they stay the same from look-up to look-up. */
    long ino(int entry) {
        return ino(global(), thread != null, entry);
    }

    static long ino(int id, boolean thread, int entry) {
        return ((long) id << 1 | (thread ? 1 : 0)) << ENTRY_BITS + 20 | 1L << 60 | entry;
    }
}
