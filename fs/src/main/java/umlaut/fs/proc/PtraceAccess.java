package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TraceAccess;

/** May one task look into another through procfs? */
final class PtraceAccess {
    private PtraceAccess() {}

    /** @param reader null at boot: the kernel itself */
    static boolean may(@Nullable Task reader, Task target) {
        return reader == null || TraceAccess.mayRead(reader, target);
    }

    /** @throws umlaut.abi.ErrnoException EACCES, as procfs answers */
    static void require(@Nullable Task reader, Task target) {
        if (!may(reader, target)) {
            throw Errno.EACCES.exception();
        }
    }
}
