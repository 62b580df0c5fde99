package umlaut.kernel.signal;

import umlaut.kernel.task.Task;

/** What signals do to a task on its way back to guest code (kernel/signal.c get_signal, arch/x86/kernel/signal.c). */
public final class SignalDelivery {
    private SignalDelivery() {}

    /** Stops, kills, or sets up handlers, until no unblocked signal is left. May throw {@link umlaut.kernel.task.TaskExit}. */
    public static void handleWork(Task task) {
        throw new IllegalStateException("no signals yet for " + task);
    }

    /** An interrupted call: remembers {@code result} (a {@link Restart} code) and its number until it is known whether a handler runs. */
    public static void afterSystemCall(Task task, long result, int nr) {
        throw new IllegalStateException("no restart yet for " + task + result + nr);
    }

    /** A fault that the kernel can't mend: the signal is sent such that it can't be ignored or blocked (force_sig_fault). */
    public static void forceFault(Task task, SigInfo info) {
        throw new IllegalStateException("no fault signals yet for " + task + info);
    }
}
