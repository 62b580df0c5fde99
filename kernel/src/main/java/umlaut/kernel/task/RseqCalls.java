package umlaut.kernel.task;

import umlaut.abi.Errno;
import umlaut.kernel.Kernel;

/**
 * rseq(2), restartable sequences (Linux: kernel/rseq.c). The host's kernel keeps the area of a thread that it runs: it alone knows on which processor guest code goes on and where it
 * was interrupted. It checks the arguments, too, but for where the guest's memory ends.
 */
public final class RseqCalls {
    private RseqCalls() {}

    /** Not where it would tell of processors that the guest does not have. */
    static boolean isOffered(Kernel kernel) {
        return kernel.config.cpus() >= kernel.engine.cpu().cpus();
    }

    public static long rseq(Task task, long address, int length, int flags, int signature) {
        if (!isOffered(task.kernel)) {
            return Errno.ENOSYS.negative();
        }
        long limit = task.kernel.engine.taskSize() - Integer.toUnsignedLong(length);
        boolean outside = flags == 0 && Long.compareUnsigned(address, limit) > 0;
        return task.user().rseq(outside ? address | Long.MIN_VALUE : address, length, flags, signature);
    }
}
