package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Rlimit;
import umlaut.engine.AddressSpace;
import umlaut.kernel.task.Task;

/**
 * The growing stack (Linux: expand_stack). The host gets the memory for the whole of RLIMIT_STACK at exec, untouched and not reserved, so that growth
 * costs no trap and system calls can write below the deepest place reached so far. The VMA begins where Linux's would: at the lowest page touched,
 * which is looked up whenever somebody could see the difference ({@link #settle}).
 */
final class MmStack {
    /** Most that is given to the host in advance; a stack with a higher limit grows by faults from there. */
    static final long MOST_AHEAD = 64L << 20;

    private MmStack() {}

    @GuardedBy("mm.lock") static @Nullable Vma stackOf(Mm mm) {
        long reserve = mm.layout.stackReserve;
        if (reserve == 0) {
            return null;
        }
        Vma vma = mm.tree.find(reserve);
        return vma != null && vma.isStack() ? vma : null;
    }

    /** Someone looks at the range: if it touches room kept for the stack, the VMA is brought up to date. */
    @GuardedBy("mm.lock") static void settle(Mm mm, long start, long end) {
        long reserve = mm.layout.stackReserve;
        if (reserve == 0 || end <= reserve) {
            return;
        }
        Vma stack = stackOf(mm);
        if (stack == null || start >= stack.start || reserve >= stack.start) {
            return;
        }
        int pages = (int) (stack.start - reserve >> 12);
        MemorySegment vec = Arena.ofAuto().allocate(pages);
        if (mm.space().residency(reserve, stack.start - reserve, vec) < 0) {
            return;
        }
        for (int i = 0; i < pages; i++) {
            if ((vec.get(ValueLayout.JAVA_BYTE, i) & 1) != 0) {
                extend(mm, stack, reserve + i * MmArea.PAGE);
                return;
            }
        }
    }

    @GuardedBy("mm.lock") private static void extend(Mm mm, Vma stack, long start) {
        mm.counters.count(stack, stack.start - start >> 12);
        stack.start = start;
        stack.offset = start;
    }

    /** The range gets another use: the stack's room ends above it, a guard gap apart. */
    @GuardedBy("mm.lock") static void cede(Mm mm, long start, long end) {
        long reserve = mm.layout.stackReserve;
        if (reserve == 0 || end <= reserve) {
            return;
        }
        Vma stack = stackOf(mm);
        if (stack == null || start >= stack.start) {
            return;
        }
        long from = Math.min(stack.start, end + MmArea.STACK_GUARD);
        mm.space().unmap(null, reserve, from - reserve);
        mm.layout.stackReserve = from;
    }

    /**
     * A fault below a VMA that grows down.
     *
     * @param vma the first VMA above the address
     * @return false when it may not grow that far
     */
    @GuardedBy("mm.lock") static boolean grow(Mm mm, Task task, Vma vma, long address) {
        long page = address & -MmArea.PAGE;
        long limit = task.group.limits.soft(Rlimit.RLIMIT_STACK);
        if (limit != Rlimit.RLIM_INFINITY && Long.compareUnsigned(vma.end - page, limit) > 0) {
            return false;
        }
        int i = mm.tree.indexAbove(page);
        long floor = MmArea.MIN_ADDRESS;
        if (i > 0) {
            Vma below = mm.tree.get(i - 1);
            floor = below.has(Vma.GROWSDOWN) || below.prot == 0 ? below.end : below.end + MmArea.STACK_GUARD;
        }
        if (page < floor) {
            return false;
        }
        long from = page;
        if (vma.isStack() && mm.layout.stackReserve != 0) {
            if (page >= mm.layout.stackReserve) {
                // The room is there already: the fault was something else.
                return false;
            }
            long lowest = limit == Rlimit.RLIM_INFINITY ? floor : Math.max(floor, MmArea.pageUp(vma.end - limit));
            from = Math.max(lowest, Math.min(page, vma.start - 2 * (vma.end - vma.start)));
            from = Math.min(from, page);
        }
        long mapped = vma.isStack() ? Math.min(vma.start, mm.layout.stackReserve) : vma.start;
        AddressSpace space = mm.space();
        if (space.mapAnonymous(null, from, mapped - from, Mm.hostProt(vma.prot), true) < 0) {
            return false;
        }
        if (vma.isStack()) {
            mm.layout.stackReserve = from;
        }
        extend(mm, vma, page);
        return true;
    }
}
