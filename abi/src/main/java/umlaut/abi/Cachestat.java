package umlaut.abi;

/**
 * struct cachestat and struct cachestat_range of cachestat(2), new in Linux 6.5; counts are in pages.
 *
 * <p>Linux: {@code include/uapi/linux/mman.h}.
 */
public final class Cachestat {
    public static final int NR_CACHE = 0;
    public static final int NR_DIRTY = 8;
    public static final int NR_WRITEBACK = 16;
    public static final int NR_EVICTED = 24;
    public static final int NR_RECENTLY_EVICTED = 32;
    public static final int SIZE = 40;
    /** Offsets in struct cachestat_range, in bytes. */
    public static final int RANGE_OFF = 0;

    public static final int RANGE_LEN = 8;
    public static final int RANGE_SIZE = 16;

    private Cachestat() {}
}
