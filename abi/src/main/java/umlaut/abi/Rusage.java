package umlaut.abi;

/**
 * struct rusage: resources used. Times are {@link Timeval}; {@code ru_maxrss} is in KiB.
 *
 * <p>Linux: {@code include/uapi/linux/resource.h}; man page: getrusage(2).
 */
public final class Rusage {
    public static final int RU_UTIME = 0;
    public static final int RU_STIME = 16;
    public static final int RU_MAXRSS = 32;
    public static final int RU_IXRSS = 40;
    public static final int RU_IDRSS = 48;
    public static final int RU_ISRSS = 56;
    public static final int RU_MINFLT = 64;
    public static final int RU_MAJFLT = 72;
    public static final int RU_NSWAP = 80;
    public static final int RU_INBLOCK = 88;
    public static final int RU_OUBLOCK = 96;
    public static final int RU_MSGSND = 104;
    public static final int RU_MSGRCV = 112;
    public static final int RU_NSIGNALS = 120;
    public static final int RU_NVCSW = 128;
    public static final int RU_NIVCSW = 136;

    /** Bytes in all. */
    public static final int SIZE = 144;

    private Rusage() {}
}
