package umlaut.kernel.task;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Parts of the kernel that keep something for processes (timers, semaphore undo lists, ...) learn here when to let go
 * of it. Registered before the first task runs; called on the
 * task's own kernel thread, while it still has its memory and files.
 */
public final class ProcessHooks {
    /** All methods do nothing unless overridden. */
    public interface Hook {
        /** execve(2) has passed its point of no return: the old address space is still there. */
        default void exec(Task task) {}

        /** A thread ends; {@code last}: its process with it. */
        default void exit(Task task, boolean last) {}
    }

    private final List<Hook> hooks = new CopyOnWriteArrayList<>();

    public void add(Hook hook) {
        hooks.add(hook);
    }

    void exec(Task task) {
        for (Hook hook : hooks) {
            hook.exec(task);
        }
    }

    void exit(Task task, boolean last) {
        for (Hook hook : hooks) {
            hook.exit(task, last);
        }
    }
}
