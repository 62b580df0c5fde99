package umlaut.abi;

/**
 * struct linger of SO_LINGER; {@code l_linger} is in seconds.
 *
 * <p>Linux: {@code include/linux/socket.h}; man page: socket(7).
 */
public final class Linger {
    public static final int L_ONOFF = 0;
    public static final int L_LINGER = 4;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private Linger() {}
}
