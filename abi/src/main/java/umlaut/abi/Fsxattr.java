package umlaut.abi;

/**
 * struct fsxattr of FS_IOC_FSGETXATTR.
 *
 * <p>Linux: {@code include/uapi/linux/fs.h}; man page: ioctl_xfs_fsgetxattr(2).
 */
public final class Fsxattr {
    public static final int FSX_XFLAGS = 0;
    public static final int FSX_EXTSIZE = 4;
    public static final int FSX_NEXTENTS = 8;
    public static final int FSX_PROJID = 12;
    public static final int FSX_COWEXTSIZE = 16;

    /** Bytes in all. */
    public static final int SIZE = 28;

    private Fsxattr() {}
}
