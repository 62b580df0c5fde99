package umlaut.abi;

/**
 * struct winsize: a terminal's size in characters and pixels.
 *
 * <p>Linux: {@code include/uapi/asm-generic/termios.h}; man page: ioctl_tty(2).
 */
public final class Winsize {
    public static final int WS_ROW = 0;
    public static final int WS_COL = 2;
    public static final int WS_XPIXEL = 4;
    public static final int WS_YPIXEL = 6;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private Winsize() {}
}
