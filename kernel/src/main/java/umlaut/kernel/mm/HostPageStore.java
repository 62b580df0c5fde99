package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import umlaut.abi.Errno;
import umlaut.abi.Seek;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.HostException;
import umlaut.host.LargePageFile;
import umlaut.host.Memory;
import umlaut.host.Scratch;
import umlaut.host.Syscall;

/**
 * The page store of a real machine: one sparse file in memory, several times as large as the machine's memory so that files can grow in long runs, mapped
 * once in the JVM. Freed pages are punched out, which is also what makes them read as zero again; some megabytes are kept as they are
 * instead, for the files that come and go: getting memory from the host costs several times what writing to it does.
 *
 * <p>Where the host lets us mount a tmpfs ({@link LargePageFile}), a second half of the room has large pages: there the JVM's own mapping has MADV_HUGEPAGE, so that what
 * it touches first comes by 2 MiB. Guests' mappings have not: what they touch first is a small page everywhere. Else the file is a memfd (memfd_create(2)).
 */
public final class HostPageStore implements PageStore {
    private static final long LEAST_ROOM = 16L << 30;
    /** Most memory kept in freed pages, also as a part of all. */
    private static final long MOST_KEPT = 64L << 20, KEPT_PART = 8;

    private static final int BUFFER = 128 << 10, BUFFERS = 4;
    /** Offset of st_blocks in struct stat. */
    private static final long STAT_BLOCKS = 64;

    private static final int LARGE_PAGE = LargePageFile.LARGE_PAGE / PAGE;

    /** How long the host is not asked again for a large page after it had none. */
    private static final long RETRY_NS = 1_000_000_000;

    private final int fd;
    private final MemorySegment memory;
    private final MemorySegment zeros = Arena.ofAuto().allocate(64 << 10, PAGE);
    private final long limitPages;

    /** Where the part with large pages begins, in bytes; the end of the store if it has none. */
    private final long largeStart;

    /** No large page was to be had then. */
    private volatile long refusedNs = System.nanoTime() - RETRY_NS;

    @GuardedBy("this") private final RunAllocator free;

    @GuardedBy("this") private final RunAllocator freeLarge;

    /** Freed small pages that still have their memory and old contents. */
    @GuardedBy("this") private final RunAllocator used = new RunAllocator(0, 0);

    private final long keptPages;

    @GuardedBy("buffers") private final ArrayDeque<MemorySegment> buffers = new ArrayDeque<>(BUFFERS);

    @GuardedBy("this") private long chargedPages;

    /**
     * @param memoryBytes the machine's memory: most that {@link #charge} grants
     * @throws HostException when the host refuses
     */
    public HostPageStore(String name, long memoryBytes) {
        this(name, memoryBytes, true);
    }

    /** @param large whether to have large pages where the host allows it */
    HostPageStore(String name, long memoryBytes, boolean large) {
        long room = Math.max(LEAST_ROOM, memoryBytes * 4) & -(long) LargePageFile.LARGE_PAGE;
        int file = large ? LargePageFile.create() : -1;
        long all = file >= 0 ? 2 * room : room;
        fd = file >= 0 ? file : Memory.memfd("umlaut-pages-" + name, all);
        HostException.check("ftruncate", Files.ftruncate(fd, all));
        memory = Memory.mapUntilUnused(fd, all, Memory.PROT_READ | Memory.PROT_WRITE);
        Memory.madvise(memory.address(), all, Memory.MADV_DONTFORK);
        boolean advised = all > room && Memory.madvise(memory.address() + room, room, Memory.MADV_HUGEPAGE) == 0;
        largeStart = advised ? room : all;
        limitPages = memoryBytes / PAGE;
        keptPages = Math.min(MOST_KEPT, memoryBytes / KEPT_PART) / PAGE;
        free = new RunAllocator(0, room / PAGE);
        freeLarge = new RunAllocator(largeStart / PAGE, (all - largeStart) / PAGE);
    }

    @Override
    public int largePage() {
        return largeStart < memory.byteSize() ? LARGE_PAGE : 0;
    }

    @Override
    public synchronized long allocateLarge(int pages) {
        long page = freeLarge.allocateAligned(pages, LARGE_PAGE);
        return page < 0 ? -1 : page * PAGE;
    }

    @Override
    public boolean fillLarge(long offset) {
        if (System.nanoTime() - refusedNs < RETRY_NS) {
            return false;
        }
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) 0);
        MemorySegment resident = Scratch.room();
        long last = memory.address() + offset + LargePageFile.LARGE_PAGE - PAGE;
        boolean all = HostCalls.call(Syscall.MINCORE, last, PAGE, resident.address()) == 0
                && (resident.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0;
        if (!all) {
            refusedNs = System.nanoTime();
        }
        return all;
    }

    @GuardedBy("this") private RunAllocator room(long offset) {
        return offset >= largeStart ? freeLarge : free;
    }

    @Override
    public synchronized long allocate(int pages) {
        long page = free.allocate(pages);
        if (page < 0) {
            used.drain((start, count) -> {
                discard(start * PAGE, count);
                free.free(start, count);
            });
            page = free.allocate(pages);
        }
        if (page < 0) {
            throw Errno.ENOSPC.exception();
        }
        return page * PAGE;
    }

    @Override
    public synchronized boolean extend(long end, int pages) {
        return room(end - 1).allocateAt(end / PAGE, pages);
    }

    @Override
    public synchronized long allocateUsed(int pages) {
        long page = used.allocate(pages);
        return page < 0 ? -1 : page * PAGE;
    }

    @Override
    public void free(long offset, int pages) {
        discard(offset, pages);
        synchronized (this) {
            room(offset).free(offset / PAGE, pages);
        }
    }

    @Override
    public void recycle(long offset, int pages) {
        synchronized (this) {
            if (offset < largeStart && used.freePages() + pages <= keptPages) {
                used.free(offset / PAGE, pages);
                return;
            }
        }
        free(offset, pages);
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
    public void write(long offset, MemorySegment from, long start, long length) {
        long done = 0;
        while (done < length) {
            long n = from.isNative() ? Files.pwrite(fd, from, start + done, length - done, offset + done) : -1;
            if (n <= 0) {
                MemorySegment.copy(from, start + done, memory, offset + done, length - done);
                return;
            }
            done += n;
        }
    }

    @Override
    public MemorySegment takeBuffer() {
        synchronized (buffers) {
            MemorySegment buffer = buffers.poll();
            return buffer != null ? buffer : Arena.ofAuto().allocate(BUFFER, PAGE);
        }
    }

    @Override
    public void giveBuffer(MemorySegment buffer) {
        synchronized (buffers) {
            if (buffers.size() < BUFFERS) {
                buffers.push(buffer);
            }
        }
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

    /** What the file takes: also what guests filled through mappings, which nobody charged. */
    @Override
    public long allocatedBytes() {
        MemorySegment stat = Scratch.room();
        long all = Files.fstat(fd, stat) == 0 ? stat.get(ValueLayout.JAVA_LONG, STAT_BLOCKS) * 512 : 0;
        synchronized (this) {
            return Math.max(0, all - used.freePages() * PAGE);
        }
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

    /** All memory goes back; the mapping stays until nobody can touch it any more. */
    @Override
    public void close() {
        int mode = Files.FALLOC_FL_KEEP_SIZE | Files.FALLOC_FL_PUNCH_HOLE;
        Files.fallocate(fd, mode, 0, memory.byteSize());
    }
}
