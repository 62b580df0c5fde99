package umlaut.kernel.task;

/**
 * How to go on with a timed sleep that was interrupted and is restarted with its original deadline
 * (restart_syscall(2)).
 */
@FunctionalInterface
public interface RestartBlock {
    long restart(Task task);
}
