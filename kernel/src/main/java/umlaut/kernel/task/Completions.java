package umlaut.kernel.task;

import java.util.ArrayList;
import java.util.List;

/**
 * Sleepers that a task has woken in its present system call and will act for when that is through, or before it sleeps itself: see {@link TaskSleep}. Used by the task
 * itself only.
 */
public final class Completions {
    private final List<Task> claimed = new ArrayList<>(2);
    private final List<Runnable> deferred = new ArrayList<>(2);
    private boolean open;

    /** A system call begins. */
    void open() {
        open = true;
    }

    /** @return true if the sleeper was asleep for an operation on offer and is now this task's to complete */
    public boolean claim(Task sleeper) {
        if (!open || !sleeper.sleep.claim()) {
            return false;
        }
        claimed.add(sleeper);
        return true;
    }

    /** Has {@code action} done when the system call is through. @return false when none is under way */
    public boolean defer(Runnable action) {
        if (!open) {
            return false;
        }
        deferred.add(action);
        return true;
    }

    /** Does what was claimed. The caller holds no locks that an operation of a stream may want. */
    void run() {
        if (claimed.isEmpty() && deferred.isEmpty()) {
            return;
        }
        // In turn, those that come of it too.
        for (int i = 0; i < deferred.size(); i++) {
            deferred.get(i).run();
        }
        deferred.clear();
        // Completing one may wake others: those are done in turn.
        for (int i = 0; i < claimed.size(); i++) {
            claimed.get(i).sleep.complete();
        }
        claimed.clear();
    }

    /** The system call is through. */
    void close() {
        run();
        open = false;
    }
}
