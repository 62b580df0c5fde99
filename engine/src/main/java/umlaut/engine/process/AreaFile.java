package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import umlaut.engine.EngineException;
import umlaut.host.Files;
import umlaut.host.Memory;

/**
 * The sparse memfd that an engine shares with all its stub processes, a slot of 64 KiB for each thread and each address space, and behind these the {@link PathTable}. The JVM maps it as a
 * whole; a stub process maps only its own slots and, read-only, the table. A slot is empty again (all zero) when it is handed out.
 */
final class AreaFile {
    private static final int EAGAIN = 11;
    private static final int WARM = 16;

    /** Where the table of paths begins. */
    static final long PATHS = (long) Layout.SLOTS << Layout.SLOT_SHIFT;

    final int fd;
    private final MemorySegment all;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final int[] free = new int[Layout.SLOTS];

    @GuardedBy("lock") private int freeCount;

    /** Free slots whose pages are kept, as processes come and go: filling 64 KiB costs less than giving pages back and faulting them in anew. */
    @GuardedBy("lock") private final int[] warm = new int[WARM];

    @GuardedBy("lock") private int warmCount;

    @GuardedBy("lock") private int neverUsed;

    AreaFile() {
        long size = PATHS + PathTable.SIZE;
        fd = Memory.memfd("umlaut-areas", size);
        all = Memory.map(fd, 0, size, Memory.PROT_READ | Memory.PROT_WRITE);
    }

    /** Takes a slot. @throws EngineException with EAGAIN when all are in use */
    int allocate() {
        lock.lock();
        try {
            if (warmCount > 0) {
                return warm[--warmCount];
            }
            if (freeCount > 0) {
                return free[--freeCount];
            }
            if (neverUsed == Layout.SLOTS) {
                throw new EngineException(EAGAIN, "too many guest threads: all " + Layout.SLOTS + " areas are in use");
            }
            return neverUsed++;
        } finally {
            lock.unlock();
        }
    }

    /** Wipes a slot that no process has mapped any more, and takes it back. */
    void release(int slot) {
        lock.lock();
        try {
            if (warmCount < WARM) {
                slot(slot).fill((byte) 0);
                warm[warmCount++] = slot;
                return;
            }
        } finally {
            lock.unlock();
        }
        Memory.madvise(all.address() + offset(slot), Layout.SLOT_SIZE, Memory.MADV_REMOVE);
        lock.lock();
        try {
            free[freeCount++] = slot;
        } finally {
            lock.unlock();
        }
    }

    /** Slots that are taken. */
    int inUse() {
        lock.lock();
        try {
            return neverUsed - freeCount - warmCount;
        } finally {
            lock.unlock();
        }
    }

    MemorySegment slot(int slot) {
        return all.asSlice(offset(slot), Layout.SLOT_SIZE);
    }

    MemorySegment paths() {
        return all.asSlice(PATHS, PathTable.SIZE);
    }

    static long offset(int slot) {
        return (long) slot << Layout.SLOT_SHIFT;
    }

    /**
     * After the last process has gone: gives the memory back. The mapping stays, since a kernel thread may still look at its area; an engine costs
     * nothing but addresses from now on.
     */
    void close() {
        Memory.madvise(all.address(), all.byteSize(), Memory.MADV_REMOVE);
        Files.close(fd);
    }
}
