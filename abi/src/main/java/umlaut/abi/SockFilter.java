package umlaut.abi;

/**
 * struct sock_filter: an instruction of classic BPF; and struct sock_fprog, a program.
 *
 * <p>Linux: {@code include/uapi/linux/filter.h}; man page: seccomp(2).
 */
public final class SockFilter {
    public static final int CODE = 0;
    public static final int JT = 2;
    public static final int JF = 3;
    public static final int K = 4;

    /** Bytes in all. */
    public static final int SIZE = 8;

    /** Offsets in struct sock_fprog: number of instructions (16 bits), their address. */
    public static final int FPROG_LEN = 0;

    public static final int FPROG_FILTER = 8;
    public static final int FPROG_SIZE = 16;

    private SockFilter() {}
}
