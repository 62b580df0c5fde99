package umlaut.abi;

/**
 * struct utimbuf: two times in seconds.
 *
 * <p>Linux: {@code include/uapi/linux/utime.h}; man page: utime(2).
 */
public final class UtimBuf {
    public static final int ACTIME = 0;
    public static final int MODTIME = 8;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private UtimBuf() {}
}
