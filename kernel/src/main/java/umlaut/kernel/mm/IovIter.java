package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.engine.UserMemory;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/**
 * Where the data of a read or write lies: a list of guest ranges, or kernel memory, with a place reached (Linux: struct iov_iter). Files copy in or
 * out of it in order. A fault ends the transfer: the count so far, or EFAULT if nothing was moved, which {@link #fault()} tells.
 */
public final class IovIter {
    private UserMemory user = NO_USER;
    private MemorySegment kernel = MemorySegment.NULL;
    private long[] bases = new long[1];
    private long[] lengths = new long[1];
    private int segments;
    private int segment;
    private long offset;
    private long remaining;
    private long total;
    private boolean fault;
    /** Whose memory it is, where known: faults can then be mended. */
    private @Nullable Task task;

    private static final UserMemory NO_USER = new UserMemory() {
        @Override
        public long read(long address, MemorySegment to, long offset, long length) {
            return 0;
        }

        @Override
        public long write(long address, MemorySegment from, long offset, long length) {
            return 0;
        }
    };

    /** One range of a task's own memory. */
    public IovIter user(Task owner, long address, long length) {
        user(owner.mm().memoryOf(owner), address, length);
        task = owner;
        return this;
    }

    /** Ranges of a task's own memory, as {@link #user(UserMemory, long[], long[], int)}. */
    public IovIter user(Task owner, long[] addresses, long[] sizes, int count) {
        user(owner.mm().memoryOf(owner), addresses, sizes, count);
        task = owner;
        return this;
    }

    /** One guest range. */
    public IovIter user(UserMemory memory, long address, long length) {
        begin(memory, MemorySegment.NULL, 1);
        bases[0] = address;
        lengths[0] = length;
        remaining = length;
        total = length;
        return this;
    }

    /** Guest ranges as of an iovec; the arrays are copied. Total at most MAX_RW_COUNT is the caller's business. */
    public IovIter user(UserMemory memory, long[] addresses, long[] sizes, int count) {
        begin(memory, MemorySegment.NULL, count);
        for (int i = 0; i < count; i++) {
            bases[i] = addresses[i];
            lengths[i] = sizes[i];
            remaining += sizes[i];
        }
        total = remaining;
        return this;
    }

    /** Kernel memory (sendfile, splice, exec, core dumps). */
    public IovIter kernel(MemorySegment memory, long start, long length) {
        begin(NO_USER, memory, 1);
        bases[0] = start;
        lengths[0] = length;
        remaining = length;
        total = length;
        return this;
    }

    private void begin(UserMemory memory, MemorySegment in, int count) {
        user = memory;
        task = null;
        kernel = in;
        if (bases.length < count) {
            bases = new long[count];
            lengths = new long[count];
        }
        segments = count;
        segment = 0;
        offset = 0;
        remaining = 0;
        fault = false;
    }

    /** Bytes still to be moved. */
    public long remaining() {
        return remaining;
    }

    /** Bytes moved since the transfer began, over all tries of an operation that had to wait in between. */
    public long moved() {
        return total - remaining;
    }

    /** A guest range could not be read or written: nothing more will move. */
    public boolean fault() {
        return fault;
    }

    public boolean isKernel() {
        return user == NO_USER;
    }

    public UserMemory userMemory() {
        return user;
    }

    /** Guest address of the place reached; only for guest ranges with {@link #remaining()} above 0. */
    public long address() {
        skipEmpty();
        return bases[segment] + offset;
    }

    /** Bytes left in the range that holds the place reached. */
    public long contiguous() {
        skipEmpty();
        return segment < segments ? lengths[segment] - offset : 0;
    }

    /** Moves the place on without copying. */
    public void advance(long count) {
        long left = count;
        remaining -= count;
        while (left > 0) {
            long here = Math.min(left, lengths[segment] - offset);
            offset += here;
            left -= here;
            skipEmpty();
        }
    }

