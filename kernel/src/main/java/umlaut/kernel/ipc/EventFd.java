package umlaut.kernel.ipc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;

/** A counter to wait on: eventfd(2), fs/eventfd.c. */
public final class EventFd extends File {
    private final Inode inode;
    private final boolean semaphore;
    private final WaitQueue waiters = new WaitQueue();

    /** Unsigned; at most 2^64 - 2. */
    private volatile long count;

    /** Where the eight bytes pass through; guarded by the monitor, as changes of the count are. */
    @GuardedBy("this") private final MemorySegment word = Arena.ofAuto().allocate(8, 8);

    public EventFd(Inode inode, int initial, boolean semaphore, int flags, Credentials credentials) {
        super(null, OpenFlags.O_RDWR | flags, credentials);
        this.inode = inode;
        this.semaphore = semaphore;
        this.count = Integer.toUnsignedLong(initial);
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        if (to.remaining() < 8) {
            throw Errno.EINVAL.exception();
        }
        synchronized (this) {
            if (count == 0) {
                return BlockingOp.WOULD_BLOCK;
            }
            long taken = semaphore ? 1 : count;
            count -= taken;
            Le.putLong(word, 0, taken);
            if (to.copyOut(word, 0, 8) < 8) {
                return Errno.EFAULT.negative();
            }
        }
        waiters.wake(Poll.POLLOUT);
        return 8;
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        if (from.remaining() != 8) {
            throw Errno.EINVAL.exception();
        }
        synchronized (this) {
            if (from.copyIn(word, 0, 8) < 8) {
                return Errno.EFAULT.negative();
            }
            long added = Le.getLong(word, 0);
            if (added == -1) {
                throw Errno.EINVAL.exception();
            }
            // The largest count is one below all ones.
            if (Long.compareUnsigned(-1 - count, added) <= 0) {
                from.revert(8);
                return BlockingOp.WOULD_BLOCK;
            }
            count += added;
        }
        waiters.wake(Poll.POLLIN);
        return 8;
    }

    /** By the kernel: adds as much as there is room for (Linux: eventfd_signal). */
    public void signal(long n) {
        synchronized (this) {
            count += Long.compareUnsigned(-1 - count, n) < 0 ? -1 - count : n;
        }
        waiters.wake(Poll.POLLIN);
    }

    @Override
    public int poll(PollTable table) {
        table.add(waiters);
        long now = count;
        int state = 0;
        if (now != 0) {
            state |= Poll.POLLIN;
        }
        if (now == -1) {
            state |= Poll.POLLERR;
        }
        if (Long.compareUnsigned(-1 - now, 1) > 0) {
            state |= Poll.POLLOUT;
        }
        return state;
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[eventfd]";
    }

    @Override
    public String fdInfo() {
        return String.format("eventfd-count: %16x%neventfd-semaphore: %d%n", count, semaphore ? 1 : 0);
    }
}
