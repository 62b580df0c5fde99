package umlaut.abi;

/**
 * The kernel's struct sigaction, as rt_sigaction(2) takes it (the C library's differs).
 *
 * <p>Linux: {@code arch/x86/include/uapi/asm/signal.h}; man page: sigaction(2).
 */
public final class Sigaction {
    public static final int SA_HANDLER = 0;
    public static final int SA_FLAGS = 8;
    public static final int SA_RESTORER = 16;
    public static final int SA_MASK = 24;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private Sigaction() {}
}
