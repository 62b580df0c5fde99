package umlaut.abi;

/**
 * struct ndmsg of RTM_NEWNEIGH and its kin.
 *
 * <p>Linux: {@code include/uapi/linux/neighbour.h}; man page: rtnetlink(7).
 */
public final class Ndmsg {
    public static final int NDM_FAMILY = 0;
    public static final int NDM_IFINDEX = 4;
    public static final int NDM_STATE = 8;
    public static final int NDM_FLAGS = 10;
    public static final int NDM_TYPE = 11;

    /** Bytes in all. */
    public static final int SIZE = 12;

    private Ndmsg() {}
}
