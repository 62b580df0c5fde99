package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct iovec: a buffer.
 *
 * <p>Linux: {@code include/uapi/linux/uio.h}; man page: readv(2).
 */
public final class Iovec {
    public static final int IOV_BASE = 0;
    public static final int IOV_LEN = 8;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Iovec() {}

    public static long base(MemorySegment from, long at) {
        return Le.getLong(from, at + IOV_BASE);
    }

    public static long length(MemorySegment from, long at) {
        return Le.getLong(from, at + IOV_LEN);
    }
}
