package umlaut.kernel.mm;

import java.util.List;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;

/** execve(2), execveat(2): a task goes on in another program (Linux: fs/exec.c). */
public final class Exec {
    private Exec() {}

    /**
     * Replaces the task's program. Runs on the task's own thread.
     *
     * @param dirFd AT_FDCWD or a directory's (with AT_EMPTY_PATH a file's) descriptor
     * @param argv strings without their NUL, Latin-1
     * @param flags AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
     * @return {@link umlaut.kernel.task.TaskLoop#KEEP_REGISTERS}: the registers are the new program's
     * @throws umlaut.abi.ErrnoException as execve(2), as long as the old program can go on
     */
    public static long execve(Task task, int dirFd, String path, List<String> argv, List<String> envp, int flags) {
        throw Errno.ENOEXEC.exception();
    }

    /**
     * The machine's first program: as {@link #execve}, called before the task first runs, from any thread. The task was made with a fresh {@link Mm}
     * and a thread in it.
     */
    public static void loadInit(Task task, String path, List<String> argv, List<String> envp) {
        execve(task, umlaut.abi.AtFlags.AT_FDCWD, path, argv, envp, 0);
    }
}
