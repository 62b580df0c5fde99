package umlaut.kernel.task;

/** The end of a task (kernel/exit.c, exit(2), exit_group(2)). */
public final class Exit {
    private Exit() {}

    /** Lets go of all the task has, tells its parent, and ends its guest thread. Runs on the task's kernel thread, last of all. */
    static void finish(Task task) {
        task.user().close();
    }

    /** What ties a task to memory it is about to leave (Linux: mm_release): robust futexes, the clear-child-tid word, a waiting vfork parent. */
    static void releaseMemoryTies(Task task) {}
}
