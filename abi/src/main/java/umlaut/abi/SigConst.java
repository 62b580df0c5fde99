package umlaut.abi;

/**
 * Constants around signal actions, masks and alternate stacks.
 *
 * <p>Linux: {@code include/uapi/asm-generic/signal-defs.h}; man pages: sigaction(2), sigprocmask(2), sigaltstack(2).
 */
public final class SigConst {
    // sigaction: sa_flags

    public static final int SA_NOCLDSTOP = 0x1;
    public static final int SA_NOCLDWAIT = 0x2;
    public static final int SA_SIGINFO = 0x4;
    public static final int SA_UNSUPPORTED = 0x400;
    public static final int SA_EXPOSE_TAGBITS = 0x800;
    public static final int SA_RESTORER = 0x4000000;
    public static final int SA_ONSTACK = 0x8000000;
    public static final int SA_RESTART = 0x10000000;
    public static final int SA_NODEFER = 0x40000000;
    public static final int SA_RESETHAND = 0x80000000;

    // sigaction: sa_handler

    public static final int SIG_DFL = 0;
    public static final int SIG_IGN = 1;
    public static final int SIG_ERR = -1;

    // sigprocmask: how

    public static final int SIG_BLOCK = 0;
    public static final int SIG_UNBLOCK = 1;
    public static final int SIG_SETMASK = 2;

    // sigaltstack: ss_flags

    public static final int SS_ONSTACK = 0x1;
    public static final int SS_DISABLE = 0x2;
    public static final int SS_AUTODISARM = 0x80000000;
    public static final int SS_FLAG_BITS = 0x80000000;

    // Stack sizes, in bytes

    public static final int MINSIGSTKSZ = 2048;
    public static final int SIGSTKSZ = 8192;

    // Size of a signal set, in bytes

    public static final int SIGSET_SIZE = 8;

    private SigConst() {}
}
