package umlaut.kernel.ipc;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.kernel.SystemLimits;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.UserTable;

/**
 * The capacity of pipes: F_GETPIPE_SZ and F_SETPIPE_SZ of fcntl(2), and what all pipes of a user may hold, pipe(7) (Linux: alloc_pipe_info, pipe_set_size). A pipe is its
 * maker's until its last end is closed.
 */
public final class PipeSize {
    /** Largest one at all: more is no memory. */
    private static final int IMPOSSIBLE = 1 << 30;

    /** A pipe's pages when its user has too many: PIPE_MIN_DEF_BUFFERS. */
    private static final int FEW_PAGES = 2;

    private PipeSize() {}

    /** @return a power of two, at least a page */
    public static long round(long bytes) {
        long size = Pipe.ATOMIC;
        while (size < bytes) {
            size <<= 1;
        }
        return size;
    }

    /** @throws umlaut.abi.ErrnoException ENFILE: the user has too many */
    static Pipe newPipe(Task task) {
        SystemLimits limits = task.kernel.limits;
        Credentials who = task.credentials();
        int pages = Pipe.DEFAULT_CAPACITY / Limits.PAGE_SIZE;
        if (Pipe.DEFAULT_CAPACITY > limits.pipeSize.get() && !who.capable(Capability.CAP_SYS_RESOURCE)) {
            pages = (int) (limits.pipeSize.get() / Limits.PAGE_SIZE);
        }
        UserTable.User user = task.kernel.users.of(who.uid());
        long after = user.pipePages.get() + pages;
        if (exceeds(after, limits.userPipePagesSoft.get()) && !privileged(who)) {
            pages = FEW_PAGES;
            after = user.pipePages.get() + pages;
        }
        if (exceeds(after, limits.userPipePagesHard.get()) && !privileged(who)) {
            throw Errno.ENFILE.exception();
        }
        return new Pipe(user, pages * Limits.PAGE_SIZE);
    }

    private static boolean exceeds(long pages, long limit) {
        return limit != 0 && pages > limit;
    }

    private static boolean privileged(Credentials who) {
        return who.capable(Capability.CAP_SYS_RESOURCE) || who.capable(Capability.CAP_SYS_ADMIN);
    }

    /** @return the capacity taken, a power of two of at least a page; or EINVAL, EPERM, EBUSY */
    static long set(Task task, Pipe pipe, long argument) {
        long bytes = argument & 0xffff_ffffL;
        if (bytes > 1L << 31) {
            return Errno.EINVAL.negative();
        }
        long size = round(bytes);
        SystemLimits limits = task.kernel.limits;
        Credentials who = task.credentials();
        boolean grows = size > pipe.capacity();
        if (grows && size > limits.pipeSize.get() && !who.capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        if (size > IMPOSSIBLE) {
            return Errno.ENOMEM.negative();
        }
        long after = pipe.userPages() + (size - pipe.capacity()) / Limits.PAGE_SIZE;
        boolean tooMany =
                exceeds(after, limits.userPipePagesSoft.get()) || exceeds(after, limits.userPipePagesHard.get());
        if (grows && tooMany && !privileged(who)) {
            return Errno.EPERM.negative();
        }
        pipe.setCapacity((int) size);
        return size;
    }
}
