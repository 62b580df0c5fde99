package umlaut.kernel.coredump;

import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** A dump under way: the process's other threads wait, their registers as they were, until it is done (Linux: core_state). */
public final class CoreState {
    private static final long PATIENCE_NS = 5_000_000_000L;

    private final Task dumper;
    private volatile boolean done;

    CoreState(Task dumper) {
        this.dumper = dumper;
    }

    public Task dumper() {
        return dumper;
    }

    /** By another thread that is about to end. */
    public void await(Task task) {
        if (task == dumper) {
            return;
        }
        task.waitsForDump = true;
        dumper.wakeUp();
        while (true) {
            task.prepareToSleep();
            if (done) {
                return;
            }
            task.sleep(Long.MAX_VALUE);
        }
    }

    /** By the dumper: all other threads have come, or some never will. */
    void awaitOthers() {
        long deadline = dumper.kernel.clock.monotonicNs() + PATIENCE_NS;
        while (true) {
            dumper.prepareToSleep();
            if (allHere() || !dumper.sleep(deadline)) {
                return;
            }
        }
    }

    private boolean allHere() {
        for (Task t : dumper.group.threads()) {
            if (t != dumper && !t.exited && !t.waitsForDump) {
                return false;
            }
        }
        return true;
    }

    void finish() {
        ThreadGroup group = dumper.group;
        done = true;
        for (Task t : group.threads()) {
            t.wakeUp();
        }
    }
}
