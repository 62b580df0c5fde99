package umlaut.abi;

/**
 * struct nlattr (struct rtattr): the head of a netlink attribute.
 *
 * <p>Linux: {@code include/uapi/linux/netlink.h}; man page: rtnetlink(7).
 */
public final class Nlattr {
    public static final int NLA_LEN = 0;
    public static final int NLA_TYPE = 2;

    /** Bytes in all. */
    public static final int SIZE = 4;

    private Nlattr() {}
}
