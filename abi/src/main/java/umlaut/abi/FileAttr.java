package umlaut.abi;

/**
 * struct file_attr of file_getattr(2) and file_setattr(2), new in Linux 6.17.
 *
 * <p>Linux: {@code include/uapi/linux/fs.h}.
 */
public final class FileAttr {
    public static final int FA_XFLAGS = 0;
    public static final int FA_EXTSIZE = 8;
    public static final int FA_NEXTENTS = 12;
    public static final int FA_PROJID = 16;
    public static final int FA_COWEXTSIZE = 20;
    public static final int SIZE = 24;

    private FileAttr() {}
}
