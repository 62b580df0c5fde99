package umlaut.abi;

/**
 * Constants of wait4(2) and waitid(2), and the encoding of wait statuses.
 *
 * <p>Linux: {@code include/uapi/linux/wait.h}.
 */
public final class WaitFlags {
    // Options

    public static final int WNOHANG = 0x1;
    public static final int WUNTRACED = 0x2;
    public static final int WSTOPPED = 0x2;
    public static final int WEXITED = 0x4;
    public static final int WCONTINUED = 0x8;
    public static final int WNOWAIT = 0x1000000;
    public static final int __WNOTHREAD = 0x20000000;
    public static final int __WALL = 0x40000000;
    public static final int __WCLONE = 0x80000000;

    // waitid: what the id is

    public static final int P_ALL = 0;
    public static final int P_PID = 1;
    public static final int P_PGID = 2;
    public static final int P_PIDFD = 3;

    public static final int WCOREFLAG = 0x80;

    private WaitFlags() {}

    /** The status of a process that called exit with a code, of which only the low byte counts. */
    public static int exited(int code) {
        return (code & 0xff) << 8;
    }

    /** The status of a process killed by a signal. */
    public static int signaled(int signal, boolean dumpedCore) {
        return signal | (dumpedCore ? WCOREFLAG : 0);
    }

    /** The status of a process stopped by a signal (or a ptrace event in the bits from 16 on of the argument >> 8). */
    public static int stopped(int signal) {
        return signal << 8 | 0x7f;
    }

    /** The status of a process that was continued. */
    public static int continued() {
        return 0xffff;
    }
}
