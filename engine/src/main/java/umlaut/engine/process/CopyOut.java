package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Room in a thread's area for what is to be copied to guest memory when the thread goes back: reserved, filled by the kernel, and committed. Belongs to the kernel thread. */
final class CopyOut {
    private final NativeThread thread;
    private final OrderQueue queue;
    private long address;
    /** Where in the area, -1 if nothing is reserved. */
    private int at = -1;

    /** See {@link NativeThread#setImmediateWrites}. */
    boolean immediate;

    CopyOut(NativeThread thread) {
        this.thread = thread;
        queue = thread.queue;
    }

    /** The thread has come in: what was reserved before is nothing any more. */
    void begin() {
        at = -1;
    }

    /** @param inSystemCall the arguments' place is free */
    @Nullable MemorySegment reserve(long address, long length, boolean inSystemCall) {
        if (immediate) {
            return null;
        }
        // The first small one goes into the cache line of the answer, where the arguments were.
        boolean inline = queue.size() == 0 && length <= Area.INLINE_SIZE && inSystemCall;
        int place = inline ? Area.INLINE_DATA : Area.OUT_DATA + (queue.outUsed + 7 & ~7);
        if (length <= 0
                || place + length > Area.OUT_DATA + Area.OUT_SIZE
                || address < 0
                || address > Layout.TASK_SIZE - length
                || queue.isFull()) {
            return null;
        }
        this.address = address;
        at = place;
        return thread.area.asSlice(place, length);
    }

    /** @param quiet a bad address is nobody's concern */
    void commit(long length, boolean quiet) {
        if (at < 0) {
            throw new IllegalStateException("nothing reserved");
        }
        if (at != Area.INLINE_DATA) {
            queue.outUsed = at + (int) length - Area.OUT_DATA;
        }
        long end = address + length;
        thread.space.enqueue(thread, address, end, Order.COPY_OUT, address, at, length, quiet ? 1 : 0, 0, 0);
        at = -1;
    }
}
