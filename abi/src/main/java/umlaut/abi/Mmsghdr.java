package umlaut.abi;

/**
 * struct mmsghdr: a {@link Msghdr} and the bytes moved.
 *
 * <p>Linux: {@code include/linux/socket.h}; man page: recvmmsg(2).
 */
public final class Mmsghdr {
    public static final int MSG_HDR = 0;
    public static final int MSG_LEN = 56;

    /** Bytes in all. */
    public static final int SIZE = 64;

    private Mmsghdr() {}
}
