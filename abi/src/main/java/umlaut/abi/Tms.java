package umlaut.abi;

/**
 * struct tms: CPU times in clock ticks of 10 ms.
 *
 * <p>Linux: {@code include/uapi/linux/times.h}; man page: times(2).
 */
public final class Tms {
    public static final int TMS_UTIME = 0;
    public static final int TMS_STIME = 8;
    public static final int TMS_CUTIME = 16;
    public static final int TMS_CSTIME = 24;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private Tms() {}
}
