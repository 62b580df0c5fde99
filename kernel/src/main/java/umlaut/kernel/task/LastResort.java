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

    /** A thread may be between two address spaces, or share one for now, when it is first looked at. */
    private static final int ATTEMPTS = 120;

    private LastResort() {}

    /** Called when {@code group} begins to end. Caller holds its signal lock. */
    public static void arm(ThreadGroup group) {
        List<Task> threads = group.threadsLocked();
        if (threads.isEmpty() || threads.size() == 1 && threads.getFirst().isCurrent()) {
            return;
        }
        Kernel kernel = threads.getFirst().kernel;
        armAgain(kernel, group, ATTEMPTS);
    }

    private static void armAgain(Kernel kernel, ThreadGroup group, int attempts) {
        KernelTimers.Timer timer = kernel.timers.create(() -> enforce(kernel, group, attempts));
        kernel.timers.arm(timer, kernel.clock.monotonicNs() + PATIENCE_NS);
    }

    private static void enforce(Kernel kernel, ThreadGroup group, int attempts) {
        List<Task> left = group.threads();
        if (group.coreState() != null || left.stream().anyMatch(t -> t.tracee() != null)) {
            // Its tracer may look at it as long as it likes (PTRACE_EVENT_EXIT), and its end kills or frees it.
            armAgain(kernel, group, attempts);
            return;
        }
        for (Task task : left) {
            Mm mm = task.mmOrNull();
            if (mm != null && mm.users() <= left.size()) {
                mm.space().close();
                return;
            }
        }
        if (!left.isEmpty() && attempts > 1) {
            armAgain(kernel, group, attempts - 1);
        }
    }
}
