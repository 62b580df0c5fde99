package umlaut.kernel.wait;

import umlaut.abi.Errno;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskLoop;
import umlaut.kernel.task.TaskSleep;
import umlaut.kernel.task.TaskState;

/**
 * The one place where tasks wait. Everything that may block says WOULD_BLOCK, and this loop does the sleeping, the time limit, the signals
 * and, through the returned code, the restart (Linux: wait_event_interruptible and its like).
 */
public final class Blocking {
    /** No time limit. */
    public static final long FOREVER = Long.MAX_VALUE;

    /** What the operation waits on: puts the given table's waiter into its queues. */
    @FunctionalInterface
    public interface Source {
        void register(PollTable table);
    }

    private Blocking() {}

    /**
     * Repeats {@code op} until it gives a result, sleeping between tries until one of {@code source}'s queues is woken.
     *
     * @param deadlineNs on the kernel's monotonic clock, or {@link #FOREVER}
     * @return the result, -ERESTARTSYS when a signal came first, or -ETIMEDOUT
     */
    public static long run(Task task, Source source, BlockingOp op, long deadlineNs) {
        return run(task, source, op, deadlineNs, false, false);
    }

    /**
     * As {@link #run(Task, Source, BlockingOp, long)}, for an operation whose result is the system call's and which needs nothing but what it has at hand: whoever wakes
     * the task may do it in its place.
     *
     * @return also {@link umlaut.kernel.task.TaskLoop#ANSWERED}: then the caller just returns
     */
    public static long runForResult(Task task, Source source, BlockingOp op, long deadlineNs) {
        return run(task, source, op, deadlineNs, true, false);
    }

    /** As {@link #run(Task, Source, BlockingOp, long)} without a limit, but only the end of the process is a reason not to wait on (wait_event_killable). */
    public static long runKillable(Task task, Source source, BlockingOp op) {
        try (Sleeper sleeper = new Sleeper(task, false)) {
            source.register(sleeper);
            while (true) {
                sleeper.prepare();
                long result = op.attempt();
                if (result != BlockingOp.WOULD_BLOCK) {
                    return result;
                }
                if (task.group.exiting()) {
                    return -Restart.ERESTARTSYS;
                }
                sleeper.sleep(FOREVER);
            }
        } finally {
            task.setState(TaskState.RUNNING);
        }
    }

    /** As {@link #run} or {@link #runForResult}, on one queue of which a wake-up reaches one such waiter only. */
    static long runExclusive(Task task, WaitQueue queue, BlockingOp op, long deadlineNs, boolean byOthers) {
        return run(task, table -> table.add(queue), op, deadlineNs, byOthers, true);
    }

    private static long run(
            Task task, Source source, BlockingOp op, long deadlineNs, boolean byOthers, boolean exclusive) {
        long result = op.attempt();
        if (result != BlockingOp.WOULD_BLOCK) {
            return result;
        }
        if (byOthers) {
            task.sleep.offer(op);
        }
        try (Sleeper sleeper = new Sleeper(task, exclusive)) {
            source.register(sleeper);
            while (true) {
                sleeper.prepare();
                result = op.attempt();
                if (result != BlockingOp.WOULD_BLOCK) {
                    return result;
                }
                if (task.signalPending()) {
                    return -Restart.ERESTARTSYS;
                }
                if (!sleeper.sleep(deadlineNs)) {
                    return Errno.ETIMEDOUT.negative();
                }
                result = byOthers ? task.sleep.takeResult() : TaskSleep.NONE;
                if (result != TaskSleep.NONE) {
                    return result;
                }
            }
        } finally {
            task.sleep.offer(null);
        }
    }

    /**
     * As {@link #runForResult}, for a read or write: what an interrupted transfer has moved counts for more than the interruption.
     *
     * @return bytes moved in all, or as {@link #runForResult}
     */
    public static long transfer(Task task, Source source, IovIter data, BlockingOp op, long deadlineNs) {
        long result = runForResult(task, source, op, deadlineNs);
        return result < 0 && result != TaskLoop.ANSWERED && data.moved() > 0 ? data.moved() : result;
    }

    /** As {@link #run}, on one queue, waiting at most for ever. */
    public static long on(Task task, WaitQueue queue, BlockingOp op) {
        return run(task, table -> table.add(queue), op, FOREVER);
    }

    /** Sleeps until the deadline or a signal. @return 0, or -EINTR */
    public static long sleepUntil(Task task, long deadlineNs) {
        try (Sleeper sleeper = new Sleeper(task, false)) {
            while (true) {
                sleeper.prepare();
                if (task.signalPending()) {
                    return Errno.EINTR.negative();
                }
                if (!sleeper.sleep(deadlineNs)) {
                    return 0;
                }
            }
        }
    }
}
