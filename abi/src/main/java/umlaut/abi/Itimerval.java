package umlaut.abi;

/**
 * struct itimerval: as {@link Itimerspec}, of {@link Timeval}.
 *
 * <p>Linux: {@code include/uapi/linux/time.h}; man page: setitimer(2).
 */
public final class Itimerval {
    public static final int IT_INTERVAL = 0;
    public static final int IT_VALUE = 16;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private Itimerval() {}
}
