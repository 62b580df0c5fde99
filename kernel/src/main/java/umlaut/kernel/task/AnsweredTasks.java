package umlaut.kernel.task;

import java.util.concurrent.atomic.AtomicBoolean;
import umlaut.kernel.Kernel;
import umlaut.kernel.time.KernelTimers;

/**
 * Sees to it that a kernel thread whose system call another has answered does not lie in it for long: what it holds (a file, a place in a queue) is let go within a
 * few milliseconds even if its guest thread never makes another call.
 */
public final class AnsweredTasks {
    private static final long PATIENCE_NS = 20_000_000;

    private final Kernel kernel;
    private final KernelTimers.Timer timer;
    private final AtomicBoolean armed = new AtomicBoolean();

    public AnsweredTasks(Kernel kernel) {
        this.kernel = kernel;
        this.timer = kernel.timers.create(this::nudgeAll);
    }

    /** A task was answered. */
    void note() {
        if (!armed.get() && armed.compareAndSet(false, true)) {
            kernel.timers.arm(timer, kernel.clock.monotonicNs() + PATIENCE_NS);
        }
    }

    private void nudgeAll() {
        armed.set(false);
        for (Task task : kernel.tasks.tasks()) {
            if (task.sleep.isAnswered()) {
                task.user().nudge();
            }
        }
    }
}
