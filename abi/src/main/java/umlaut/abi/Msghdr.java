package umlaut.abi;

/**
 * struct msghdr. {@code msg_namelen} is an int.
 *
 * <p>Linux: {@code include/linux/socket.h}; man page: recvmsg(2).
 */
public final class Msghdr {
    public static final int MSG_NAME = 0;
    public static final int MSG_NAMELEN = 8;
    public static final int MSG_IOV = 16;
    public static final int MSG_IOVLEN = 24;
    public static final int MSG_CONTROL = 32;
    public static final int MSG_CONTROLLEN = 40;
    public static final int MSG_FLAGS = 48;

    /** Bytes in all. */
    public static final int SIZE = 56;

    private Msghdr() {}
}
