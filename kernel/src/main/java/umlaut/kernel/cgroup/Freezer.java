package umlaut.kernel.cgroup;

import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** Where threads of frozen groups wait (Linux: kernel/cgroup/freezer.c). Only their end lets them out beside the thaw. */
public final class Freezer {
    private Freezer() {}

    /** On the task's kernel thread, on its way out of the kernel. */
    public static void park(Task task) {
        ThreadGroup group = task.group;
        task.frozen = true;
        while (true) {
            task.prepareToSleep();
            if (!group.frozen() || group.mustExit(task)) {
                break;
            }
            task.sleep(Long.MAX_VALUE);
        }
        task.frozen = false;
    }

    /** Have all threads of a group, and of those below, parked? */
    public static boolean complete(Cgroup group) {
        return group.frozen()
                && group.allProcesses().stream()
                        .flatMap(process -> process.threads().stream())
                        .allMatch(task -> task.frozen);
    }
}
