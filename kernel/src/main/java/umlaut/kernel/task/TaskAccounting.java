package umlaut.kernel.task;

/** Counters of getrusage(2) and /proc/PID/io that the kernel keeps itself; written by the task, read by anyone. */
public final class TaskAccounting {
    public volatile long startMonotonicNs;
    public volatile long voluntarySwitches;
    public volatile long involuntarySwitches;
    // Of calls like read(2) and write(2). Not volatile: they are on the hottest paths, and who reads them late loses
    // nothing.
    public long readBytes;

    public long writtenBytes;
    public long readCalls;
    public long writeCalls;
}
