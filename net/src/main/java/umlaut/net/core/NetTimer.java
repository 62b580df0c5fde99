package umlaut.net.core;

/**
 * A timer of the stack, guarded by the namespace's lock. Made for protocols that move their deadlines with nearly every packet: setting it later, or stopping it, only writes a
 * field, and the queue finds out when the old time has come.
 */
public final class NetTimer {
    static final long NEVER = Long.MAX_VALUE;

    final Runnable action;
    private final NetTimers timers;
    /** When it is to run. */
    long deadlineNs = NEVER;
    /** The time it stands in the queue with: at most the deadline, or NEVER if it is in none. */
    long queuedNs = NEVER;

    NetTimer(NetTimers timers, Runnable action) {
        this.timers = timers;
        this.action = action;
    }

    /** (Re)arms it. @param atNs monotonic */
    public void set(long atNs) {
        deadlineNs = atNs;
        if (atNs < queuedNs) {
            timers.enqueue(this);
        }
    }

    public void stop() {
        deadlineNs = NEVER;
    }

    public boolean isSet() {
        return deadlineNs != NEVER;
    }

    public long deadlineNs() {
        return deadlineNs;
    }
}
