package umlaut.abi;

/**
 * struct rlimit and struct rlimit64, the same on x86-64: a soft and a hard limit.
 *
 * <p>Linux: {@code include/uapi/linux/resource.h}; man page: getrlimit(2).
 */
public final class Rlimit64 {
    public static final int RLIM_CUR = 0;
    public static final int RLIM_MAX = 8;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Rlimit64() {}
}
