package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Errno;
import umlaut.abi.Seek;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.HostException;
import umlaut.host.Memory;
import umlaut.host.Scratch;

/**
 * The page store of a real machine: one sparse memfd, several times as large as the machine's memory so that files can grow in long runs, mapped
 * once in the JVM (memfd_create(2)). Freed pages are punched out, which is also what makes them read as zero again; a few single pages are
 * wiped and kept instead, for the many small files that come and go.
 */
public final class MemfdPageStore implements PageStore {
    private static final long LEAST_ROOM = 16L << 30;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final int SPARE_PAGES = 256;
    /** Offset of st_blocks in struct stat. */
    private static final long STAT_BLOCKS = 64;

    private final int fd;
    private final MemorySegment memory;
    private final MemorySegment zeros = Arena.ofAuto().allocate(64 << 10, PAGE);
    private final long limitPages;

    @GuardedBy("this")
    private final RunAllocator free;

    /** Wiped single pages that still have their memory. */
    @GuardedBy("this")
    private final long[] spare = new long[SPARE_PAGES];

    @GuardedBy("this")
    private int spares;

    @GuardedBy("this")
    private long chargedPages;

    @GuardedBy("this")
    private boolean closed;

    /**
     * @param memoryBytes the machine's memory: most that {@link #charge} grants
     * @throws HostException when the host refuses
     */
    public MemfdPageStore(String name, long memoryBytes) {
        long room = Math.max(LEAST_ROOM, memoryBytes * 4) & -(long) PAGE;
        fd = Memory.memfd("umlaut-pages-" + name, room);
        memory = Memory.map(fd, 0, room, Memory.PROT_READ | Memory.PROT_WRITE);
        Memory.madvise(memory.address(), room, Memory.MADV_DONTFORK);
        limitPages = memoryBytes / PAGE;
        free = new RunAllocator(room / PAGE);
    }

    @Override
    public synchronized long allocate(int pages) {
        if (pages == 1 && spares > 0) {
            return spare[--spares];
        }
        long page = free.allocate(pages);
        if (page < 0) {
            throw Errno.ENOSPC.exception();
        }
        return page * PAGE;
    }

    @Override
    public synchronized boolean extend(long end, int pages) {
        return free.allocateAt(end / PAGE, pages);
    }

    @Override
    public void free(long offset, int pages) {
        if (pages == 1) {
            memory.asSlice(offset, PAGE).fill((byte) 0);
            synchronized (this) {
                if (spares < SPARE_PAGES) {
                    spare[spares++] = offset;
                    return;
                }
            }
        }
        discard(offset, pages);
        synchronized (this) {
            free.free(offset / PAGE, pages);
        }
    }

    @Override
    public void discard(long offset, int pages) {
        int mode = Files.FALLOC_FL_KEEP_SIZE | Files.FALLOC_FL_PUNCH_HOLE;
        long result = Files.fallocate(fd, mode, offset, (long) pages * PAGE);
        if (result < 0) {
            memory.asSlice(offset, (long) pages * PAGE).fill((byte) 0);
        }
    }

    @Override
    public synchronized boolean charge(long pages) {
        if (chargedPages + pages > limitPages) {
            return false;
        }
        chargedPages += pages;
        return true;
    }

    @Override
    public synchronized void uncharge(long pages) {
        chargedPages -= pages;
    }

    @Override
    public void populate(long offset, long length) {
        Memory.madvise(memory.address() + offset, length, MADV_POPULATE_WRITE);
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
        return fd;
    }

    /** What the memfd takes: also what guests filled through mappings, which nobody charged. */
    @Override
    public long allocatedBytes() {
        MemorySegment stat = Scratch.room();
        return Files.fstat(fd, stat) == 0 ? stat.get(ValueLayout.JAVA_LONG, STAT_BLOCKS) * 512 : 0;
    }

    @Override
    public long nextData(long offset, long end) {
        return seek(offset, end, Seek.SEEK_DATA);
    }

    @Override
    public long nextHole(long offset, long end) {
        return seek(offset, end, Seek.SEEK_HOLE);
    }

    private long seek(long offset, long end, int whence) {
        long at = Files.lseek(fd, offset, whence);
        return HostCalls.isError(at) ? end : Math.min(at, end);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Memory.munmap(memory);
            Files.close(fd);
        }
    }
}
