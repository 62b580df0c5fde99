package umlaut.kernel.ipc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.kernel.mm.IovIter;

/**
 * Byte storage of a pipe or stream: a ring addressed by ever-growing positions, its size a power of two. Native, so that the host copies between it and
 * guest memory directly. Not synchronized: its owner sees to that.
 */
public final class ByteRing {
    private MemorySegment storage;
    private long mask;

    public ByteRing(int size) {
        storage = allocate(size);
        mask = size - 1;
    }

    private static MemorySegment allocate(int size) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("ring size " + size);
        }
        return Arena.ofAuto().allocate(size, 64);
    }

    public int size() {
        return (int) mask + 1;
    }

    /** Takes another size, keeping the bytes from {@code head} to {@code tail}. */
    public void resize(int size, long head, long tail) {
        MemorySegment old = storage;
        long oldMask = mask;
        storage = allocate(size);
        mask = size - 1;
        for (long at = head; at < tail; ) {
            long n = Math.min(tail - at, Math.min(oldMask + 1 - (at & oldMask), mask + 1 - (at & mask)));
            MemorySegment.copy(old, at & oldMask, storage, at & mask, n);
            at += n;
        }
    }

    /** The storage, for transfers of {@link #contiguous} bytes from {@link #index} on. */
    public MemorySegment storage() {
        return storage;
    }

    public long index(long position) {
        return position & mask;
    }

    /** Bytes from a position to the end of the storage. */
    public long contiguous(long position) {
        return mask + 1 - (position & mask);
    }

    /** Bytes into the ring. @return bytes moved, fewer than {@code count} after a fault */
    public long copyIn(IovIter from, long position, long count) {
        long first = Math.min(count, contiguous(position));
        long moved = from.copyIn(storage, position & mask, first);
        return moved < first || first == count ? moved : moved + from.copyIn(storage, 0, count - first);
    }

    /** Bytes out of the ring. @return bytes moved, fewer than {@code count} after a fault */
    public long copyOut(IovIter to, long position, long count) {
        long first = Math.min(count, contiguous(position));
        long moved = to.copyOut(storage, position & mask, first);
        return moved < first || first == count ? moved : moved + to.copyOut(storage, 0, count - first);
    }
}
