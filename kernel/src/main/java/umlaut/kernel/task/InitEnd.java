package umlaut.kernel.task;

import umlaut.abi.Signal;
import umlaut.kernel.ns.PidNamespace;
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
            PidNamespace ns = init.pidNs;
            ns.close();
            if (ns.level() == 0) {
                tasks.close();
            }
            for (ThreadGroup group : tasks.groups()) {
                if (group == init || !group.pidNs.isWithin(ns)) {
                    continue;
                }
                if (group.zombie && ours(group, ns)) {
                    ExitNotify.reap(group);
                } else if (!group.zombie) {
                    Signals.kill(group, Signal.SIGKILL);
                }
            }
            if (!tasks.awaitAlone(init, ns, PATIENCE_NS) && ns.level() == 0) {
                task.kernel.log.warn(
                        "pid 1 has ended, but others remain: " + tasks.groups().size());
            }
        } finally {
            tasks.lock.unlock();
        }
    }

    /** Nobody outside waits for it. */
    private static boolean ours(ThreadGroup group, PidNamespace ns) {
        ThreadGroup parent = group.parent;
        return parent == null || parent.pidNs.isWithin(ns);
    }
}
