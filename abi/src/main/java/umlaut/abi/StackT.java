package umlaut.abi;

/**
 * stack_t: an alternate signal stack.
 *
 * <p>Linux: {@code arch/x86/include/uapi/asm/signal.h}; man page: sigaltstack(2).
 */
public final class StackT {
    public static final int SS_SP = 0;
    public static final int SS_FLAGS = 8;
    public static final int SS_SIZE = 16;

    /** Bytes in all. */
    public static final int SIZE = 24;

    private StackT() {}
}
