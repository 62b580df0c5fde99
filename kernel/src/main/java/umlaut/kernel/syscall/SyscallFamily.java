package umlaut.kernel.syscall;

import umlaut.kernel.task.Task;

/**
 * Handlers of related system calls: one arrow-switch from number to handler, decoding included, one line a call.
 *
 * <p>Handlers return a result of 0 or more or -errno, or throw {@link umlaut.abi.ErrnoException}.
 */
public interface SyscallFamily {
    /** This family does not have the call. */
    long NOT_MINE = Long.MIN_VALUE + 1;

    long call(Task task, int nr, Args args);
}
