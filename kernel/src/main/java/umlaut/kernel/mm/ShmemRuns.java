package umlaut.kernel.mm;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.ErrnoException;

/**
 * The runs of one file, ordered by place in the file, never overlapping; what no run covers is a hole. Decides how far ahead room is taken: a growing
 * file doubles its last run, so that even a big file is a handful of mappings. Guarded by the {@link Shmem} that has it.
 */
final class ShmemRuns {
    private static final int MOST_AHEAD = 16384;
    /** Room taken around a page written far from all others, in pages. */
    private static final int SPARSE_GROUP = 64;

    private final PageStore store;
    private final List<ShmemRun> runs = new ArrayList<>(1);

    ShmemRuns(PageStore store) {
        this.store = store;
    }

    /** Index of the run that holds {@code page}, or of the first behind it. */
    int indexOf(long page) {
        int low = 0;
        int high = runs.size();
        while (low < high) {
            int mid = low + high >>> 1;
            if (runs.get(mid).endPage() <= page) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    int count() {
        return runs.size();
    }

    ShmemRun get(int index) {
        return runs.get(index);
    }

    /**
     * The run that holds {@code page}, made if there is none.
     *
     * @param wanted pages that will be needed from {@code page} on; the run may hold fewer
     * @param mayBeUsed the pages will be written at once, so that a new run may hold old data
     * @throws umlaut.abi.ErrnoException ENOSPC
     */
    ShmemRun obtain(long page, long wanted, boolean mayBeUsed) {
        int i = indexOf(page);
        if (i < runs.size() && runs.get(i).filePage <= page) {
            return runs.get(i);
        }
        long gapStart = i == 0 ? 0 : runs.get(i - 1).endPage();
        long gapEnd = i == runs.size() ? Long.MAX_VALUE : runs.get(i).filePage;
        long need = Math.min(wanted, Math.min(gapEnd - page, Integer.MAX_VALUE / 2));
        if (gapStart == page && i > 0) {
            ShmemRun before = runs.get(i - 1);
            long ahead = Math.min(Math.max(need, Math.min(before.pages, MOST_AHEAD)), gapEnd - page);
            int more = (int) Math.min(ahead, Integer.MAX_VALUE / 2 - before.pages);
            if (more > 0 && !before.used && store.extend(before.storeAt(before.endPage()), more)) {
                before.grow(more);
                return before;
            }
            return insert(i, page, (int) Math.min(ahead, Integer.MAX_VALUE / 2), mayBeUsed);
        }
        if (page == 0 || need >= SPARSE_GROUP) {
            return insert(i, page, (int) need, mayBeUsed);
        }
        long start = Math.max(gapStart, page & -(long) SPARSE_GROUP);
        long end = Math.min(gapEnd, Math.max(page + need, start + SPARSE_GROUP));
        ShmemRun run = insert(i, start, (int) (end - start), mayBeUsed);
        return run.endPage() > page ? run : insert(i + 1, page, 1, mayBeUsed);
    }

    /** Where the store has no run so long, the caller gets what there is and comes again. */
    private ShmemRun insert(int index, long page, int wanted, boolean mayBeUsed) {
        int pages = wanted;
        while (true) {
            try {
                long used = mayBeUsed ? store.allocateUsed(pages) : -1;
                ShmemRun run = new ShmemRun(page, used >= 0 ? used : store.allocate(pages), pages, used >= 0);
                runs.add(index, run);
                return run;
            } catch (ErrnoException e) {
                if (pages == 1) {
                    throw e;
                }
                pages = pages + 1 >> 1;
            }
        }
    }

    /** Takes the runs and parts of runs from {@code page} on out of the file; they are the caller's to free. */
    List<ShmemRun> cut(long page) {
        List<ShmemRun> out = new ArrayList<>();
        int i = indexOf(page);
        if (i < runs.size() && runs.get(i).filePage < page) {
            out.add(runs.get(i).split(page));
            i++;
        }
        List<ShmemRun> rest = runs.subList(i, runs.size());
        out.addAll(rest);
        rest.clear();
        return out;
    }

    /** Makes a run begin at {@code page}, if one spans it. */
    void splitAt(long page) {
        int i = indexOf(page);
        if (i < runs.size() && runs.get(i).filePage < page) {
            runs.add(i + 1, runs.get(i).split(page));
        }
    }

    long filledPages() {
        long sum = 0;
        for (ShmemRun run : runs) {
            sum += run.filledPages;
        }
        return sum;
    }
}
