package umlaut.kernel.task;

/** The moment that a vfork(2) parent waits for: its child has called execve(2) or ended (Linux: vfork_done). */
final class VforkDone {
    private final Task parent;
    private volatile boolean done;

    VforkDone(Task parent) {
        this.parent = parent;
    }

    void complete() {
        done = true;
        parent.wakeUp();
    }

    /** By the parent: sleeps until the child is done, or a fatal signal comes. */
    void await() {
        TaskState before = parent.state();
        while (!done && !parent.group.exiting()) {
            parent.prepareToSleep();
            if (done || parent.group.exiting()) {
                break;
            }
            parent.sleep(Long.MAX_VALUE);
        }
        parent.setState(before);
    }
}
