package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct cmsghdr: the head of a control message, which is followed by its data.
 *
 * <p>Linux: {@code include/linux/socket.h}; man page: cmsg(3).
 */
public final class Cmsghdr {
    public static final int CMSG_LEN = 0;
    public static final int CMSG_LEVEL = 8;
    public static final int CMSG_TYPE = 12;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Cmsghdr() {}

    /** A length rounded up to a multiple of 8, as control messages are laid out (CMSG_ALIGN). */
    public static long align(long length) {
        return length + 7 & ~7L;
    }

    /** The bytes a message takes in a buffer (CMSG_SPACE). */
    public static long space(long dataLength) {
        return SIZE + align(dataLength);
    }

    /** The value of {@code cmsg_len} (CMSG_LEN). */
    public static long length(long dataLength) {
        return SIZE + dataLength;
    }

    /** Writes a head. */
    public static void write(MemorySegment to, long at, long dataLength, int level, int type) {
        Le.putLong(to, at + CMSG_LEN, length(dataLength));
        Le.putInt(to, at + CMSG_LEVEL, level);
        Le.putInt(to, at + CMSG_TYPE, type);
    }
}
