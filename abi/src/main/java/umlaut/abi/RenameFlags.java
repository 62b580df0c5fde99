package umlaut.abi;

/**
 * Flags of renameat2(2).
 *
 * <p>Linux: {@code include/uapi/linux/fs.h}.
 */
public final class RenameFlags {
    public static final int RENAME_NOREPLACE = 0x1;
    public static final int RENAME_EXCHANGE = 0x2;
    public static final int RENAME_WHITEOUT = 0x4;

    private RenameFlags() {}
}
