package umlaut.abi;

/**
 * The kernel's struct ucontext, which a signal handler gets as third argument; its mask is 64 bits, where the C library
 * believes 1024.
 *
 * <p>Linux: {@code include/uapi/asm-generic/ucontext.h}; man page: getcontext(3).
 */
public final class Ucontext {
    public static final int UC_FLAGS = 0;
    public static final int UC_LINK = 8;
    public static final int UC_STACK = 16;
    public static final int UC_MCONTEXT = 40;
    public static final int UC_SIGMASK = 296;

    /** Bytes in all. */
    public static final int SIZE = 304;

    /** uc_flags: the vector state is in XSAVE form. */
    public static final int UC_FP_XSTATE = 0x1;

    /** uc_flags: ss is saved, and strictly restored. */
    public static final int UC_SIGCONTEXT_SS = 0x2;

    public static final int UC_STRICT_RESTORE_SS = 0x4;

    private Ucontext() {}
}
