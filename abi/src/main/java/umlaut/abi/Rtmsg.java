package umlaut.abi;

/**
 * struct rtmsg of RTM_NEWROUTE and its kin.
 *
 * <p>Linux: {@code include/uapi/linux/rtnetlink.h}; man page: rtnetlink(7).
 */
public final class Rtmsg {
    public static final int RTM_FAMILY = 0;
    public static final int RTM_DST_LEN = 1;
    public static final int RTM_SRC_LEN = 2;
    public static final int RTM_TOS = 3;
    public static final int RTM_TABLE = 4;
    public static final int RTM_PROTOCOL = 5;
    public static final int RTM_SCOPE = 6;
    public static final int RTM_TYPE = 7;
    public static final int RTM_FLAGS = 8;

    /** Bytes in all. */
    public static final int SIZE = 12;

    private Rtmsg() {}
}
