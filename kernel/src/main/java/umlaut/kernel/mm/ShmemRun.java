package umlaut.kernel.mm;

import java.util.Arrays;

/**
 * Consecutive pages of a file that lie consecutively in the store. A page of it is <em>filled</em> (charged to the machine) once it was written; the
 * others are room kept for growth, and read as zero. In a <em>used</em> run those others hold old data of another file: guests never have them mapped. In a
 * fresh one they are zero, or data that guests wrote through mappings. A <em>large</em> one lies at the same place in a large page as in the file. Guarded by the
 * {@link Shmem} that has it.
 */
final class ShmemRun {
    /** First page of the file. */
    long filePage;
    /** Byte offset in the store. */
    long storeOffset;

    int pages;
    int filledPages;
    boolean used;
    /** Made of large pages, of which each belongs to this file alone. */
    final boolean large;

    private long[] filled;

    ShmemRun(long filePage, long storeOffset, int pages, boolean used, boolean large) {
        this.used = used;
        this.large = large;
        this.filePage = filePage;
        this.storeOffset = storeOffset;
        this.pages = pages;
        this.filled = new long[pages + 63 >> 6];
    }

    long endPage() {
        return filePage + pages;
    }

    /** Where a page of the file lies in the store. */
    long storeAt(long page) {
        return storeOffset + (page - filePage) * PageStore.PAGE;
    }

    boolean isFilled(long page) {
        int i = (int) (page - filePage);
        return (filled[i >> 6] >>> i & 1) != 0;
    }

    /** The first page from {@code page} on, below {@code end}, whose state is not {@code state}; {@code end} if there is none. */
    long stateEnd(long page, long end, boolean state) {
        long limit = Math.min(end, endPage());
        if (filledPages == pages) {
            return state ? limit : page;
        }
        long p = page;
        while (p < limit) {
            int i = (int) (p - filePage);
            long word = (state ? ~filled[i >> 6] : filled[i >> 6]) >>> i;
            if (word != 0) {
                return Math.min(limit, p + Long.numberOfTrailingZeros(word));
            }
            p += 64 - (i & 63);
        }
        return limit;
    }

    void setFilled(long from, long to) {
        for (long p = from; p < to; p++) {
            int i = (int) (p - filePage);
            long bit = 1L << i;
            if ((filled[i >> 6] & bit) == 0) {
                filled[i >> 6] |= bit;
                filledPages++;
            }
        }
    }

    /** @return how many of the pages were filled */
    int clearFilled(long from, long to) {
        int before = filledPages;
        for (long p = from; p < to; p++) {
            int i = (int) (p - filePage);
            long bit = 1L << i;
            if ((filled[i >> 6] & bit) != 0) {
                filled[i >> 6] &= ~bit;
                filledPages--;
            }
        }
        return before - filledPages;
    }

    void grow(int more) {
        pages += more;
        filled = Arrays.copyOf(filled, pages + 63 >> 6);
    }

    /** Cuts the pages from {@code page} on off into a run of their own. */
    ShmemRun split(long page) {
        ShmemRun tail = new ShmemRun(page, storeAt(page), (int) (endPage() - page), used, large);
        for (long p = page; p < endPage(); p++) {
            if (isFilled(p)) {
                tail.setFilled(p, p + 1);
            }
        }
        clearFilled(page, endPage());
        pages = (int) (page - filePage);
        filled = Arrays.copyOf(filled, pages + 63 >> 6);
        return tail;
    }
}
