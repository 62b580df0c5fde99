package umlaut.abi;

/**
 * struct sched_param.
 *
 * <p>Linux: {@code include/uapi/linux/sched/types.h}; man page: sched_setscheduler(2).
 */
public final class SchedParam {
    public static final int SCHED_PRIORITY = 0;

    /** Bytes in all. */
    public static final int SIZE = 4;

    private SchedParam() {}
}
