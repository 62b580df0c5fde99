package umlaut.kernel.wait;

/**
 * Something that wants to know when a {@link WaitQueue}'s condition may have changed: a sleeping task, an epoll item. Linux:
 * wait_queue_entry and its callback. A waiter may stand in several queues at once, by one {@link WaitEntry} each.
 */
public interface Waiter {
    /**
     * Called by the waking thread, which holds the queue's lock: must be quick, must not block nor wake the same queue again.
     *
     * @param events POLL* bits that became true, or 0 when the queue knows nothing finer (wake anyway)
     * @return true if an exclusive waiter took the event
     */
    boolean wake(int events);
}
