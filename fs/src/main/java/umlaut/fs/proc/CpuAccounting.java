package umlaut.fs.proc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.abi.Limits;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.CpuTimes;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.ThreadGroup;

/**
 * CPU time of the machine as a whole, for proc_stat(5), proc_uptime(5), proc_loadavg(5). Load is reckoned when it is
 * asked for, from the CPU time used since it was last asked for: so nothing need tick while nobody looks.
 */
public final class CpuAccounting {
    private static final double[] PERIODS_S = {60, 300, 900};
    private static final double NS = 1e9;

    private final Kernel kernel;

    /** Never goes back, though what a process has used is forgotten when nobody waits for it. */
    @GuardedBy("this") private long highestNs;

    /** Never goes back either: the host tells what was used later than it tells the time. */
    @GuardedBy("this") private long highestIdleNs;

    @GuardedBy("this") private long lastLoadNs;

    @GuardedBy("this") private long lastUsedNs;

    @GuardedBy("this") private final double[] load = new double[PERIODS_S.length];

    CpuAccounting(Kernel kernel) {
        this.kernel = kernel;
        this.lastLoadNs = kernel.clock.monotonicNs();
    }

    public long uptimeNs() {
        return kernel.clock.monotonicNs() - kernel.bootMonotonicNs;
    }

    /** Of all processes there ever were, ns. */
    synchronized long usedNs() {
        long sum = 0;
        for (ThreadGroup group : kernel.tasks.groups()) {
            sum += CpuTimes.ofGroup(group) + CpuTimes.systemOfGroup(group);
            sum += group.deadChildren.userNs() + group.deadChildren.systemNs();
        }
        highestNs = Math.max(highestNs, sum);
        return highestNs;
    }

    synchronized long idleNs(long usedNs) {
        highestIdleNs = Math.max(highestIdleNs, uptimeNs() * kernel.config.cpus() - usedNs);
        return highestIdleNs;
    }

    /** The three load averages. */
    public synchronized double[] load() {
        long now = kernel.clock.monotonicNs();
        double seconds = (now - lastLoadNs) / NS;
        if (seconds > 1) {
            long used = usedNs();
            double active = (used - lastUsedNs) / NS / seconds;
            for (int i = 0; i < load.length; i++) {
                double keep = Math.exp(-seconds / PERIODS_S[i]);
                load[i] = load[i] * keep + active * (1 - keep);
            }
            lastLoadNs = now;
            lastUsedNs = used;
        }
        return load.clone();
    }

    /** Tasks in state R. */
    int running() {
        int n = 0;
        for (var task : kernel.tasks.tasks()) {
            if (task.state() == TaskState.RUNNING && !HostProcess.sleeps(task)) {
                n++;
            }
        }
        return Math.max(1, n);
    }

    static long ticks(long ns) {
        return ns / (1_000_000_000L / Limits.USER_HZ);
    }
}
