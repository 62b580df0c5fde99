package umlaut.kernel.signal;

/**
 * Results that never reach a guest: what to do with a system call that a signal interrupted (Linux:
 * include/linux/errno.h, signal(7)). Handlers return
 * the negative of these.
 */
public final class Restart {
    /** Restart if the handler has SA_RESTART or no handler runs, else EINTR. */
    public static final int ERESTARTSYS = 512;
    /** Restart always. */
    public static final int ERESTARTNOINTR = 513;
    /** Restart only if no handler runs, else EINTR. */
    public static final int ERESTARTNOHAND = 514;
    /** Restart by restart_syscall(2), with the remaining time, if no handler runs; else EINTR. */
    public static final int ERESTART_RESTARTBLOCK = 516;

    private Restart() {}

    public static boolean isRestart(long result) {
        return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
    }
}
