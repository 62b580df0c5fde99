package umlaut.kernel.signal;

/**
 * A thread group's job-control state (signal(7); Linux: the group stop part of signal_struct). All fields are guarded
 * by the group's signal lock.
 *
 * <p>A stop is <i>requested</i> by the thread that takes a stop signal, and <i>complete</i> when every live thread has
 * parked; only then is the parent told and wait4(2) sees it. SIGCONT
 * ends it as it is sent; the parent is told of that by the first thread that runs again.
 */
public final class GroupStop {
    /** The signal that asked for the stop under way or complete, 0 when there is none. */
    public int signal;
    /** Threads parked. */
    public int parked;
    /** All threads have parked. */
    public boolean complete;
    /** For WUNTRACED: the stop has not been waited for yet. */
    public boolean unreported;
    /** For WCONTINUED: the group was continued and that has not been waited for yet. */
    public boolean continuedUnreported;
    /** Counts SIGCONTs sent: a stop signal taken before the last one has no effect any more. */
    public int continues;
    /** CLD_CONTINUED or CLD_STOPPED, to be told to the parent by the next thread that handles work; 0 = nothing. */
    public volatile int notifyParent;
    /** The status that goes with {@link #notifyParent}. */
    public int notifyStatus;
}
