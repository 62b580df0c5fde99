package umlaut.kernel.mm;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Free room in a page store, in pages: finds runs, joins freed neighbours. Best fit, lowest first, so that the store stays dense. Not thread-safe.
 *
 * <p>Invariant: {@link #byStart} and {@link #bySize} hold the same free runs, no two of which touch.
 */
final class RunAllocator {
    private record Run(long start, long pages) implements Comparable<Run> {
        @Override
        public int compareTo(Run o) {
            return pages != o.pages ? Long.compare(pages, o.pages) : Long.compare(start, o.start);
        }
    }

    private final TreeMap<Long, Run> byStart = new TreeMap<>();
    private final TreeSet<Run> bySize = new TreeSet<>();
    private long freePages;

    /** @param pages how many are free to begin with, from {@code start} on */
    RunAllocator(long start, long pages) {
        if (pages > 0) {
            add(start, pages);
        }
    }

    /** @return first page of the run, or -1 */
    long allocate(long pages) {
        Run fit = bySize.ceiling(new Run(0, pages));
        if (fit == null) {
            return -1;
        }
        remove(fit);
        if (fit.pages > pages) {
            add(fit.start + pages, fit.pages - pages);
        }
        return fit.start;
    }

    /** As {@link #allocate}, at a multiple of {@code alignment}. @return first page of the run, or -1 */
    long allocateAligned(long pages, long alignment) {
        Run fit = bySize.ceiling(new Run(0, pages));
        if (fit != null && fit.start % alignment != 0) {
            fit = bySize.ceiling(new Run(0, pages + alignment - 1));
        }
        if (fit == null) {
            return -1;
        }
        long start = (fit.start + alignment - 1) / alignment * alignment;
        allocateAt(start, pages);
        return start;
    }

    /** Takes exactly these pages if they are free. */
    boolean allocateAt(long start, long pages) {
        Map.Entry<Long, Run> before = byStart.floorEntry(start);
        if (before == null) {
            return false;
        }
        Run run = before.getValue();
        if (start + pages > run.start + run.pages) {
            return false;
        }
        remove(run);
        if (start > run.start) {
            add(run.start, start - run.start);
        }
        long end = run.start + run.pages;
        if (end > start + pages) {
            add(start + pages, end - start - pages);
        }
        return true;
    }

    void free(long start, long pages) {
        long from = start;
        long to = start + pages;
        Map.Entry<Long, Run> before = byStart.floorEntry(start);
        if (before != null) {
            long end = before.getValue().start + before.getValue().pages;
            if (end > start) {
                throw new IllegalStateException("pages freed twice: " + start);
            }
            if (end == start) {
                from = before.getKey();
                remove(before.getValue());
            }
        }
        Map.Entry<Long, Run> after = byStart.ceilingEntry(start);
        if (after != null) {
            if (after.getKey() < to) {
                throw new IllegalStateException("pages freed twice: " + start);
            }
            if (after.getKey() == to) {
                to += after.getValue().pages;
                remove(after.getValue());
            }
        }
        add(from, to - from);
    }

    /** Hands every free run to {@code to}, to be free no longer here. */
    void drain(BiConsumer<Long, Integer> to) {
        while (!byStart.isEmpty()) {
            Run run = byStart.firstEntry().getValue();
            remove(run);
            to.accept(run.start, (int) run.pages);
        }
    }

    long freePages() {
        return freePages;
    }

    private void add(long start, long pages) {
        Run run = new Run(start, pages);
        byStart.put(start, run);
        bySize.add(run);
        freePages += pages;
    }

    private void remove(Run run) {
        byStart.remove(run.start);
        bySize.remove(run);
        freePages -= run.pages;
    }
}
