package umlaut.kernel.task;

/** Per-task knobs inherited over clone(2): scheduling, affinity, prctl(2) switches. Written by the task or by sched_*(2) callers. */
public final class TaskSettings {
    public volatile int nice;
    public volatile int schedPolicy;
    public volatile int schedPriority;
    /** Bit n: may run on CPU n. */
    public volatile long cpuMask;
    public volatile long timerSlackNs = 50_000;
    public volatile int ioPriority;
    public volatile int parentDeathSignal;
    public volatile int personality;
    public volatile boolean keepCapabilities;

    public TaskSettings(long cpuMask) {
        this.cpuMask = cpuMask;
    }

    public TaskSettings copy() {
        TaskSettings c = new TaskSettings(cpuMask);
        c.nice = nice;
        c.schedPolicy = schedPolicy;
        c.schedPriority = schedPriority;
        c.timerSlackNs = timerSlackNs;
        c.ioPriority = ioPriority;
        c.personality = personality;
        c.keepCapabilities = keepCapabilities;
        return c;
    }
}
