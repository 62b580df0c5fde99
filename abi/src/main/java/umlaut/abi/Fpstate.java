package umlaut.abi;

/**
 * struct _fpstate: the vector state of a signal frame in FXSAVE or XSAVE form.
 *
 * <p>Bytes 464 to 511, which the CPU leaves alone, say what follows (struct _fpx_sw_bytes): with {@link #FP_XSTATE_MAGIC1} there
 * is an XSAVE area, and 4 bytes of {@link #FP_XSTATE_MAGIC2} behind it.
 *
 * <p>Linux: {@code arch/x86/include/uapi/asm/sigcontext.h}.
 */
public final class Fpstate {
    public static final int CWD = 0;
    public static final int SWD = 2;
    public static final int TWD = 4;
    public static final int FOP = 6;
    public static final int RIP = 8;
    public static final int RDP = 16;
    public static final int MXCSR = 24;
    public static final int MXCSR_MASK = 28;
    public static final int ST_SPACE = 32;
    public static final int XMM_SPACE = 160;
    public static final int SW_RESERVED = 464;
    public static final int SW_MAGIC1 = 464;
    public static final int SW_EXTENDED_SIZE = 468;
    public static final int SW_XFEATURES = 472;
    public static final int SW_XSTATE_SIZE = 480;

    /** Bytes in all. */
    public static final int SIZE = 512;

    /** Where the XSAVE header (64 bytes) starts: xstate_bv, xcomp_bv, reserved. */
    public static final int XSAVE_HEADER = 512;

    public static final int XSAVE_HEADER_SIZE = 64;

    public static final int FP_XSTATE_MAGIC1 = 0x46505853;
    public static final int FP_XSTATE_MAGIC2 = 0x46505845;
    public static final int FP_XSTATE_MAGIC2_SIZE = 4;

    private Fpstate() {}
}
