package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.MapFlags;
import umlaut.abi.Personality;
import umlaut.abi.Rlimit;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/**
 * brk(2) (Linux: mm/mmap.c). The host is given memory for the heap in large steps, so that most calls change only the VMA; what lies between the break
 * and the end of that grant is accessible to the guest, which Linux would answer with SIGSEGV.
 */
final class Brk {
    private static final long LEAST_AHEAD = 128 << 10;
    /** What a new program is given: C libraries begin with a little more than 132 KiB. */
    private static final long START_AHEAD = 192 << 10;

    private static final long MOST_AHEAD = 4L << 20;

    private Brk() {}

    /** @return the break, changed or not */
    static long brk(Task task, long wanted) {
        Mm mm = task.mm();
        MmLayout layout = mm.layout;
        mm.lock.lock();
        try {
            long old = layout.brk;
            if (Long.compareUnsigned(wanted, layout.startBrk) < 0 || wanted >= layout.taskSize || wanted < 0) {
                return old;
            }
            long limit = task.group.limits.soft(Rlimit.RLIMIT_DATA);
            long used = wanted - layout.startBrk + (layout.endData - layout.startData);
            if (limit != Rlimit.RLIM_INFINITY && Long.compareUnsigned(used, limit) > 0) {
                return old;
            }
            long oldEnd = MmArea.pageUp(old);
            long newEnd = MmArea.pageUp(wanted);
            if (newEnd == oldEnd) {
                layout.brk = wanted;
                return wanted;
            }
            if (newEnd < oldEnd) {
                return shrink(mm, task, wanted, newEnd, oldEnd);
            }
            return grow(mm, task, wanted, newEnd, oldEnd);
        } finally {
            mm.lease.heapReady(task);
            mm.lock.unlock();
            mm.collect();
        }
    }

    /** Gives a new program's heap memory, if there is room. @throws umlaut.abi.ErrnoException ENOMEM */
    @GuardedBy("mm.lock") static void start(Mm mm, Task task) {
        MmLayout layout = mm.layout;
        long start = MmArea.pageUp(layout.brk);
        boolean executable = (task.settings.personality & Personality.READ_IMPLIES_EXEC) != 0;
        if (executable || mm.tree.firstIn(start, start + START_AHEAD + MmArea.PAGE) != null) {
            return;
        }
        int prot = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
        if (mm.space().mapAnonymous(null, start, START_AHEAD, Mm.hostProt(prot), true) < 0) {
            throw Errno.ENOMEM.exception();
        }
        layout.heapGranted = start + START_AHEAD;
    }

    /** How far guest code may move the break up by itself. */
    @GuardedBy("mm.lock") static long leasable(Mm mm) {
        MmLayout layout = mm.layout;
        long end = MmArea.pageUp(layout.brk);
        // PR_SET_MM can put the break anywhere.
        return layout.heapGranted <= end || mm.tree.firstIn(end, layout.heapGranted) != null
                ? layout.brk
                : layout.heapGranted;
    }

    /** Guest code has moved the break up by itself ({@link MmLease}): within what it was granted, if that is to be believed. */
    @GuardedBy("mm.lock") static void moved(Mm mm, long wanted) {
        MmLayout layout = mm.layout;
        long oldEnd = MmArea.pageUp(layout.brk);
        long newEnd = MmArea.pageUp(wanted);
        if (wanted < layout.brk || wanted > leasable(mm)) {
            return;
        }
        if (newEnd > oldEnd) {
            int prot = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
            VmaEditor.insert(mm, new Vma(mm, oldEnd, newEnd, prot, Mmap.MAY_ALL, null, null, oldEnd, Vma.HEAP));
        }
        layout.brk = wanted;
    }

    @GuardedBy("mm.lock") private static long shrink(Mm mm, Task task, long wanted, long newEnd, long oldEnd) {
        MmLayout layout = mm.layout;
        long old = layout.brk;
        long hostEnd = Math.max(oldEnd, layout.heapGranted);
        List<Vma> gone = VmaEditor.detach(mm, newEnd, oldEnd);
        UserThread self = PendingChange.self(mm, task);
        long result = mm.space().unmap(self, newEnd, hostEnd - newEnd);
        layout.brk = wanted;
        layout.heapGranted = newEnd;
        if (PendingChange.replaced(mm, newEnd, oldEnd, gone).begin(task, self, result) < 0) {
            layout.brk = old;
            return old;
        }
        return wanted;
    }

    @GuardedBy("mm.lock") private static long grow(Mm mm, Task task, long wanted, long newEnd, long oldEnd) {
        MmLayout layout = mm.layout;
        long old = layout.brk;
        Vma next = mm.tree.find(oldEnd);
        long ceiling = next == null ? layout.taskSize : next.start - (next.has(Vma.GROWSDOWN) ? MmArea.STACK_GUARD : 0);
        ceiling = Math.min(ceiling, mm.space().firstTaken(oldEnd));
        if (newEnd + MmArea.PAGE > ceiling) {
            return old;
        }
        int prot = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
        if ((task.settings.personality & Personality.READ_IMPLIES_EXEC) != 0) {
            prot |= MapFlags.PROT_EXEC;
        }
        Vma fresh = heap(mm, oldEnd, newEnd, prot);
        if (fresh == null || !fits(mm, task, newEnd - oldEnd)) {
            return old;
        }
        long granted = Math.max(oldEnd, layout.heapGranted);
        VmaEditor.insert(mm, fresh);
        layout.brk = wanted;
        if (newEnd <= granted) {
            populateIfLocked(mm, fresh, oldEnd, newEnd);
            return wanted;
        }
        long ahead = Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, (newEnd - layout.startBrk) / 4 & -MmArea.PAGE));
        long target = Math.min(newEnd + ahead, ceiling - MmArea.PAGE);
        layout.heapGranted = target;
        UserThread self = fresh.has(Vma.LOCKED) ? null : PendingChange.self(mm, task);
        long result = mm.space().mapAnonymous(self, granted, target - granted, Mm.hostProt(prot), true);
        if (PendingChange.heapGrown(mm, oldEnd, newEnd, old).begin(task, self, result) < 0) {
            return old;
        }
        populateIfLocked(mm, fresh, oldEnd, newEnd);
        return wanted;
    }

    private static @Nullable Vma heap(Mm mm, long start, long end, int prot) {
        int flags = Mmap.MAY_ALL | mm.futureLockFlags;
        return mm.tree.size() >= mm.kernel().limits.mapCount.get()
                ? null
                : new Vma(mm, start, end, prot, flags, null, null, start, Vma.HEAP);
    }

    @GuardedBy("mm.lock") private static boolean fits(Mm mm, Task task, long bytes) {
        if (mm.futureLockFlags != 0 && !MmArea.lockFits(mm, task, bytes)) {
            return false;
        }
        try {
            MmArea.checkExpand(mm, task, bytes, bytes, true);
            return true;
        } catch (ErrnoException e) {
            return e.errno() != Errno.ENOMEM;
        }
    }

    private static void populateIfLocked(Mm mm, Vma vma, long start, long end) {
        if ((vma.flags & (Vma.LOCKED | Vma.LOCKONFAULT)) == Vma.LOCKED) {
            Mlock.populate(mm, start, end);
        }
    }
}
