package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.abi.Rlimit;
import umlaut.kernel.task.Task;

/** Where a mapping may go, and whether there may be one more (Linux: vm_unmapped_area, may_expand_vm, __vm_enough_memory). */
final class MmArea {
    static final long PAGE = 4096;
    static final long HUGE_PAGE = 2L << 20;
    /** vm.mmap_min_addr. */
    static final long MIN_ADDRESS = 65536;
    /** Kept free below a stack: stack_guard_gap. */
    static final long STACK_GUARD = 256 * PAGE;

    /** Where MAP_32BIT looks for room. */
    private static final long START_32BIT = 0x4000_0000L;

    private static final long END_32BIT = 0x8000_0000L;

    private MmArea() {}

    /** Where a range ends; one that ends where no guest has memory, there. @return -1 if it goes round the end of all addresses */
    static long end(long address, long length) {
        long end = address + length;
        if (Long.compareUnsigned(end, address) < 0) {
            return -1;
        }
        return end < 0 ? Long.MAX_VALUE : end;
    }

    static long pageUp(long value) {
        return value + PAGE - 1 & -PAGE;
    }

    static boolean aligned(long value) {
        return (value & PAGE - 1) == 0;
    }

    /** First address that a neighbour below must leave free: a stack's guard gap counts as its own. */
    static long guardedStart(Vma vma) {
        return vma.has(Vma.GROWSDOWN) ? Math.max(0, vma.start - STACK_GUARD) : vma.start;
    }

    /** First free address behind a VMA: memory granted to the heap ahead of brk(2) is taken. */
    @GuardedBy("mm.lock") static long takenEnd(Mm mm, Vma vma) {
        return Vma.HEAP.equals(vma.name) && vma.end == pageUp(mm.layout.brk)
                ? Math.max(vma.end, mm.layout.heapGranted)
                : vma.end;
    }

    /** Is the range free, guard gaps included? */
    @GuardedBy("mm.lock") static boolean isFree(Mm mm, long start, long end) {
        int i = mm.tree.indexAbove(start);
        if (i < mm.tree.size() && guardedStart(mm.tree.get(i)) < end) {
            return false;
        }
        return i == 0 || takenEnd(mm, mm.tree.get(i - 1)) <= start;
    }

    /**
     * Chooses an address (arch_get_unmapped_area_topdown).
     *
     * @param hint where the program would like it; 0 = anywhere
     * @throws umlaut.abi.ErrnoException ENOMEM
     */
    @GuardedBy("mm.lock") static long find(Mm mm, long hint, long length, int mapFlags) {
        long taskSize = mm.layout.taskSize;
        if (length > taskSize - MIN_ADDRESS) {
            throw Errno.ENOMEM.exception();
        }
        if ((mapFlags & MapFlags.MAP_32BIT) != 0) {
            long wanted = Math.max(pageUp(hint), MIN_ADDRESS);
            if (hint > 0 && wanted <= END_32BIT - length && isFree(mm, wanted, wanted + length)) {
                return wanted;
            }
            long found = bottomUp(mm, length, START_32BIT, END_32BIT);
            if (found < 0) {
                throw Errno.ENOMEM.exception();
            }
            return found;
        }
        if (hint != 0) {
            long at = Math.max(pageUp(hint), MIN_ADDRESS);
            if (at <= taskSize - length && isFree(mm, at, at + length)) {
                return at;
            }
        }
        long low = (mapFlags & MapFlags.MAP_ABOVE4G) != 0 ? 1L << 32 : MIN_ADDRESS;
        long found = topDown(mm, length, low, mm.layout.mmapBase);
        if (found < 0) {
            found = bottomUp(mm, length, Math.max(low, taskSize / 3 & -PAGE), taskSize);
        }
        if (found < 0) {
            throw Errno.ENOMEM.exception();
        }
        return found;
    }

