package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;

/** A page store in plain memory of the JVM, for tests without a host: nothing of it can be mapped into a guest. */
public final class HeapPageStore implements PageStore {
    private final MemorySegment memory;
    private final MemorySegment zeros = Arena.ofAuto().allocate(PAGE, PAGE);
    private final long pages;

    @GuardedBy("this") private final RunAllocator free;

    @GuardedBy("this") private final RunAllocator used = new RunAllocator(0);

    @GuardedBy("this") private long charged;

    public HeapPageStore(long bytes) {
        pages = bytes / PAGE;
        memory = Arena.ofAuto().allocate(pages * PAGE, PAGE);
        free = new RunAllocator(pages);
    }

    @Override
    public synchronized long allocate(int count) {
        long page = free.allocate(count);
        if (page < 0) {
            used.drain((start, pages) -> {
                discard(start * PAGE, pages);
                free.free(start, pages);
            });
            page = free.allocate(count);
        }
        if (page < 0) {
            throw Errno.ENOSPC.exception();
        }
        return page * PAGE;
    }

    @Override
    public synchronized boolean extend(long end, int count) {
        return free.allocateAt(end / PAGE, count);
    }

    @Override
    public void free(long offset, int count) {
        discard(offset, count);
        synchronized (this) {
            free.free(offset / PAGE, count);
        }
    }

    @Override
    public void discard(long offset, int count) {
        memory.asSlice(offset, (long) count * PAGE).fill((byte) 0);
    }

    @Override
    public synchronized boolean charge(long count) {
        if (charged + count > pages) {
            return false;
        }
        charged += count;
        return true;
    }

    @Override
    public synchronized void uncharge(long count) {
        charged -= count;
    }

    @Override
    public synchronized long allocateUsed(int count) {
        long page = used.allocate(count);
        return page < 0 ? -1 : page * PAGE;
    }

    @Override
    public synchronized void recycle(long offset, int count) {
        used.free(offset / PAGE, count);
    }

    @Override
    public void write(long offset, MemorySegment from, long start, long length) {
        MemorySegment.copy(from, start, memory, offset, length);
    }

    @Override
    public MemorySegment takeBuffer() {
        return Arena.ofAuto().allocate(64 << 10);
    }

    @Override
    public void giveBuffer(MemorySegment buffer) {
        // The garbage collector has it.
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public MemorySegment zeros() {
        return zeros;
    }

    @Override
    public int hostFd() {
        return -1;
    }

    @Override
    public synchronized long allocatedBytes() {
        return charged * PAGE;
    }

    @Override
    public long nextData(long offset, long end) {
        return end;
    }

    @Override
    public long nextHole(long offset, long end) {
        return offset;
    }

    @Override
    public void close() {
        // The garbage collector does it.
    }
}
