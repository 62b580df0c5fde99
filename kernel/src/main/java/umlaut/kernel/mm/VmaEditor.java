package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;

/**
 * Changes of the VMA list: insert and join, split, take out (Linux: mm/vma.c). Only the list and the counters; the host is the caller's business. Every method needs
 * the {@link Mm}'s lock.
 */
final class VmaEditor {
    private VmaEditor() {}

    /**
     * Puts a VMA into a free place, joined with its neighbours where they agree. Takes over the caller's reference to its file.
     *
     * @return the VMA that covers the range now
     */
    @GuardedBy("mm.lock") static Vma insert(Mm mm, Vma vma) {
        VmaTree tree = mm.tree;
        mm.counters.add(vma);
        int at = tree.indexAbove(vma.start);
        Vma before = at > 0 ? tree.get(at - 1) : null;
        Vma after = at < tree.size() ? tree.get(at) : null;
        boolean joinsAfter = after != null && vma.joins(after);
        if (before != null && before.joins(vma)) {
            releaseFile(vma);
            before.end = vma.end;
            before.mappedEnd = vma.mappedEnd;
            if (joinsAfter) {
                absorb(mm, at - 1);
            }
            return before;
        }
        if (joinsAfter && after != null) {
            releaseFile(vma);
            after.start = vma.start;
            after.flags |= vma.flags & Vma.GUARDED;
            after.offset = vma.offset;
            return after;
        }
        tree.insert(vma);
        if (vma.source != null) {
            vma.source.mapped(vma);
        }
        return vma;
    }

    /** Joins the VMA at {@code index} with the one behind it. */
    @GuardedBy("mm.lock") private static void absorb(Mm mm, int index) {
        Vma first = mm.tree.get(index);
        Vma second = mm.tree.get(index + 1);
        first.end = second.end;
        first.flags |= second.flags & Vma.GUARDED;
        first.mappedEnd = second.mappedEnd;
        mm.tree.remove(index + 1, index + 2);
        drop(second);
    }

    /** Joins what can be joined from {@code start} to {@code end}, after flags or protection have changed. */
    @GuardedBy("mm.lock") static void joinAround(Mm mm, long start, long end) {
        int i = Math.max(0, mm.tree.indexAbove(start) - 1);
        while (i + 1 < mm.tree.size() && mm.tree.get(i).start < end) {
            if (mm.tree.get(i).joins(mm.tree.get(i + 1))) {
                absorb(mm, i);
            } else {
                i++;
            }
        }
    }

    /** Makes a VMA end at {@code at}, if one spans it. */
    @GuardedBy("mm.lock") static void splitAt(Mm mm, long at) {
        int i = mm.tree.indexAbove(at);
        if (i == mm.tree.size() || mm.tree.get(i).start >= at) {
            return;
        }
        Vma vma = mm.tree.get(i);
        Vma tail = vma.copy(mm, at, vma.end);
        vma.end = at;
        vma.mappedEnd = Math.min(vma.mappedEnd, at);
        mm.tree.insert(tail);
        hold(tail);
    }

    /** A copy of a VMA takes its own references. */
    static void hold(Vma vma) {
        if (vma.file != null) {
            vma.file.acquire();
        }
        if (vma.source != null) {
            vma.source.mapped(vma);
        }
    }

    /**
     * Takes everything in the range out of the list.
     *
     * @return what was there, cut to the range; its references are the caller's to {@link #drop}
     */
    @GuardedBy("mm.lock") static List<Vma> detach(Mm mm, long start, long end) {
        if (mm.tree.firstIn(start, end) == null) {
            return List.of();
        }
        splitAt(mm, start);
        splitAt(mm, end);
        int from = mm.tree.indexAbove(start);
        int to = from;
        List<Vma> out = new ArrayList<>(1);
        while (to < mm.tree.size() && mm.tree.get(to).start < end) {
            Vma vma = mm.tree.get(to++);
            mm.counters.remove(vma);
            out.add(vma);
        }
        mm.tree.remove(from, to);
        return out;
    }

    /** Puts back what {@link #detach} took. */
    @GuardedBy("mm.lock") static void putBack(Mm mm, List<Vma> vmas) {
        for (Vma vma : vmas) {
            mm.counters.add(vma);
            mm.tree.insert(vma);
        }
    }

    /** How many VMAs more there would be after an unmapping of the range that splits one in two: 1 or 0. */
    @GuardedBy("mm.lock") static boolean splitsInTwo(Mm mm, long start, long end) {
        Vma vma = mm.tree.firstIn(start, end);
        return vma != null && vma.start < start && vma.end > end;
    }

    /** @throws umlaut.abi.ErrnoException ENOMEM when there are too many VMAs for {@code more} */
    @GuardedBy("mm.lock") static void checkCount(Mm mm, int more) {
        if (mm.tree.size() + more > mm.kernel().limits.mapCount.get()) {
            throw Errno.ENOMEM.exception();
        }
    }

    /** A VMA has gone for good, on the host too: lets go of what it maps. */
    static void drop(Vma vma) {
        if (vma.source != null) {
            vma.source.unmapped(vma);
        }
        releaseFile(vma);
    }

    static void drop(List<Vma> vmas) {
        for (Vma vma : vmas) {
            drop(vma);
        }
    }

    private static void releaseFile(Vma vma) {
        if (vma.file != null) {
            vma.file.release();
        }
    }

    /** The address space has ended. */
    static void releaseAll(Mm mm) {
        List<Vma> all;
        mm.lock.lock();
        try {
            all = detach(mm, 0, Long.MAX_VALUE);
        } finally {
            mm.lock.unlock();
        }
        drop(all);
    }
}
