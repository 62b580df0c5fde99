package umlaut.abi;

/**
 * struct sched_attr. Times of SCHED_DEADLINE are in nanoseconds.
 *
 * <p>Linux: {@code include/uapi/linux/sched/types.h}; man page: sched_setattr(2).
 */
public final class SchedAttr {
    public static final int SIZE_FIELD = 0;
    public static final int SCHED_POLICY = 4;
    public static final int SCHED_FLAGS = 8;
    public static final int SCHED_NICE = 16;
    public static final int SCHED_PRIORITY = 20;
    public static final int SCHED_RUNTIME = 24;
    public static final int SCHED_DEADLINE = 32;
    public static final int SCHED_PERIOD = 40;
    public static final int SCHED_UTIL_MIN = 48;
    public static final int SCHED_UTIL_MAX = 52;

    /** Bytes in all. */
    public static final int SIZE = 56;

    /** The size of Linux 3.14, the least that is taken. */
    public static final int SIZE_VER0 = 48;

    private SchedAttr() {}
}
