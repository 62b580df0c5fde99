package umlaut.abi;

/**
 * Flags of splice(2), tee(2), vmsplice(2), preadv2(2), sync_file_range(2).
 *
 * <p>Linux: {@code include/linux/splice.h}, {@code include/uapi/linux/fs.h}.
 */
public final class SpliceFlags {
    // splice

    public static final int SPLICE_F_MOVE = 0x1;
    public static final int SPLICE_F_NONBLOCK = 0x2;
    public static final int SPLICE_F_MORE = 0x4;
    public static final int SPLICE_F_GIFT = 0x8;

    // preadv2, pwritev2

    public static final int RWF_HIPRI = 0x1;
    public static final int RWF_DSYNC = 0x2;
    public static final int RWF_SYNC = 0x4;
    public static final int RWF_NOWAIT = 0x8;
    public static final int RWF_APPEND = 0x10;
    public static final int RWF_NOAPPEND = 0x20;
    public static final int RWF_ATOMIC = 0x40;
    public static final int RWF_DONTCACHE = 0x80;
    public static final int RWF_NOSIGNAL = 0x100;

    // sync_file_range

    public static final int SYNC_FILE_RANGE_WAIT_BEFORE = 0x1;
    public static final int SYNC_FILE_RANGE_WRITE = 0x2;
    public static final int SYNC_FILE_RANGE_WAIT_AFTER = 0x4;

    private SpliceFlags() {}
}
