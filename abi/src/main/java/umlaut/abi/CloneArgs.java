package umlaut.abi;

/**
 * struct clone_args of clone3(2).
 *
 * <p>Linux: {@code include/uapi/linux/sched.h}; man page: clone(2).
 */
public final class CloneArgs {
    public static final int FLAGS = 0;
    public static final int PIDFD = 8;
    public static final int CHILD_TID = 16;
    public static final int PARENT_TID = 24;
    public static final int EXIT_SIGNAL = 32;
    public static final int STACK = 40;
    public static final int STACK_SIZE = 48;
    public static final int TLS = 56;
    public static final int SET_TID = 64;
    public static final int SET_TID_SIZE = 72;
    public static final int CGROUP = 80;

    /** Bytes in all. */
    public static final int SIZE = 88;

    /** The sizes that earlier kernels had. */
    public static final int SIZE_VER0 = 64;

    public static final int SIZE_VER1 = 80;
    public static final int SIZE_VER2 = 88;

    private CloneArgs() {}
}
