package umlaut.abi;

/**
 * Flags of pidfd_open(2) and pidfd_send_signal(2), and the names of the caller itself.
 *
 * <p>Linux: {@code include/uapi/linux/pidfd.h}.
 */
public final class PidfdFlags {
    public static final int PIDFD_NONBLOCK = 04000;
    public static final int PIDFD_THREAD = 0200;

    // pidfd_send_signal

    public static final int PIDFD_SIGNAL_THREAD = 1;
    public static final int PIDFD_SIGNAL_THREAD_GROUP = 2;
    public static final int PIDFD_SIGNAL_PROCESS_GROUP = 4;

    // Instead of a pidfd

    public static final int PIDFD_SELF_THREAD = -10000;
    public static final int PIDFD_SELF_THREAD_GROUP = -10001;

    // kcmp: type

    public static final int KCMP_FILE = 0;
    public static final int KCMP_VM = 1;
    public static final int KCMP_FILES = 2;
    public static final int KCMP_FS = 3;
    public static final int KCMP_SIGHAND = 4;
    public static final int KCMP_IO = 5;
    public static final int KCMP_SYSVSEM = 6;
    public static final int KCMP_EPOLL_TFD = 7;

    private PidfdFlags() {}
}
