package umlaut.kernel.task;

/**
 * Thrown on a task's own kernel stack to leave for {@link Exit#finish}: the way out of exit(2) and of fatal signals.
 * Stackless.
 */
public final class TaskExit extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final TaskExit NOW = new TaskExit();

    private TaskExit() {
        super(null, null, false, false);
    }

    public static TaskExit now() {
        return NOW;
    }
}
