package umlaut.abi;

/**
 * struct open_how of openat2(2).
 *
 * <p>Linux: {@code include/uapi/linux/openat2.h}; man page: openat2(2).
 */
public final class OpenHow {
    public static final int FLAGS = 0;
    public static final int MODE = 8;
    public static final int RESOLVE = 16;

    /** Bytes in all. */
    public static final int SIZE = 24;

    private OpenHow() {}
}
