package umlaut.abi;

/**
 * struct rt_sigframe: what the kernel pushes on a handler's stack. The handler starts with the stack pointer at it, which
 * is 8 below a multiple of 16, as after a call; {@code pretcode} is the return address: the action's restorer, which calls
 * rt_sigreturn(2). The vector state lies above, 64-byte aligned.
 *
 * <p>Linux: {@code arch/x86/include/asm/sigframe.h}; man page: sigreturn(2).
 */
public final class RtSigframe {
    public static final int PRETCODE = 0;
    /** A {@link Ucontext}. */
    public static final int UC = 8;
    /** A {@link Siginfo}. */
    public static final int INFO = 312;

    public static final int SIZE = 440;

    /** Bytes below the interrupted stack pointer that belong to the interrupted function (the red zone). */
    public static final int RED_ZONE = 128;

    private RtSigframe() {}
}
