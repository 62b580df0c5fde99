package umlaut.abi;

/**
 * struct sigcontext: the registers in a signal frame, and where its vector state is ({@link Fpstate}, 0 if none).
 *
 * <p>Linux: {@code arch/x86/include/uapi/asm/sigcontext.h}; man page: sigreturn(2).
 */
public final class Sigcontext {
    public static final int R8 = 0;
    public static final int R9 = 8;
    public static final int R10 = 16;
    public static final int R11 = 24;
    public static final int R12 = 32;
    public static final int R13 = 40;
    public static final int R14 = 48;
    public static final int R15 = 56;
    public static final int RDI = 64;
    public static final int RSI = 72;
    public static final int RBP = 80;
    public static final int RBX = 88;
    public static final int RDX = 96;
    public static final int RAX = 104;
    public static final int RCX = 112;
    public static final int RSP = 120;
    public static final int RIP = 128;
    public static final int EFLAGS = 136;
    public static final int CS = 144;
    public static final int GS = 146;
    public static final int FS = 148;
    public static final int SS = 150;
    public static final int ERR = 152;
    public static final int TRAPNO = 160;
    public static final int OLDMASK = 168;
    public static final int CR2 = 176;
    public static final int FPSTATE = 184;

    /** Bytes in all. */
    public static final int SIZE = 256;

    private Sigcontext() {}
}
