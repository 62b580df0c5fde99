package umlaut.kernel.mm;

import umlaut.kernel.task.Task;

/** A change that the calling thread will run on the host as it returns, and how to take it back. */
final class PendingChange {
    private PendingChange() {}

    static void failed(Mm mm, Task task, long negativeErrno) {}

    static void done(Mm mm, Task task) {}
}
