package umlaut.kernel.tty;

/** Rows and columns in characters, and the size in pixels (0 = unknown), ioctl_tty(2) TIOCGWINSZ. */
public record Winsize(int rows, int columns, int xPixels, int yPixels) {
    public static final int SIZE = 8;
    public static final Winsize UNKNOWN = new Winsize(0, 0, 0, 0);
}
