package umlaut.kernel.ipc;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Rlimit;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/** Gives new files descriptors. */
public final class Descriptors {
    private Descriptors() {}

    /** Puts a new file into the lowest free slot; it is released where there is none. @throws ErrnoException EMFILE */
    public static int install(Task task, File file, boolean cloexec) {
        try {
            return task.files().install(file, cloexec, 0, task.group.limits.soft(Rlimit.RLIMIT_NOFILE));
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    /** Two new files, whose descriptors are stored as two ints. @return 0, or throws EMFILE, EFAULT: then neither is open */
    public static long installPair(Task task, File first, File second, boolean cloexec, long address) {
        int a;
        try {
            a = install(task, first, cloexec);
        } catch (ErrnoException e) {
            second.release();
            throw e;
        }
        int b;
        try {
            b = install(task, second, cloexec);
        } catch (ErrnoException e) {
            task.files().close(task, a);
            throw e;
        }
        try {
            task.memory.putLong(address, (a & 0xffff_ffffL) | (long) b << 32);
        } catch (ErrnoException e) {
            task.files().close(task, a);
            task.files().close(task, b);
            throw Errno.EFAULT.exception();
        }
        return 0;
    }
}
