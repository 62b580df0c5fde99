package umlaut.abi;

/**
 * siginfo_t: what a signal tells its handler, waitid(2), ptrace(2). From {@link #SI_PID} on it is a union: which members hold
 * depends on signal and code.
 *
 * <p>Linux: {@code include/uapi/asm-generic/siginfo.h}; man page: sigaction(2).
 */
public final class Siginfo {
    public static final int SI_SIGNO = 0;
    public static final int SI_ERRNO = 4;
    public static final int SI_CODE = 8;
    /** kill, rt_sigqueueinfo, SIGCHLD: the sender or child. */
    public static final int SI_PID = 16;

    public static final int SI_UID = 20;
    /** rt_sigqueueinfo, POSIX message queues: 8 bytes of value. */
    public static final int SI_VALUE = 24;
    /** POSIX timers. */
    public static final int SI_TIMERID = 16;

    public static final int SI_OVERRUN = 20;
    public static final int SI_TIMER_VALUE = 24;
    /** SIGCHLD: exit code or signal number. */
    public static final int SI_STATUS = 24;
    /** SIGCHLD: CPU time in clock ticks. */
    public static final int SI_UTIME = 32;

    public static final int SI_STIME = 40;
    /** SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP: where. */
    public static final int SI_ADDR = 16;

    public static final int SI_ADDR_LSB = 24;
    public static final int SI_LOWER = 32;
    public static final int SI_UPPER = 40;
    public static final int SI_PKEY = 32;
    /** SIGPOLL: the events, as poll(2) has them. */
    public static final int SI_BAND = 16;

    public static final int SI_FD = 24;
    /** SIGSYS: address, number and architecture of the call. */
    public static final int SI_CALL_ADDR = 16;

    public static final int SI_SYSCALL = 24;
    public static final int SI_ARCH = 28;

    /** Bytes in all. */
    public static final int SIZE = 128;

    private Siginfo() {}
}
