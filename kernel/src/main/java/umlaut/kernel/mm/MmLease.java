package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Personality;
import umlaut.abi.Rlimit;
import umlaut.engine.MemoryChanges;
import umlaut.engine.MemoryLease;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/**
 * What the only thread of an address space may change there without the kernel: the break, as far as the host has given memory; and, once it has made some such calls, the free range where its next
 * mappings would go, and memory that it has protected before. A program that calls brk(2), mmap(2), munmap(2) or mprotect(2) again and again so does without a hand-over. Linux has nothing like it.
 *
 * <p>Nobody sees the difference: whoever else takes the {@link MmLock} ends the lease and finds the VMAs as they are; the task's own kernel thread learns of the changes before it does
 * anything else. Nor does a lease allow what the kernel would refuse: there is none under limits of address space or data, with locked memory or near vm.max_map_count. Guarded by the
 * {@link Mm}'s lock.
 */
final class MmLease {
    /** A lease of more than the heap is for who makes many such calls. */
    private static final int CALLS_BEFORE = 16;

    /** Farthest that the leased range reaches from the place of the next mapping, either way. */
    private static final long REACH = 1L << 30;

    /** VMAs that may come unseen. */
    private static final int ROOM = 4 * MemoryChanges.MOST;

    private final Mm mm;
    private volatile boolean out;
    private @Nullable Thread thread;
    private @Nullable UserThread holder;
    private @Nullable MemoryChanges changes;
    private long top;
    private int calls;
    /** Where memory was mapped or unmapped, and protected, last. */
    private long mapped, protectedLast;

    MmLease(Mm mm) {
        this.mm = mm;
    }

    boolean isOut() {
        return out;
    }

    boolean isMine() {
        return thread == Thread.currentThread();
    }

    @GuardedBy("mm.lock")
    void end() {
        take(true);
    }

    /** By the task's kernel thread, when guest code has changed something. */
    @GuardedBy("mm.lock")
    void settle() {
        take(!out || mm.tree.size() > mm.kernel().limits.mapCount.get() - ROOM);
    }

    @GuardedBy("mm.lock") private void take(boolean end) {
        UserThread user = holder;
        MemoryChanges to = changes;
        if (user == null || to == null) {
            return;
        }
        user.takeChanges(to, end);
        if (to.lowest() < top) {
            mm.counters.reached(top - to.lowest() >> 12);
        }
        for (int i = 0; i < to.count(); i++) {
            apply(to, i);
        }
        if (end) {
            out = false;
        }
    }

    /** The engine has seen that the change is within the lease; what the VMAs there are like is for us to see. */
    @GuardedBy("mm.lock") private void apply(MemoryChanges all, int i) {
        long start = all.address(i);
        if (all.kind(i) == MemoryChanges.BREAK) {
            Brk.moved(mm, start);
            return;
        }
        long end = start + all.length(i);
        int first = mm.tree.indexAbove(start);
        for (int j = first; j < mm.tree.size() && mm.tree.get(j).start < end; j++) {
            if (!isPlain(mm.tree.get(j))) {
                return;
            }
        }
        switch (all.kind(i)) {
            case MemoryChanges.MAP -> {
                VmaEditor.detach(mm, start, end);
                VmaEditor.insert(mm, new Vma(mm, start, end, all.prot(i), Mmap.MAY_ALL, null, null, start, null));
                top = start;
            }
            case MemoryChanges.UNMAP -> {
                VmaEditor.detach(mm, start, end);
                top = end;
            }
            case MemoryChanges.PROTECT -> Mprotect.set(mm, start, end, all.prot(i));
            default -> {}
        }
    }

    /** At the end of an mmap(2) or munmap(2) of the task's. */
    @GuardedBy("mm.lock")
    void mapped(Task task, long address) {
        mapped = address;
        renew(task);
    }

    /** At the end of an mprotect(2) of the task's. */
    @GuardedBy("mm.lock")
    void changedProtection(Task task, long address) {
        protectedLast = address;
        renew(task);
    }

    /** At the end of a brk(2) of the task's, and of its execve(2). */
    @GuardedBy("mm.lock")
    void heapReady(Task task) {
        renew(task);
    }

