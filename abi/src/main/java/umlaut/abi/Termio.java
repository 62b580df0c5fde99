package umlaut.abi;

/**
 * struct termio of TCGETA and TCSETA: System V's, with 16-bit flags.
 *
 * <p>Linux: {@code include/uapi/asm-generic/termios.h}; man page: ioctl_tty(2).
 */
public final class Termio {
    public static final int C_IFLAG = 0;
    public static final int C_OFLAG = 2;
    public static final int C_CFLAG = 4;
    public static final int C_LFLAG = 6;
    public static final int C_LINE = 8;
    public static final int C_CC = 9;

    /** Bytes in all. */
    public static final int SIZE = 18;

    /** The number of control characters. */
    public static final int NCC = 8;

    private Termio() {}
}
