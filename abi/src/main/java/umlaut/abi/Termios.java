package umlaut.abi;

/**
 * The kernel's struct termios of TCGETS and TCSETS (the C library's has 32 control characters).
 *
 * <p>Linux: {@code include/uapi/asm-generic/termbits.h}; man page: ioctl_tty(2).
 */
public final class Termios {
    public static final int C_IFLAG = 0;
    public static final int C_OFLAG = 4;
    public static final int C_CFLAG = 8;
    public static final int C_LFLAG = 12;
    public static final int C_LINE = 16;
    public static final int C_CC = 17;

    /** Bytes in all. */
    public static final int SIZE = 36;

    /** The number of control characters. */
    public static final int NCCS = 19;

    private Termios() {}
}
