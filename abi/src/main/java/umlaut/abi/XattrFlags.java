package umlaut.abi;

/**
 * Flags and limits of extended attributes.
 *
 * <p>Linux: {@code include/uapi/linux/xattr.h}, {@code limits.h}; man page: xattr(7).
 */
public final class XattrFlags {
    public static final int XATTR_CREATE = 1;
    public static final int XATTR_REPLACE = 2;

    // Limits, in bytes

    public static final int XATTR_NAME_MAX = 255;
    public static final int XATTR_SIZE_MAX = 65536;
    public static final int XATTR_LIST_MAX = 65536;

    private XattrFlags() {}
}
