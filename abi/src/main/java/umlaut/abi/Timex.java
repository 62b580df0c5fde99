package umlaut.abi;

/**
 * struct timex of adjtimex(2) and clock_adjtime(2).
 *
 * <p>Linux: {@code include/uapi/linux/timex.h}; man page: adjtimex(2).
 */
public final class Timex {
    public static final int MODES = 0;
    public static final int OFFSET = 8;
    public static final int FREQ = 16;
    public static final int MAXERROR = 24;
    public static final int ESTERROR = 32;
    public static final int STATUS = 40;
    public static final int CONSTANT = 48;
    public static final int PRECISION = 56;
    public static final int TOLERANCE = 64;
    public static final int TIME = 72;
    public static final int TICK = 88;
    public static final int PPSFREQ = 96;
    public static final int JITTER = 104;
    public static final int SHIFT = 112;
    public static final int STABIL = 120;
    public static final int JITCNT = 128;
    public static final int CALCNT = 136;
    public static final int ERRCNT = 144;
    public static final int STBCNT = 152;
    public static final int TAI = 160;

    /** Bytes in all. */
    public static final int SIZE = 208;

    private Timex() {}
}