    @GuardedBy("mm.lock") private void renew(Task task) {
        calls++;
        if (!isAllowed(task)) {
            return;
        }
        MemoryLease lease = calls < CALLS_BEFORE ? withHeap(0, 0, 0, 0, 0, 0) : bounds();
        UserThread user = task.user();
        if (user.lease(lease)) {
            holder = user;
            thread = Thread.currentThread();
            changes = changes == null ? new MemoryChanges() : changes;
            top = lease.top();
            out = true;
        }
    }

    @GuardedBy("mm.lock") private boolean isAllowed(Task task) {
        return mm.users() == 1
                && task.mmOrNull() == mm
                && mm.futureLockFlags == 0
                && mm.tree.size() < mm.kernel().limits.mapCount.get() - 2 * ROOM
                && (task.settings.personality & Personality.READ_IMPLIES_EXEC) == 0
                && task.group.limits.soft(Rlimit.RLIMIT_AS) == Rlimit.RLIM_INFINITY
                && task.group.limits.soft(Rlimit.RLIMIT_DATA) == Rlimit.RLIM_INFINITY;
    }

    @GuardedBy("mm.lock") private MemoryLease bounds() {
        VmaTree tree = mm.tree;
        long reach = Math.min(REACH, mm.kernel().memoryBytes() / 2) & -MmArea.PAGE;
        int next = tree.indexAbove(mapped);
        long ceiling = mm.layout.mmapBase;
        if (next < tree.size()) {
            ceiling = Math.max(0, Math.min(ceiling, MmArea.guardedStart(tree.get(next))));
        }
        long floor = next == 0 ? MmArea.MIN_ADDRESS : MmArea.takenEnd(mm, tree.get(next - 1));
        long low = Math.min(ceiling, Math.max(Math.max(floor, MmArea.MIN_ADDRESS), ceiling - reach));
        long end = ceiling;
        for (int i = next; i < tree.size() && tree.get(i).start == end && tree.get(i).end - ceiling <= reach; i++) {
            Vma vma = tree.get(i);
            if (!isPlain(vma) || vma.name != null || vma.policy != null) {
                break;
            }
            end = vma.end;
        }
        boolean nearStack = mm.layout.stackReserve != 0 && end > mm.layout.stackReserve;
        return nearStack
                ? withProtection(0, 0, 0, 0, reach)
                : withProtection(low, ceiling, end, holeAbove(next), reach);
    }

    /** Adds the memory around what was protected last. */
    @GuardedBy("mm.lock") private MemoryLease withProtection(long low, long ceiling, long end, long hole, long reach) {
        VmaTree tree = mm.tree;
        int first = tree.indexAbove(protectedLast);
        long from = 0;
        long to = 0;
        if (first < tree.size() && tree.get(first).start <= protectedLast && isPlain(tree.get(first))) {
            from = tree.get(first).start;
            to = tree.get(first).end;
            for (int i = first - 1; i >= 0 && tree.get(i).end == from && isPlain(tree.get(i)); i--) {
                from = tree.get(i).start;
            }
            for (int i = first + 1; i < tree.size() && tree.get(i).start == to && isPlain(tree.get(i)); i++) {
                to = tree.get(i).end;
            }
            from = Math.max(from, protectedLast - reach);
            to = Math.min(to, protectedLast + reach);
        }
        return withHeap(low, ceiling, end, hole, from, to);
    }

    @GuardedBy("mm.lock") private MemoryLease withHeap(long low, long top, long end, long hole, long from, long to) {
        MmLayout layout = mm.layout;
        MemoryLease.Heap heap = new MemoryLease.Heap(layout.startBrk, layout.brk, Brk.leasable(mm));
        return new MemoryLease(low, top, end, hole, from, to, heap);
    }

    /** The largest free range above the VMA with that index where a mapping would be put before it goes below. */
    @GuardedBy("mm.lock") private long holeAbove(int index) {
        VmaTree tree = mm.tree;
        long base = mm.layout.mmapBase;
        long hole = 0;
        for (int i = index; i < tree.size() && tree.get(i).end < base; i++) {
            long until = i + 1 < tree.size() ? Math.min(base, MmArea.guardedStart(tree.get(i + 1))) : base;
            hole = Math.max(hole, until - MmArea.takenEnd(mm, tree.get(i)));
        }
        return hole;
    }

    /** Private anonymous memory that nothing is special about: its protection may be anything. */
    private static boolean isPlain(Vma vma) {
        return vma.source == null && (vma.flags & ~Vma.NORESERVE) == Mmap.MAY_ALL;
    }
}
