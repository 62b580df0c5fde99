package umlaut.abi;

/**
 * struct inotify_event: the head; {@code len} bytes of name follow, padded with NULs.
 *
 * <p>Linux: {@code include/uapi/linux/inotify.h}; man page: inotify(7).
 */
public final class InotifyEvent {
    public static final int WD = 0;
    public static final int MASK = 4;
    public static final int COOKIE = 8;
    public static final int LEN = 12;
    public static final int NAME = 16;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private InotifyEvent() {}
}
