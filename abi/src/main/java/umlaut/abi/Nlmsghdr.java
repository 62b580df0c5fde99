package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct nlmsghdr: the head of a netlink message.
 *
 * <p>Linux: {@code include/uapi/linux/netlink.h}; man page: netlink(7).
 */
public final class Nlmsghdr {
    public static final int NLMSG_LEN = 0;
    public static final int NLMSG_TYPE = 4;
    public static final int NLMSG_FLAGS = 6;
    public static final int NLMSG_SEQ = 8;
    public static final int NLMSG_PID = 12;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Nlmsghdr() {}

    /** A length rounded up to a multiple of 4, as messages and attributes are laid out (NLMSG_ALIGN, NLA_ALIGN). */
    public static int align(int length) {
        return length + 3 & ~3;
    }

    /** Writes a head. */
    public static void write(MemorySegment to, long at, int length, int type, int flags, int seq, int portId) {
        Le.putInt(to, at + NLMSG_LEN, length);
        Le.putShort(to, at + NLMSG_TYPE, type);
        Le.putShort(to, at + NLMSG_FLAGS, flags);
        Le.putInt(to, at + NLMSG_SEQ, seq);
        Le.putInt(to, at + NLMSG_PID, portId);
    }
}
