package umlaut.kernel.wait;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SigConst;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;

/** The signal mask that ppoll(2), pselect(2) and epoll_pwait(2) put in place while they wait (Linux: set_user_sigmask). */
public final class TemporaryMask {
    private TemporaryMask() {}

    /** Puts the mask at {@code address} in place; 0 leaves all as it is. @throws umlaut.abi.ErrnoException EINVAL, EFAULT */
    public static void set(Task task, long address, long size) {
        if (address == 0) {
            return;
        }
        if (size != SigConst.SIGSET_SIZE) {
            throw Errno.EINVAL.exception();
        }
        long mask = task.memory.getLong(address);
        task.savedSignalMask = task.blockedSignals();
        task.setBlockedSignals(mask);
    }

    /** Puts the old mask back, unless a signal ended the wait: then the signal's delivery does, after the handler's frame is made. */
    public static long finish(Task task, long result) {
        @Nullable Long saved = task.savedSignalMask;
        boolean interrupted = result == Errno.EINTR.negative() || Restart.isRestart(result);
        if (saved != null && !interrupted) {
            task.setBlockedSignals(saved);
            task.savedSignalMask = null;
        }
        return result;
    }
}
