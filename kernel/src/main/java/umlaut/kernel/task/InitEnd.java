package umlaut.kernel.task;

import umlaut.abi.Signal;
import umlaut.kernel.signal.Signals;

/** When pid 1 ends, all others are killed and waited for (pid_namespaces(7); Linux: zap_pid_ns_processes). */
final class InitEnd {
    private static final long PATIENCE_NS = 10_000_000_000L;

    private InitEnd() {}

    /** Runs on the last thread of pid 1. */
    static void endAllOthers(Task task) {
        TaskTable tasks = task.kernel.tasks;
        ThreadGroup init = task.group;
        tasks.lock.lock();
        try {
            tasks.close();
            for (ThreadGroup group : tasks.groups()) {
                if (group == init) {
                    continue;
                }
                if (group.zombie) {
                    ExitNotify.reap(group);
                } else {
                    Signals.kill(group, Signal.SIGKILL);
                }
            }
            if (!tasks.awaitAlone(init, PATIENCE_NS)) {
                task.kernel.log.warn(
                        "pid 1 has ended, but others remain: " + tasks.groups().size());
            }
        } finally {
            tasks.lock.unlock();
        }
    }
}
