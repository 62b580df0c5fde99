package umlaut.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import umlaut.host.Processes;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.ThreadGroup;

/**
 * Holds a guest to a share of the processors (docker's --cpus, Linux's cpu.max): it earns processor time as time passes, at most what 100 ms
 * bring; having used it up, its processes stop until half of that has come again.
 */
final class CpuGovernor implements Runnable {
    private static final long PERIOD_NS = 100_000_000;
    private static final int STEP_MS = 10;
    private static final int SIGCONT = 18, SIGSTOP = 19;

    private final Kernel kernel;
    private volatile double cpus;
    private final Map<Integer, Long> usedBefore = new HashMap<>();

    CpuGovernor(Kernel kernel) {
        this.kernel = kernel;
    }

    /** 0: no limit. */
    void setCpus(double fresh) {
        cpus = fresh;
    }

    @Override
    public void run() {
        usedSinceLastLook(); // what was used before counts for nothing
        long budget = (long) (cpus * PERIOD_NS);
        long last = System.nanoTime();
        List<Integer> stopped = new ArrayList<>();
        try {
            while (true) {
                Thread.sleep(STEP_MS);
                long now = System.nanoTime();
                // By the time that has really passed, however late this thread is. What was used too much is owed;
                // unused time
                // is not saved up.
                double share = cpus;
                long quotaNs = (long) (share * PERIOD_NS);
                long earned = (long) (share * (now - last));
                last = now;
                if (share == 0) {
                    continueAll(stopped);
                    usedSinceLastLook();
                    continue;
                }
                budget = Math.min(quotaNs, budget + earned) - usedSinceLastLook();
                if (budget <= 0) {
                    stopAll(stopped);
                } else if (budget >= quotaNs / 2) {
                    continueAll(stopped);
                }
            }
        } catch (InterruptedException e) {
            continueAll(stopped);
        }
    }

    private long usedSinceLastLook() {
        long used = 0;
        for (ThreadGroup group : kernel.tasks.groups()) {
            Mm mm = group.mmOrNull();
            if (mm != null) {
                long now = mm.space().cpuTimeNs();
                Long before = usedBefore.put(mm.space().hostPid(), now);
                // A space that is new here may have been in use before: a forked child's starts at zero.
                used += Math.max(0, before == null ? now : now - before);
            }
        }
        return used;
    }

    private void stopAll(List<Integer> stopped) {
        for (ThreadGroup group : kernel.tasks.groups()) {
            int pid = MemoryGuard.hostPid(group);
            if (pid > 0 && !stopped.contains(pid)) {
                Processes.kill(pid, SIGSTOP);
                stopped.add(pid);
            }
        }
    }

    private static void continueAll(List<Integer> stopped) {
        for (int pid : stopped) {
            Processes.kill(pid, SIGCONT);
        }
        stopped.clear();
    }
}
