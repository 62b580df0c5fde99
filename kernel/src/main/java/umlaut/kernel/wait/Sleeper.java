package umlaut.kernel.wait;

import java.util.ArrayList;
import java.util.List;
import umlaut.kernel.task.Task;

/**
 * A task's stay in one or more wait queues, left by {@link #close()}. Order of use: register in queues, then in a loop {@link #prepare()}, test the condition,
 * {@link #sleep}.
 */
public final class Sleeper implements PollTable, Waiter, AutoCloseable {
    private final Task task;
    private final boolean exclusive;
    private final List<WaitEntry> entries = new ArrayList<>(2);

    public Sleeper(Task task, boolean exclusive) {
        this.task = task;
        this.exclusive = exclusive;
    }

    @Override
    public void add(WaitQueue queue) {
        WaitEntry entry = new WaitEntry(this, exclusive);
        entries.add(entry);
        queue.add(entry);
    }

    /** From now on a wake-up is remembered. */
    public void prepare() {
        task.prepareToSleep();
    }

    /** @return false when the deadline (monotonic ns) passed first */
    public boolean sleep(long deadlineNs) {
        return task.sleep(deadlineNs);
    }

    @Override
    public boolean wake(int events) {
        Task waker = task.kernel.onThread();
        return waker != null && waker.completions.claim(task) || task.wakeUp();
    }

    @Override
    public void close() {
        for (WaitEntry entry : entries) {
            entry.remove();
        }
    }
}
