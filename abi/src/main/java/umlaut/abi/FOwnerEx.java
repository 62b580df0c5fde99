package umlaut.abi;

/**
 * struct f_owner_ex of F_SETOWN_EX.
 *
 * <p>Linux: {@code include/uapi/asm-generic/fcntl.h}; man page: fcntl(2).
 */
public final class FOwnerEx {
    public static final int TYPE = 0;
    public static final int PID = 4;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private FOwnerEx() {}
}
