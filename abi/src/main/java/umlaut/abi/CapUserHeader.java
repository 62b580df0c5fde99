package umlaut.abi;

/**
 * struct __user_cap_header_struct: version and thread of capget(2), capset(2).
 *
 * <p>Linux: {@code include/uapi/linux/capability.h}; man page: capget(2).
 */
public final class CapUserHeader {
    public static final int VERSION = 0;
    public static final int PID = 4;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private CapUserHeader() {}
}
