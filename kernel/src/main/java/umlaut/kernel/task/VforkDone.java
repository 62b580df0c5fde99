package umlaut.kernel.task;

import umlaut.kernel.wait.BlockingOp;

/**
 * The moment that a vfork(2) parent waits for: its child has called execve(2) or ended (Linux: vfork_done). The child answers the parent's call itself where it can
 * ({@link TaskSleep}).
 */
final class VforkDone implements BlockingOp {
    private final Task parent;
    private final int child;
    private volatile boolean done;

    /** @param child its number, the call's result */
    VforkDone(Task parent, int child) {
        this.parent = parent;
        this.child = child;
    }

    /** By the child, holding no locks. */
    void complete() {
        done = true;
        if (!parent.sleep.act()) {
            parent.wakeUp();
        }
    }

    @Override
    public long attempt() {
        return done ? child : WOULD_BLOCK;
    }

    /** By the parent: sleeps until the child is done, or a fatal signal comes. @return the call's result */
    long await() {
        TaskState before = parent.state();
        parent.sleep.offer(this);
        try {
            while (!done && !parent.group.exiting()) {
                parent.prepareToSleep();
                if (done || parent.group.exiting()) {
                    break;
                }
                parent.sleep(Long.MAX_VALUE);
                long result = parent.sleep.takeResult();
                if (result != TaskSleep.NONE) {
                    return result;
                }
            }
            parent.setState(before);
            return child;
        } finally {
            parent.sleep.offer(null);
        }
    }
}
