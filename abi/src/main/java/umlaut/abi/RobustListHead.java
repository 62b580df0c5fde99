package umlaut.abi;

/**
 * struct robust_list_head: the futexes a thread holds, to be released when it dies.
 *
 * <p>Linux: {@code include/uapi/linux/futex.h}; man page: get_robust_list(2).
 */
public final class RobustListHead {
    public static final int LIST = 0;
    public static final int FUTEX_OFFSET = 8;
    public static final int LIST_OP_PENDING = 16;

    /** Bytes in all. */
    public static final int SIZE = 24;

    private RobustListHead() {}
}
