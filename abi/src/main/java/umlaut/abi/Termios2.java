package umlaut.abi;

/**
 * struct termios2 of TCGETS2 and TCSETS2: a {@link Termios} and two speeds in bits per second.
 *
 * <p>Linux: {@code include/uapi/asm-generic/termbits.h}; man page: ioctl_tty(2).
 */
public final class Termios2 {
    public static final int C_IFLAG = 0;
    public static final int C_OFLAG = 4;
    public static final int C_CFLAG = 8;
    public static final int C_LFLAG = 12;
    public static final int C_LINE = 16;
    public static final int C_CC = 17;
    public static final int C_ISPEED = 36;
    public static final int C_OSPEED = 40;

    /** Bytes in all. */
    public static final int SIZE = 44;

    private Termios2() {}
}
