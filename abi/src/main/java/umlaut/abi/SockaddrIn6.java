package umlaut.abi;

/**
 * struct sockaddr_in6; port, flow and address are in network byte order.
 *
 * <p>Linux: {@code include/uapi/linux/in6.h}; man page: ipv6(7).
 */
public final class SockaddrIn6 {
    public static final int SIN6_FAMILY = 0;
    public static final int SIN6_PORT = 2;
    public static final int SIN6_FLOWINFO = 4;
    public static final int SIN6_ADDR = 8;
    public static final int SIN6_SCOPE_ID = 24;

    /** Bytes in all. */
    public static final int SIZE = 28;

    /** The size that old programs use, without the scope id. */
    public static final int SIZE_RFC2133 = 24;

    private SockaddrIn6() {}
}
