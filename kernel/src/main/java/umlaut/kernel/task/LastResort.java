package umlaut.kernel.task;

import java.util.List;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.time.KernelTimers;

/**
 * Makes sure that a process told to end does: threads are asked to come into the kernel and leave, but a guest that has
 * spoilt the memory it shares with the engine may never
 * answer. What has not left after a while loses its address space, unless innocent processes share that.
 */
public final class LastResort {
    private static final long PATIENCE_NS = 250_000_000;

    private LastResort() {}

    /** Called when {@code group} begins to end. Caller holds its signal lock. */
    public static void arm(ThreadGroup group) {
        List<Task> threads = group.threadsLocked();
        if (threads.isEmpty() || threads.size() == 1 && threads.getFirst().isCurrent()) {
            return;
        }
        Kernel kernel = threads.getFirst().kernel;
        KernelTimers.Timer timer = kernel.timers.create(() -> enforce(group));
        kernel.timers.arm(timer, kernel.clock.monotonicNs() + PATIENCE_NS);
    }

    private static void enforce(ThreadGroup group) {
        List<Task> left = group.threads();
        for (Task task : left) {
            Mm mm = task.mmOrNull();
            if (mm != null && mm.users() <= left.size()) {
                mm.space().close();
                return;
            }
        }
    }
}
