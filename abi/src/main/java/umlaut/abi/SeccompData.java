package umlaut.abi;

/**
 * struct seccomp_data: what a seccomp filter sees.
 *
 * <p>Linux: {@code include/uapi/linux/seccomp.h}; man page: seccomp(2).
 */
public final class SeccompData {
    public static final int NR = 0;
    public static final int ARCH = 4;
    public static final int INSTRUCTION_POINTER = 8;
    public static final int ARGS = 16;

    /** Bytes in all. */
    public static final int SIZE = 64;

    /** {@code arch} of x86-64 calls. */
    public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    private SeccompData() {}
}
