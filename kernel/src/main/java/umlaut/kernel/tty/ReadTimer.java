package umlaut.kernel.tty;

import umlaut.kernel.Kernel;
import umlaut.kernel.time.KernelTimers;
import umlaut.kernel.wait.WaitQueue;

/**
 * VTIME of termios(3): the time limit of a non-canonical read, in tenths of a second. With VMIN 0 it runs from the start of the read, else
 * from each byte on. Guarded by the terminal's lock, but for the timer's callback, which only wakes.
 */
final class ReadTimer {
    private static final long TENTH_NS = 100_000_000;
    private final Kernel kernel;
    private final KernelTimers.Timer timer;
    private long deadlineNs;
    private int lastCount = -1;
    private boolean armed;

    ReadTimer(Kernel kernel, WaitQueue queue) {
        this.kernel = kernel;
        this.timer = kernel.timers.create(() -> queue.wake(0));
    }

    /**
     * Asked by each try of a read that has too little.
     *
     * @return true when the read is to end with the {@code have} bytes there are
     */
    boolean expired(int minimum, int have, int tenths) {
        if (minimum > 0 && have == 0) {
            return false;
        }
        long now = kernel.clock.monotonicNs();
        if (armed && (minimum == 0 || have == lastCount)) {
            if (now >= deadlineNs) {
                reset();
                return true;
            }
            return false;
        }
        armed = true;
        lastCount = have;
        deadlineNs = now + tenths * TENTH_NS;
        kernel.timers.arm(timer, deadlineNs);
        return false;
    }

    void reset() {
        if (armed) {
            armed = false;
            kernel.timers.cancel(timer);
        }
    }
}
