package umlaut.abi;

/**
 * struct futex_waitv.
 *
 * <p>Linux: {@code include/uapi/linux/futex.h}; man page: futex_waitv(2).
 */
public final class FutexWaitv {
    public static final int VAL = 0;
    public static final int UADDR = 8;
    public static final int FLAGS = 16;
    public static final int RESERVED = 20;

    /** Bytes in all. */
    public static final int SIZE = 24;

    private FutexWaitv() {}
}
