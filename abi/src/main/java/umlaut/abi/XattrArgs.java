package umlaut.abi;

/**
 * struct xattr_args of setxattrat(2) and getxattrat(2), new in Linux 6.13.
 *
 * <p>Linux: {@code include/uapi/linux/xattr.h}.
 */
public final class XattrArgs {
    public static final int VALUE = 0;
    /** An int. */
    public static final int SIZE_FIELD = 8;

    public static final int FLAGS = 12;
    public static final int SIZE = 16;

    private XattrArgs() {}
}
