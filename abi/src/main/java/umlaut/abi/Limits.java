package umlaut.abi;

/**
 * Limits that Linux promises to programs.
 *
 * <p>Linux: {@code include/uapi/linux/limits.h}, {@code binfmts.h}; man pages: path_resolution(7), execve(2).
 */
public final class Limits {
    // Paths, in bytes; PATH_MAX counts the final NUL

    public static final int NAME_MAX = 255;
    public static final int PATH_MAX = 4096;

    public static final int PIPE_BUF = 4096;
    public static final int NGROUPS_MAX = 65536;
    public static final int LINK_MAX = 65000;
    public static final int MAXSYMLINKS = 40;
    public static final int MAX_ARG_STRLEN = 131072;
    public static final int MAX_ARG_STRINGS = 2147483647;
    public static final int BINPRM_BUF_SIZE = 256;
    public static final int TASK_COMM_LEN = 16;
    public static final int HOST_NAME_MAX = 64;
    public static final int IOV_MAX = 1024;
    public static final int MAX_RW_COUNT = 2147479552;
    public static final int SECCOMP_MAX_FILTER = 4096;

    // Memory, in bytes

    public static final int PAGE_SHIFT = 12;
    public static final int PAGE_SIZE = 4096;

    // Kernel clock ticks per second that programs see (AT_CLKTCK, times(2), /proc)

    public static final int USER_HZ = 100;

    private Limits() {}
}
