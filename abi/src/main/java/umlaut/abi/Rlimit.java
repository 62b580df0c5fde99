package umlaut.abi;

/**
 * Resources of getrlimit(2), setrlimit(2), prlimit(2), and the targets of getrusage(2), getpriority(2), ioprio_get(2).
 *
 * <p>Linux: {@code include/uapi/asm-generic/resource.h}.
 */
public final class Rlimit {
    // Resources

    public static final int RLIMIT_CPU = 0;
    public static final int RLIMIT_FSIZE = 1;
    public static final int RLIMIT_DATA = 2;
    public static final int RLIMIT_STACK = 3;
    public static final int RLIMIT_CORE = 4;
    public static final int RLIMIT_RSS = 5;
    public static final int RLIMIT_NPROC = 6;
    public static final int RLIMIT_NOFILE = 7;
    public static final int RLIMIT_MEMLOCK = 8;
    public static final int RLIMIT_AS = 9;
    public static final int RLIMIT_LOCKS = 10;
    public static final int RLIMIT_SIGPENDING = 11;
    public static final int RLIMIT_MSGQUEUE = 12;
    public static final int RLIMIT_NICE = 13;
    public static final int RLIMIT_RTPRIO = 14;
    public static final int RLIMIT_RTTIME = 15;
    public static final int RLIM_NLIMITS = 16;

    // getrusage: who

    public static final int RUSAGE_SELF = 0;
    public static final int RUSAGE_CHILDREN = -1;
    public static final int RUSAGE_BOTH = -2;
    public static final int RUSAGE_THREAD = 1;

    // getpriority: which

    public static final int PRIO_PROCESS = 0;
    public static final int PRIO_PGRP = 1;
    public static final int PRIO_USER = 2;
    public static final int PRIO_MIN = -20;
    public static final int PRIO_MAX = 20;

    private Rlimit() {}

    /** No limit: the value RLIM_INFINITY. */
    public static final long RLIM_INFINITY = -1L;

    private static final String[] NAMES = {
        "CPU",
        "FSIZE",
        "DATA",
        "STACK",
        "CORE",
        "RSS",
        "NPROC",
        "NOFILE",
        "MEMLOCK",
        "AS",
        "LOCKS",
        "SIGPENDING",
        "MSGQUEUE",
        "NICE",
        "RTPRIO",
        "RTTIME"
    };

    /** The C name of a resource, as in {@code RLIMIT_NOFILE}. */
    public static String name(int resource) {
        return "RLIMIT_" + NAMES[resource];
    }
}