    /**
     * As {@link #find} without a hint, for anonymous memory of whole huge pages and for files as large: at the same place in a huge page as in the file, where there is
     * room, so that the host can use them (thp_get_unmapped_area).
     */
    @GuardedBy("mm.lock") static long findAligned(Mm mm, long length, long offset) {
        long pad = HUGE_PAGE - PAGE;
        long found = length > mm.layout.taskSize - HUGE_PAGE
                ? -1
                : topDown(mm, length + pad, MIN_ADDRESS, mm.layout.mmapBase);
        return found < 0 ? find(mm, 0, length, 0) : found + (offset - found & HUGE_PAGE - 1);
    }

    @GuardedBy("mm.lock") private static long topDown(Mm mm, long length, long low, long high) {
        VmaTree tree = mm.tree;
        long ceiling = high;
        int i = tree.indexAbove(high - 1);
        if (i < tree.size()) {
            ceiling = Math.min(ceiling, guardedStart(tree.get(i)));
        }
        while (true) {
            long floor = i == 0 ? low : Math.max(low, takenEnd(mm, tree.get(i - 1)));
            if (ceiling - floor >= length) {
                return ceiling - length;
            }
            if (i == 0 || ceiling <= low) {
                return -1;
            }
            i--;
            ceiling = Math.min(ceiling, guardedStart(tree.get(i)));
        }
    }

    @GuardedBy("mm.lock") private static long bottomUp(Mm mm, long length, long low, long high) {
        VmaTree tree = mm.tree;
        int i = tree.indexAbove(low);
        long floor = i == 0 ? low : Math.max(low, takenEnd(mm, tree.get(i - 1)));
        while (floor <= high - length) {
            if (i == tree.size()) {
                return floor;
            }
            if (guardedStart(tree.get(i)) - floor >= length) {
                return floor;
            }
            floor = Math.max(floor, takenEnd(mm, tree.get(i)));
            i++;
        }
        return -1;
    }

    /** Bytes of the range that are mapped. */
    @GuardedBy("mm.lock") static long mappedBytes(Mm mm, long start, long end) {
        long sum = 0;
        for (int i = mm.tree.indexAbove(start); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
            Vma vma = mm.tree.get(i);
            sum += Math.min(end, vma.end) - Math.max(start, vma.start);
        }
        return sum;
    }

    /**
     * RLIMIT_AS, RLIMIT_DATA and the machine's memory (overcommit as vm.overcommit_memory 0: one mapping must not be larger than all memory).
     *
     * @param bytes growth of the address space
     * @param data growth of private writable memory
     * @throws umlaut.abi.ErrnoException ENOMEM
     */
    @GuardedBy("mm.lock") static void checkExpand(Mm mm, Task task, long bytes, long data, boolean account) {
        if (exceeds(task, Rlimit.RLIMIT_AS, (mm.counters.totalPages() << 12) + bytes)
                || data > 0 && exceeds(task, Rlimit.RLIMIT_DATA, (mm.counters.dataPages() << 12) + data)
                || account && data > mm.kernel().memoryBytes()) {
            throw Errno.ENOMEM.exception();
        }
    }

    private static boolean exceeds(Task task, int resource, long bytes) {
        long limit = task.group.limits.soft(resource);
        return limit != Rlimit.RLIM_INFINITY && Long.compareUnsigned(bytes, limit) > 0;
    }

    /** can_do_mlock. */
    static boolean mayLock(Task task) {
        return task.group.limits.soft(Rlimit.RLIMIT_MEMLOCK) != 0
                || task.credentials().capable(Capability.CAP_IPC_LOCK);
    }

    /** mlock_future_ok: may {@code bytes} more be locked? */
    static boolean lockFits(Mm mm, Task task, long bytes) {
        return !exceeds(task, Rlimit.RLIMIT_MEMLOCK, (mm.counters.lockedPages() << 12) + bytes)
                || task.credentials().capable(Capability.CAP_IPC_LOCK);
    }
}
