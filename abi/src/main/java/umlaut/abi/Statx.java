package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct statx: what statx(2) returns. Times are at offsets of a {@code struct statx_timestamp}: 64 bits of seconds,
 * 32 of nanoseconds, 32 of padding.
 *
 * <p>Linux: {@code include/uapi/linux/stat.h}; man page: statx(2).
 */
public final class Statx {
    public static final int STX_MASK = 0;
    public static final int STX_BLKSIZE = 4;
    public static final int STX_ATTRIBUTES = 8;
    public static final int STX_NLINK = 16;
    public static final int STX_UID = 20;
    public static final int STX_GID = 24;
    public static final int STX_MODE = 28;
    public static final int STX_INO = 32;
    public static final int STX_SIZE = 40;
    public static final int STX_BLOCKS = 48;
    public static final int STX_ATTRIBUTES_MASK = 56;
    public static final int STX_ATIME = 64;
    public static final int STX_BTIME = 80;
    public static final int STX_CTIME = 96;
    public static final int STX_MTIME = 112;
    public static final int STX_RDEV_MAJOR = 128;
    public static final int STX_RDEV_MINOR = 132;
    public static final int STX_DEV_MAJOR = 136;
    public static final int STX_DEV_MINOR = 140;
    public static final int STX_MNT_ID = 144;
    public static final int STX_DIO_MEM_ALIGN = 152;
    public static final int STX_DIO_OFFSET_ALIGN = 156;
    public static final int STX_SUBVOL = 160;
    public static final int STX_ATOMIC_WRITE_UNIT_MIN = 168;
    public static final int STX_ATOMIC_WRITE_UNIT_MAX = 172;
    public static final int STX_ATOMIC_WRITE_SEGMENTS_MAX = 176;
    public static final int STX_DIO_READ_OFFSET_ALIGN = 180;
    public static final int STX_ATOMIC_WRITE_UNIT_MAX_OPT = 184;

    /** Bytes in all. */
    public static final int SIZE = 256;

    private Statx() {}

    /** Writes one of the four times. */
    public static void writeTime(MemorySegment to, long at, long seconds, int nanoseconds) {
        Le.putLong(to, at, seconds);
        Le.putInt(to, at + 8, nanoseconds);
        Le.putInt(to, at + 12, 0);
    }
}
