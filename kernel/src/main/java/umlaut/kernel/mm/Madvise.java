package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/** madvise(2) (Linux: mm/madvise.c). What concerns pages goes to the host; what concerns VMAs is noted here. */
final class Madvise {
    private Madvise() {}

    static long madvise(Task task, long address, long size, int advice) {
        if (!known(advice)) {
            return Errno.EINVAL.negative();
        }
        long length = MmArea.pageUp(size);
        long end = MmArea.end(address, length);
        if (!MmArea.aligned(address) || size != 0 && length == 0 || end < 0) {
            return Errno.EINVAL.negative();
        }
        if (advice == MapFlags.MADV_HWPOISON || advice == MapFlags.MADV_SOFT_OFFLINE) {
            return task.credentials().capable(Capability.CAP_SYS_ADMIN)
                    ? Errno.EINVAL.negative()
                    : Errno.EPERM.negative();
        }
        if (length == 0) {
            return 0;
        }
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            MmStack.settle(mm, address, end);
            return walk(mm, task, address, end, advice);
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    private static boolean known(int advice) {
        return advice >= MapFlags.MADV_NORMAL && advice <= MapFlags.MADV_DONTNEED
                || advice >= MapFlags.MADV_FREE && advice <= MapFlags.MADV_COLLAPSE
                || advice >= MapFlags.MADV_HWPOISON && advice <= MapFlags.MADV_GUARD_REMOVE;
    }

    /** Holes are skipped and make the result ENOMEM in the end; an error stops. */
    @GuardedBy("mm.lock") private static long walk(Mm mm, Task task, long start, long end, int advice) {
        long hole = 0;
        long at = start;
        int flag = flagOf(advice);
        if (flag != 0 || clears(advice) != 0) {
            VmaEditor.checkCount(mm, 2);
            VmaEditor.splitAt(mm, start);
            VmaEditor.splitAt(mm, end);
        }
        Vma only = mm.tree.find(start);
        boolean whole = only != null && only.start <= start && only.end >= end;
        if (!whole && advice == MapFlags.MADV_DONTNEED && isOneForHost(mm, start, end)) {
            return mm.space().advise(PendingChange.self(mm, task), start, end - start, advice);
        }
        for (int i = mm.tree.indexAbove(start); at < end; i++) {
            Vma vma = i < mm.tree.size() ? mm.tree.get(i) : null;
            if (vma == null || vma.start >= end) {
                hole = Errno.ENOMEM.negative();
                break;
            }
            if (vma.start > at) {
                hole = Errno.ENOMEM.negative();
                at = vma.start;
                if (advice == MapFlags.MADV_POPULATE_READ || advice == MapFlags.MADV_POPULATE_WRITE) {
                    break;
                }
            }
            long to = Math.min(end, vma.end);
            UserThread self = whole ? PendingChange.self(mm, task) : null;
            long result = one(mm, task, self, vma, at, to, advice);
            if (result < 0) {
                return result;
            }
            at = to;
        }
        if (flag != 0 || clears(advice) != 0) {
            VmaEditor.joinAround(mm, start, end);
        }
        return hole;
    }

    /** Whether the host can drop the range's pages in one call: a thread's stack and its guard page, say, as the C library does when a thread ends. */
    @GuardedBy("mm.lock") private static boolean isOneForHost(Mm mm, long start, long end) {
        long at = start;
        for (int i = mm.tree.indexAbove(start); at < end; i++) {
            Vma vma = i < mm.tree.size() ? mm.tree.get(i) : null;
            if (vma == null || vma.start > at || vma.mappedEnd < Math.min(end, vma.end) || vma.has(Vma.LOCKED)) {
                return false;
            }
            at = vma.end;
        }
        return true;
    }

    /** The VMA flag an advice sets. */
    private static int flagOf(int advice) {
        return switch (advice) {
            case MapFlags.MADV_RANDOM -> Vma.RANDOM;
            case MapFlags.MADV_SEQUENTIAL -> Vma.SEQUENTIAL;
            case MapFlags.MADV_DONTFORK -> Vma.DONTFORK;
            case MapFlags.MADV_WIPEONFORK -> Vma.WIPEONFORK;
            case MapFlags.MADV_DONTDUMP -> Vma.DONTDUMP;
            case MapFlags.MADV_MERGEABLE -> Vma.MERGEABLE;
            case MapFlags.MADV_HUGEPAGE -> Vma.HUGEPAGE;
            case MapFlags.MADV_NOHUGEPAGE -> Vma.NOHUGEPAGE;
            default -> 0;
        };
    }

    /** The VMA flags an advice takes away. */
    private static int clears(int advice) {
        return switch (advice) {
            case MapFlags.MADV_NORMAL, MapFlags.MADV_RANDOM, MapFlags.MADV_SEQUENTIAL -> Vma.RANDOM | Vma.SEQUENTIAL;
            case MapFlags.MADV_DOFORK -> Vma.DONTFORK;
            case MapFlags.MADV_KEEPONFORK -> Vma.WIPEONFORK;
            case MapFlags.MADV_DODUMP -> Vma.DONTDUMP;
            case MapFlags.MADV_UNMERGEABLE -> Vma.MERGEABLE;
            case MapFlags.MADV_HUGEPAGE -> Vma.NOHUGEPAGE;
            case MapFlags.MADV_NOHUGEPAGE -> Vma.HUGEPAGE;
            default -> 0;
        };
    }

    @GuardedBy("mm.lock") private static long one(Mm mm, Task task, @Nullable UserThread self, Vma vma, long from, long to, int advice) {
        boolean locked = vma.has(Vma.LOCKED);
        switch (advice) {
            case MapFlags.MADV_DONTNEED, MapFlags.MADV_PAGEOUT, MapFlags.MADV_COLD -> {
                if (locked) {
                    return Errno.EINVAL.negative();
                }
                return host(mm, self, vma, from, to, advice);
            }
            case MapFlags.MADV_FREE -> {
                if (locked || !vma.isAnonymous()) {
                    return Errno.EINVAL.negative();
                }
                return host(mm, self, vma, from, to, advice);
            }
            case MapFlags.MADV_REMOVE -> {
                return remove(vma, from, to);
            }
            case MapFlags.MADV_WIPEONFORK -> {
                if (vma.source != null || vma.file != null || vma.isShared()) {
                    return Errno.EINVAL.negative();
                }
                setFlags(vma, Vma.WIPEONFORK, 0);
                return host(mm, null, vma, from, to, advice);
            }
            case MapFlags.MADV_DONTFORK, MapFlags.MADV_DOFORK, MapFlags.MADV_KEEPONFORK -> {
                setFlags(vma, flagOf(advice), clears(advice));
                return host(mm, null, vma, from, to, advice);
            }
            case MapFlags.MADV_HUGEPAGE, MapFlags.MADV_NOHUGEPAGE -> {
                setFlags(vma, flagOf(advice), clears(advice));
                host(mm, null, vma, from, to, advice);
                return 0;
            }
            case MapFlags.MADV_POPULATE_READ, MapFlags.MADV_POPULATE_WRITE -> {
                boolean write = advice == MapFlags.MADV_POPULATE_WRITE;
                if (write ? !vma.writable() : !vma.readable()) {
                    return Errno.EINVAL.negative();
                }
                long result = host(mm, null, vma, from, to, advice);
                return result == 0 && to > vma.mappedEnd ? Errno.EFAULT.negative() : result;
            }
            case MapFlags.MADV_COLLAPSE -> {
                return Errno.EINVAL.negative();
            }
            case MapFlags.MADV_DONTNEED_LOCKED, MapFlags.MADV_WILLNEED -> {
                int said = advice == MapFlags.MADV_WILLNEED ? advice : MapFlags.MADV_DONTNEED;
                long result = host(mm, null, vma, from, to, said);
                return advice == MapFlags.MADV_WILLNEED ? 0 : result;
            }
            case MapFlags.MADV_GUARD_INSTALL, MapFlags.MADV_GUARD_REMOVE -> {
                // The host's: 6.13 or later. With older ones libraries fall back to mprotect(2).
                boolean install = advice == MapFlags.MADV_GUARD_INSTALL;
                if (install && locked || vma.has(Vma.SPECIAL)) {
                    return Errno.EINVAL.negative();
                }
                vma.flags |= install ? Vma.GUARDED : 0;
                return host(mm, null, vma, from, to, advice);
            }
            default -> {
                setFlags(vma, flagOf(advice), clears(advice));
                return 0;
            }
        }
    }

    private static void setFlags(Vma vma, int set, int clear) {
        vma.flags = vma.flags & ~clear | set;
    }

    /** The host's part, on what it has mapped. */
    @GuardedBy("mm.lock") private static long host(Mm mm, @Nullable UserThread self, Vma vma, long from, long to, int advice) {
        long end = Math.min(to, vma.mappedEnd);
        if (end <= from) {
            return 0;
        }
        return mm.space().advise(self, from, end - from, advice);
    }

    private static long remove(Vma vma, long from, long to) {
        if (vma.has(Vma.LOCKED) || vma.source == null) {
            return Errno.EINVAL.negative();
        }
        if (!vma.isShared() || !vma.mayWrite()) {
            return Errno.EACCES.negative();
        }
        vma.source.remove(vma.offset + (from - vma.start), to - from);
        return 0;
    }
}
