package umlaut.abi;

/**
 * struct statfs: what statfs(2) and fstatfs(2) return. Sizes are in blocks of {@code f_bsize} bytes.
 *
 * <p>Linux: {@code include/uapi/asm-generic/statfs.h}; man page: statfs(2).
 */
public final class Statfs {
    public static final int F_TYPE = 0;
    public static final int F_BSIZE = 8;
    public static final int F_BLOCKS = 16;
    public static final int F_BFREE = 24;
    public static final int F_BAVAIL = 32;
    public static final int F_FILES = 40;
    public static final int F_FFREE = 48;
    public static final int F_FSID = 56;
    public static final int F_NAMELEN = 64;
    public static final int F_FRSIZE = 72;
    public static final int F_FLAGS = 80;
    public static final int F_SPARE = 88;

    /** Bytes in all. */
    public static final int SIZE = 120;

    private Statfs() {}
}