    /** Moves at most {@code most} bytes more (iov_iter_truncate). */
    public void limit(long most) {
        if (most < remaining) {
            total -= remaining - most;
            remaining = most;
        }
    }

    /** Goes back by {@code count} bytes that were just moved. */
    public void revert(long count) {
        long left = count;
        remaining += count;
        fault = false;
        while (left > 0) {
            if (offset == 0) {
                segment--;
                offset = lengths[segment];
            }
            long here = Math.min(left, offset);
            offset -= here;
            left -= here;
        }
    }

    private void skipEmpty() {
        while (segment < segments && offset == lengths[segment]) {
            segment++;
            offset = 0;
        }
    }

    /** Fills the iterator's memory from {@code from} (the read side of a file). @return bytes moved */
    public long copyOut(MemorySegment from, long start, long length) {
        return move(from, start, Math.min(length, remaining), true);
    }

    /** Takes bytes from the iterator's memory into {@code to} (the write side of a file). @return bytes moved */
    public long copyIn(MemorySegment to, long start, long length) {
        return move(to, start, Math.min(length, remaining), false);
    }

    /**
     * Room that a file may fill itself instead of {@link #copyOut}: at the place reached, at most {@link #contiguous()} bytes. To be followed by {@link #commit}.
     *
     * @return null when there is none: copy out
     */
    public @Nullable MemorySegment reserve() {
        long here = Math.min(contiguous(), remaining);
        if (here == 0) {
            return null;
        }
        if (isKernel()) {
            return kernel.isNative() ? kernel.asSlice(bases[segment] + offset, here) : null;
        }
        long at = bases[segment] + offset;
        Task owner = task;
        boolean sure = owner == null || owner.writable.covers(owner.mm(), at, here);
        return sure && user instanceof UserThread thread ? thread.reserveOut(at, here) : null;
    }

    /** The first {@code count} bytes of what {@link #reserve} gave are filled. */
    public void commit(long count) {
        if (user instanceof UserThread thread) {
            thread.commitOut(count);
        }
        advance(count);
    }

    /** The thread that may be left to fill the next bytes by itself as it returns, being {@code owner}'s; or null: copy out. */
    @Nullable UserThread threadOf(Task owner, long length) {
        boolean sure = task == owner
                && user instanceof UserThread
                && owner.writable.covers(owner.mm(), bases[segment] + offset, length);
        return sure ? owner.user() : null;
    }

    private long move(MemorySegment other, long start, long length, boolean out) {
        long done = 0;
        while (done < length && !fault) {
            long here = Math.min(length - done, contiguous());
            long at = bases[segment] + offset;
            long moved = out ? put(at, other, start + done, here) : get(at, other, start + done, here);
            if (moved < here) {
                fault = true;
            }
            done += moved;
            advance(moved);
        }
        return done;
    }

    private long put(long at, MemorySegment from, long start, long length) {
        if (isKernel()) {
            MemorySegment.copy(from, start, kernel, at, length);
            return length;
        }
        Task owner = task;
        return owner != null && user instanceof UserThread thread && !owner.writable.covers(owner.mm(), at, length)
                ? thread.writeNow(at, from, start, length)
                : user.write(at, from, start, length);
    }

    private long get(long at, MemorySegment to, long start, long length) {
        if (isKernel()) {
            MemorySegment.copy(kernel, at, to, start, length);
            return length;
        }
        return user.read(at, to, start, length);
    }

    /**
     * After a fault, with no file-side lock held: lets the address space complete a mapping it had left open at the place reached.
     *
     * @param writing guest memory was being written
     * @return true if it is worth trying again; {@link #fault()} is then false
     */
    public boolean repair(boolean writing) {
        Task owner = task;
        if (remaining > 0 && owner != null && MmFault.repair(owner.mm(), owner, address(), writing)) {
            fault = false;
            return true;
        }
        return false;
    }

    /** The usual end of a transfer: {@code moved}, or EFAULT if a fault let nothing through. */
    public long result(long moved) {
        return moved == 0 && fault ? Errno.EFAULT.negative() : moved;
    }
}
