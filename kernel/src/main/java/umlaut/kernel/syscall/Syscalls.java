package umlaut.kernel.syscall;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.engine.UserThread;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.RestartException;
import umlaut.kernel.task.Task;

/**
 * System-call entry (Linux: arch/x86/entry): finds the family that has a number, remembers it, and turns thrown errors into results. A number no family has is
 * ENOSYS, logged once.
 */
public final class Syscalls {
    private static final int HIGHEST = 1024;
    private final Kernel kernel;
    private final List<SyscallFamily> families = new ArrayList<>();
    /** By number, filled as calls are made; racing writers store the same value. */
    private final @Nullable SyscallFamily[] known = new @Nullable SyscallFamily[HIGHEST];

    public Syscalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Before the first task runs. */
    public void add(SyscallFamily family) {
        families.add(family);
    }

    /** Does the call that the task's registers ask for. @return what goes into RAX, or a {@link umlaut.kernel.signal.Restart} code */
    public long enter(Task task, Args args) {
        UserThread user = task.user();
        int nr = user.systemCall();
        args.load(user);
        return task.syscallWork() ? SyscallWork.run(this, task, nr, args) : call(task, nr, args);
    }

    /** The call itself, in the log of {@code --trace} if there is one. */
    long call(Task task, int nr, Args args) {
        if (!kernel.tracer.enabled()) {
            return dispatch(task, nr, args);
        }
        task.user().setImmediateWrites(true);
        long[] raw = args.raw();
        kernel.tracer.enter(task, nr, raw);
        long result = dispatch(task, nr, args);
        kernel.tracer.exit(task, nr, raw, result);
        return result;
    }

    private long dispatch(Task task, int nr, Args args) {
        try {
            SyscallFamily family = nr >= 0 && nr < HIGHEST ? known[nr] : null;
            return family != null ? family.call(task, nr, args) : search(task, nr, args);
        } catch (ErrnoException e) {
            return e.errno().negative();
        } catch (RestartException e) {
            return e.result();
        }
    }

    private long search(Task task, int nr, Args args) {
        for (SyscallFamily family : families) {
            long result;
            try {
                result = family.call(task, nr, args);
            } catch (ErrnoException e) {
                result = e.errno().negative();
            } catch (RestartException e) {
                result = e.result();
            }
            if (result != SyscallFamily.NOT_MINE) {
                if (nr >= 0 && nr < HIGHEST) {
                    known[nr] = family;
                }
                return result;
            }
        }
        kernel.log.once(5, "system call " + nr + " is not implemented (first asked for by " + task.comm() + ")");
        return Errno.ENOSYS.negative();
    }
}
