package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.keys.Key;
import umlaut.kernel.mm.Mempolicy;

/**
 * Per-task knobs inherited over clone(2): scheduling, affinity, prctl(2) switches. Written by the task or by sched_*(2)
 * callers.
 */
public final class TaskSettings {
    public volatile int nice;
    public volatile int schedPolicy;
    public volatile int schedPriority;
    volatile DeadlineParams deadline = DeadlineParams.NONE;
    /** SCHED_RESET_ON_FORK: children start with ordinary scheduling. */
    public volatile boolean resetOnFork;
    /** Bit n: may run on CPU n. */
    public volatile long cpuMask;

    public volatile long timerSlackNs = 50_000;
    public volatile int ioPriority;
    public volatile int parentDeathSignal;
    public volatile int personality;
    /** PR_SET_THP_DISABLE, PR_SET_IO_FLUSHER, PR_SET_MDWE: kept and shown, nothing more. */
    public volatile boolean hugePagesDisabled;

    public volatile boolean ioFlusher;
    public volatile int mdwe;
    public volatile boolean memoryMerge;
    /** PR_MCE_KILL_*: 2 is the default. */
    public volatile int machineCheckPolicy = 2;

    /** What {@link #loginUid} and {@link #auditSession} are before a login. */
    public static final int UNSET = -1;

    /** Who logged in, and which login it was (/proc/PID/loginuid, sessionid). */
    public volatile int loginUid = UNSET;

    public volatile int auditSession = UNSET;

    /** set_mempolicy(2); null = the default. */
    public volatile @Nullable Mempolicy mempolicy;

    /** keyrings(7): the session's is inherited, the thread's own is not. */
    public volatile @Nullable Key sessionKeyring;

    public volatile @Nullable Key threadKeyring;
    /** KEY_REQKEY_DEFL_*. */
    public volatile int requestKeyring;

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
        c.resetOnFork = resetOnFork;
        c.hugePagesDisabled = hugePagesDisabled;
        c.ioFlusher = ioFlusher;
        c.mdwe = mdwe;
        c.memoryMerge = memoryMerge;
        c.machineCheckPolicy = machineCheckPolicy;
        c.loginUid = loginUid;
        c.auditSession = auditSession;
        c.mempolicy = mempolicy;
        c.sessionKeyring = sessionKeyring;
        c.requestKeyring = requestKeyring;
        return c;
    }
}
