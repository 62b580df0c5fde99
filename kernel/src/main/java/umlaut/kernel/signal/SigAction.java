package umlaut.kernel.signal;

import umlaut.abi.Signal;

/**
 * How a signal is handled: the kernel's struct sigaction (rt_sigaction(2)). Immutable.
 *
 * @param handler guest address, SIG_DFL (0) or SIG_IGN (1)
 * @param flags SA_*
 * @param restorer address of the guest's sigreturn trampoline
 * @param mask signals blocked while the handler runs, bit n-1 = signal n
 */
public record SigAction(long handler, long flags, long restorer, long mask) {
    public static final long SIG_DFL = 0;
    public static final long SIG_IGN = 1;
    public static final SigAction DEFAULT = new SigAction(SIG_DFL, 0, 0, 0);
    public static final SigAction IGNORE = new SigAction(SIG_IGN, 0, 0, 0);

    /** Does {@code signo} with this action just vanish? */
    boolean ignores(int signo) {
        return handler == SIG_IGN
                || handler == SIG_DFL && (Signal.defaultAction(signo) == Signal.Default.IGN || signo == Signal.SIGCONT);
    }

    /** SA_RESETHAND: the default action from now on, all else kept. */
    SigAction reset() {
        return new SigAction(SIG_DFL, flags, restorer, mask);
    }
}
