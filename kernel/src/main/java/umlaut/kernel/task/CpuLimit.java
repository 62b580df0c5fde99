package umlaut.kernel.task;

import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.time.KernelTimers;

/**
 * RLIMIT_CPU (getrlimit(2)): SIGXCPU each second from the soft limit on, SIGKILL at the hard one. A timer looks at the
 * CPU time used whenever it could have been reached.
 */
final class CpuLimit implements Runnable {
    private static final long SECOND_NS = 1_000_000_000L;

    private final Kernel kernel;
    private final ThreadGroup group;
    private final KernelTimers.Timer timer;
    private long nextSignalNs;

    private CpuLimit(Kernel kernel, ThreadGroup group) {
        this.kernel = kernel;
        this.group = group;
        this.timer = kernel.timers.create(this);
    }

    /** The limit was set, or inherited over fork(2). */
    static void changed(Kernel kernel, ThreadGroup group) {
        long soft = group.limits.soft(Rlimit.RLIMIT_CPU);
        if (soft == Limits.INFINITY) {
            return;
        }
        CpuLimit watcher = group.cpuLimit;
        if (watcher == null) {
            watcher = new CpuLimit(kernel, group);
            group.cpuLimit = watcher;
        }
        watcher.look();
    }

    @Override
    public void run() {
        look();
    }

    private synchronized void look() {
        long soft = group.limits.soft(Rlimit.RLIMIT_CPU);
        if (group.exiting() || soft == Limits.INFINITY) {
            return;
        }
        long used = CpuTimes.ofGroup(group) + CpuTimes.systemOfGroup(group);
        long softNs = nanos(soft);
        long hardNs = nanos(group.limits.hard(Rlimit.RLIMIT_CPU));
        if (used >= hardNs) {
            Signals.kill(group, Signal.SIGKILL);
            return;
        }
        if (used >= Math.max(softNs, nextSignalNs)) {
            nextSignalNs = used + SECOND_NS;
            Signals.send(group, SigInfo.kernel(Signal.SIGXCPU));
        }
        long left = Math.min(Math.max(softNs, nextSignalNs), hardNs) - used;
        int threads = Math.max(1, kernel.config.cpus());
        kernel.timers.arm(timer, kernel.clock.monotonicNs() + Math.max(left / threads, SECOND_NS / 20));
    }

    private static long nanos(long seconds) {
        // Linux takes 0 as 1 second.
        return seconds < 0 || seconds > Long.MAX_VALUE / SECOND_NS ? Long.MAX_VALUE : Math.max(seconds, 1) * SECOND_NS;
    }
}
