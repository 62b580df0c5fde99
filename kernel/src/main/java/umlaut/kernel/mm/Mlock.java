package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.Task;

/**
 * mlock(2), mlock2(2), munlock(2), mlockall(2), munlockall(2) (Linux: mm/mlock.c). Locked memory is counted and limited as on Linux and brought in; whether the host
 * swaps is the host's business.
 */
final class Mlock {
    private static final int MADV_POPULATE_READ = MapFlags.MADV_POPULATE_READ;

    private Mlock() {}

    static long mlock(Task task, long address, long size, int flags) {
        if ((flags & ~MapFlags.MLOCK_ONFAULT) != 0) {
            return Errno.EINVAL.negative();
        }
        if (!MmArea.mayLock(task)) {
            return Errno.EPERM.negative();
        }
        Mm mm = task.mm();
        long start = address & -MmArea.PAGE;
        long length = MmArea.pageUp(size + (address - start));
        boolean onFault = (flags & MapFlags.MLOCK_ONFAULT) != 0;
        mm.lock.lock();
        try {
            long already = lockedBytes(mm, start, start + length);
            if (!MmArea.lockFits(mm, task, length - already)) {
                return Errno.ENOMEM.negative();
            }
            long result = apply(mm, start, length, Vma.LOCKED | (onFault ? Vma.LOCKONFAULT : 0));
            if (result < 0) {
                return result;
            }
        } finally {
            mm.lock.unlock();
        }
        if (onFault) {
            return 0;
        }
        populate(mm, start, start + length);
        return mm.secretIn(start, length) ? Errno.ENOMEM.negative() : 0;
    }

    static long munlock(Task task, long address, long size) {
        Mm mm = task.mm();
        long start = address & -MmArea.PAGE;
        mm.lock.lock();
        try {
            return apply(mm, start, MmArea.pageUp(size + (address - start)), 0);
        } finally {
            mm.lock.unlock();
        }
    }

    static long mlockall(Task task, int flags) {
        int known = MapFlags.MCL_CURRENT | MapFlags.MCL_FUTURE | MapFlags.MCL_ONFAULT;
        if (flags == 0 || (flags & ~known) != 0 || flags == MapFlags.MCL_ONFAULT) {
            return Errno.EINVAL.negative();
        }
        if (!MmArea.mayLock(task)) {
            return Errno.EPERM.negative();
        }
        Mm mm = task.mm();
        int lock = Vma.LOCKED | ((flags & MapFlags.MCL_ONFAULT) != 0 ? Vma.LOCKONFAULT : 0);
        mm.lock.lock();
        try {
            boolean current = (flags & MapFlags.MCL_CURRENT) != 0;
            long all = mm.counters.totalPages() - mm.counters.lockedPages() << 12;
            if (current && !MmArea.lockFits(mm, task, all)) {
                return Errno.ENOMEM.negative();
            }
            mm.futureLockFlags = (flags & MapFlags.MCL_FUTURE) != 0 ? lock : 0;
            if (current) {
                setAll(mm, lock);
            }
        } finally {
            mm.lock.unlock();
        }
        if ((flags & (MapFlags.MCL_CURRENT | MapFlags.MCL_ONFAULT)) == MapFlags.MCL_CURRENT) {
            populate(mm, 0, mm.layout.taskSize);
        }
        return 0;
    }

    static long munlockall(Task task) {
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            mm.futureLockFlags = 0;
            setAll(mm, 0);
        } finally {
            mm.lock.unlock();
        }
        return 0;
    }

    @GuardedBy("mm.lock") private static void setAll(Mm mm, int lock) {
        for (int i = 0; i < mm.tree.size(); i++) {
            set(mm, mm.tree.get(i), lock);
        }
        VmaEditor.joinAround(mm, 0, Long.MAX_VALUE);
    }

    @GuardedBy("mm.lock") private static void set(Mm mm, Vma vma, int lock) {
        if (vma.has(Vma.SECRET)) {
            return; // always locked
        }
        mm.counters.remove(vma);
        vma.flags = vma.flags & ~(Vma.LOCKED | Vma.LOCKONFAULT) | lock;
        mm.counters.add(vma);
    }

    @GuardedBy("mm.lock") private static long lockedBytes(Mm mm, long start, long end) {
        long sum = 0;
        for (int i = mm.tree.indexAbove(start); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
            Vma vma = mm.tree.get(i);
            sum += vma.has(Vma.LOCKED) ? Math.min(end, vma.end) - Math.max(start, vma.start) : 0;
        }
        return sum;
    }

    /** Up to the first hole, which is ENOMEM. */
    @GuardedBy("mm.lock") private static long apply(Mm mm, long start, long length, int lock) {
        long end = MmArea.end(start, length);
        if (end < 0) {
            return Errno.EINVAL.negative();
        }
        if (length == 0) {
            return 0;
        }
        MmStack.settle(mm, start, end);
        if (mm.tree.firstIn(start, end) != null) {
            VmaEditor.checkCount(mm, 2);
        }
        VmaEditor.splitAt(mm, start);
        VmaEditor.splitAt(mm, end);
        long at = start;
        for (int i = mm.tree.indexAbove(start); at < end; i++) {
            Vma vma = i < mm.tree.size() ? mm.tree.get(i) : null;
            if (vma == null || vma.start > at) {
                break;
            }
            set(mm, vma, lock);
            at = vma.end;
        }
        VmaEditor.joinAround(mm, start, end);
        return at < end ? Errno.ENOMEM.negative() : 0;
    }

    /** Brings the pages of a range in, as far as they are accessible; failures are nobody's business. */
    static void populate(Mm mm, long start, long end) {
        for (Vma vma : mm.vmas()) {
            long from = Math.max(start, vma.start);
            long to = Math.min(end, vma.mappedEnd);
            if (from < to && vma.prot != 0 && !vma.has(Vma.SPECIAL)) {
                boolean write = vma.writable() && !vma.isShared();
                mm.space().advise(null, from, to - from, write ? MapFlags.MADV_POPULATE_WRITE : MADV_POPULATE_READ);
            }
        }
    }
}
