package umlaut.abi;

/**
 * struct in_pktinfo; and struct ip_mreqn, ip_mreq of multicast groups. Addresses are in network byte order.
 *
 * <p>Linux: {@code include/uapi/linux/in.h}; man page: ip(7).
 */
public final class InPktinfo {
    public static final int IPI_IFINDEX = 0;
    public static final int IPI_SPEC_DST = 4;
    public static final int IPI_ADDR = 8;

    /** Bytes in all. */
    public static final int SIZE = 12;

    /** Offsets in struct ip_mreqn, of which struct ip_mreq is the first 8 bytes. */
    public static final int IMR_MULTIADDR = 0;

    public static final int IMR_ADDRESS = 4;
    public static final int IMR_IFINDEX = 8;
    public static final int IMR_SIZE = 12;

    private InPktinfo() {}
}
