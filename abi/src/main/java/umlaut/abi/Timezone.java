package umlaut.abi;

/**
 * struct timezone.
 *
 * <p>Linux: {@code include/uapi/linux/time.h}; man page: gettimeofday(2).
 */
public final class Timezone {
    public static final int TZ_MINUTESWEST = 0;
    public static final int TZ_DSTTIME = 4;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private Timezone() {}
}
