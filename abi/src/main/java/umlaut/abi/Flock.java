package umlaut.abi;

/**
 * struct flock: a record lock.
 *
 * <p>Linux: {@code include/uapi/asm-generic/fcntl.h}; man page: fcntl(2).
 */
public final class Flock {
    public static final int L_TYPE = 0;
    public static final int L_WHENCE = 2;
    public static final int L_START = 8;
    public static final int L_LEN = 16;
    public static final int L_PID = 24;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private Flock() {}
}
