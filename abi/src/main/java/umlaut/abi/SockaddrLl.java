package umlaut.abi;

/**
 * struct sockaddr_ll; the protocol is in network byte order.
 *
 * <p>Linux: {@code include/uapi/linux/if_packet.h}; man page: packet(7).
 */
public final class SockaddrLl {
    public static final int SLL_FAMILY = 0;
    public static final int SLL_PROTOCOL = 2;
    public static final int SLL_IFINDEX = 4;
    public static final int SLL_HATYPE = 8;
    public static final int SLL_PKTTYPE = 10;
    public static final int SLL_HALEN = 11;
    public static final int SLL_ADDR = 12;

    /** Bytes in all. */
    public static final int SIZE = 20;

    private SockaddrLl() {}
}
