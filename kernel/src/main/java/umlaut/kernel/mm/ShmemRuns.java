package umlaut.kernel.mm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;

/**
 * The runs of one file, ordered by place in the file, never overlapping; what no run covers is a hole. Decides how far ahead room is taken: a growing
 * file doubles its last run, so that even a big file is a handful of mappings. From some size on it grows by large pages, where the store has them. Guarded by the {@link Shmem} that has it.
 */
final class ShmemRuns {
    private static final int MOST_AHEAD = 16384;
    /** From this page on a growing file gets large pages: 4 MiB. */
    private static final int LARGE_FROM = 1024;
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
     * @param mayBeUsed the pages will be written at once, so that a new run may hold old data, or be made of large pages
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
        if (mayBeUsed && page == gapStart && isLarge(page, need) && gapEnd - page >= store.largePage()) {
            ShmemRun run = obtainLarge(i, page, need, gapEnd);
            if (run != null) {
                return run;
            }
        }
        if (gapStart == page && i > 0) {
            ShmemRun before = runs.get(i - 1);
            long ahead = Math.min(Math.max(need, Math.min(before.pages, MOST_AHEAD)), gapEnd - page);
            ahead = Math.min(ahead, Integer.MAX_VALUE / 2);
            ahead = mayBeUsed ? upToLarge(page, ahead) : ahead;
            int more = (int) Math.min(ahead, Integer.MAX_VALUE / 2 - before.pages);
            if (more > 0 && !before.used && !before.large && store.extend(before.storeAt(before.endPage()), more)) {
                before.grow(more);
                return before;
            }
            return insert(i, page, (int) ahead, mayBeUsed);
        }
        if (page == 0 || need >= SPARSE_GROUP) {
            return insert(i, page, (int) (mayBeUsed ? upToLarge(page, need) : need), mayBeUsed);
        }
        long start = Math.max(gapStart, page & -(long) SPARSE_GROUP);
        long end = Math.min(gapEnd, Math.max(page + need, start + SPARSE_GROUP));
        ShmemRun run = insert(i, start, (int) (end - start), mayBeUsed);
        return run.endPage() > page ? run : insert(i + 1, page, 1, mayBeUsed);
    }

    /** Whether pages to be written at a growing file's end come in large pages: in its later part, so that what is not filled of the last one is little of the whole. */
    private boolean isLarge(long page, long need) {
        int large = store.largePage();
        return large > 0 && page % large == 0 && page + need >= LARGE_FROM;
    }

    /** As far as a run of small pages is to go that begins at {@code page}, if large ones are to come behind it. */
    private long upToLarge(long page, long pages) {
        int large = store.largePage();
        long next = large == 0 ? Long.MAX_VALUE : Math.max(LARGE_FROM, (page + large - 1) / large * large);
        return page < next ? Math.min(pages, next - page) : pages;
    }

    private @Nullable ShmemRun obtainLarge(int index, long page, long need, long gapEnd) {
        int large = store.largePage();
        ShmemRun before = index > 0 ? runs.get(index - 1) : null;
        long ahead = Math.max(need, Math.min(before == null ? 0 : before.pages, MOST_AHEAD));
        ahead = Math.min(Math.min(ahead + large - 1, gapEnd - page), Integer.MAX_VALUE / 4) / large * large;
        if (before != null && before.large && store.extend(before.storeAt(page), (int) ahead)) {
            before.grow((int) ahead);
            return before;
        }
        long at = store.allocateLarge((int) ahead);
        if (at < 0) {
            return null;
        }
        ShmemRun run = new ShmemRun(page, at, (int) ahead, false, true);
        runs.add(index, run);
        return run;
    }

    /** Where the store has no run so long, the caller gets what there is and comes again. */
    private ShmemRun insert(int index, long page, int wanted, boolean mayBeUsed) {
        int pages = wanted;
        while (true) {
            try {
                long used = mayBeUsed ? store.allocateUsed(pages) : -1;
                ShmemRun run = new ShmemRun(page, used >= 0 ? used : store.allocate(pages), pages, used >= 0, false);
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
