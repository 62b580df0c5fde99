package umlaut.abi;

/**
 * struct pollfd.
 *
 * <p>Linux: {@code include/uapi/asm-generic/poll.h}; man page: poll(2).
 */
public final class Pollfd {
    public static final int FD = 0;
    public static final int EVENTS = 4;
    public static final int REVENTS = 6;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private Pollfd() {}
}
