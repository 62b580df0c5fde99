package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.task.Task;

/** Reads struct iovec arrays, readv(2) (Linux: lib/iov_iter.c import_iovec). */
public final class Iovecs {
    private static final int SIZE = 16;
    private static final int BATCH = 256;

    private Iovecs() {}

    /**
     * Loads {@code count} guest ranges into the task's iterator; the total is cut to what one call moves.
     *
     * @throws umlaut.abi.ErrnoException EINVAL for a bad count or length, EFAULT
     */
    public static IovIter load(Task task, long vector, long count) {
        return load(task, vector, count, task.fileScratch.iter);
    }

    /** As {@link #load(Task, long, long)}, into an iterator of the caller's. */
    public static IovIter load(Task task, long vector, long count, IovIter into) {
        int n = (int) count; // import_iovec takes an unsigned int
        if (Integer.compareUnsigned(n, Limits.IOV_MAX) > 0) {
            throw Errno.EINVAL.exception();
        }
        FileScratch scratch = task.fileScratch;
        if (scratch.addresses.length < n) {
            scratch.addresses = new long[n];
            scratch.lengths = new long[n];
        }
        long left = Limits.MAX_RW_COUNT;
        for (int done = 0; done < n; ) {
            int now = Math.min(BATCH, n - done);
            MemorySegment raw = task.memory.struct(vector + (long) done * SIZE, now * SIZE);
            for (int i = 0; i < now; i++) {
                long address = Le.getLong(raw, (long) i * SIZE);
                long length = Le.getLong(raw, (long) i * SIZE + 8);
                if (length < 0) {
                    throw Errno.EINVAL.exception();
                }
                UserAccess.requireRange(address, length);
                scratch.addresses[done + i] = address;
                scratch.lengths[done + i] = Math.min(length, left);
                left -= scratch.lengths[done + i];
            }
            done += now;
        }
        return into.user(task, scratch.addresses, scratch.lengths, n);
    }
}
