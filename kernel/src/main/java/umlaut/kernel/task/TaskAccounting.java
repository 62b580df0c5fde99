package umlaut.kernel.task;

/** Counters of getrusage(2) and /proc/PID/io that the kernel keeps itself; written by the task, read by anyone. */
public final class TaskAccounting {
    public volatile long startMonotonicNs;
    public volatile long voluntarySwitches;
    public volatile long involuntarySwitches;
    public volatile long readBytes;
    public volatile long writtenBytes;
    public volatile long readCalls;
    public volatile long writeCalls;
}
