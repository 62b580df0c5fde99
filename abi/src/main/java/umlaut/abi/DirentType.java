package umlaut.abi;

/**
 * File types in directory entries: {@code d_type}, which is the type part of the mode, shifted.
 *
 * <p>Linux: {@code include/linux/fs_types.h}; man page: readdir(3).
 */
public final class DirentType {
    public static final int DT_UNKNOWN = 0;
    public static final int DT_FIFO = 1;
    public static final int DT_CHR = 2;
    public static final int DT_DIR = 4;
    public static final int DT_BLK = 6;
    public static final int DT_REG = 8;
    public static final int DT_LNK = 10;
    public static final int DT_SOCK = 12;
    public static final int DT_WHT = 14;

    private DirentType() {}
}
