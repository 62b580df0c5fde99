package umlaut.abi;

/**
 * struct itimerspec: a timer's period and the time to its first expiry, both {@link Timespec}.
 *
 * <p>Linux: {@code include/uapi/linux/time_types.h}; man page: itimerspec(3type).
 */
public final class Itimerspec {
    public static final int IT_INTERVAL = 0;
    public static final int IT_VALUE = 16;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private Itimerspec() {}
}
