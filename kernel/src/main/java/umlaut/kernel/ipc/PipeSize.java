package umlaut.kernel.ipc;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;

/** The capacity of a pipe: F_GETPIPE_SZ and F_SETPIPE_SZ of fcntl(2), pipe(7). */
final class PipeSize {
    /** Largest capacity an unprivileged user may ask for (/proc/sys/fs/pipe-max-size). */
    private static final int MAX = 1 << 20;
    /** Largest one at all: more is no memory. */
    private static final int IMPOSSIBLE = 1 << 30;

    private PipeSize() {}

    /** @return the capacity taken, a power of two of at least a page; or EINVAL, EPERM, EBUSY */
    static long set(Task task, Pipe pipe, long argument) {
        long bytes = argument & 0xffff_ffffL;
        if (bytes > 1L << 31) {
            return Errno.EINVAL.negative();
        }
        long size = Pipe.ATOMIC;
        while (size < bytes) {
            size <<= 1;
        }
        boolean grows = size > pipe.capacity();
        if (grows && size > MAX && !task.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        if (size > IMPOSSIBLE) {
            return Errno.ENOMEM.negative();
        }
        pipe.setCapacity((int) size);
        return size;
    }
}
