package umlaut.abi;

/**
 * struct sockaddr_nl.
 *
 * <p>Linux: {@code include/uapi/linux/netlink.h}; man page: netlink(7).
 */
public final class SockaddrNl {
    public static final int NL_FAMILY = 0;
    public static final int NL_PID = 4;
    public static final int NL_GROUPS = 8;

    /** Bytes in all. */
    public static final int SIZE = 12;

    private SockaddrNl() {}
}
