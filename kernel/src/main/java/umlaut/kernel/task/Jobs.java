package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.ns.PidNamespace;

/**
 * Process groups and sessions: setpgid(2), setsid(2) and their like (Linux: kernel/sys.c). Family links are changed
 * under {@code tasks.lock}.
 */
@SuppressWarnings("GuardedBy") // tasks.lock is held by the callers of the package-private methods
public final class Jobs {
    private Jobs() {}

    /** A new process joins a group. Caller holds {@code tasks.lock}. */
    static void join(ThreadGroup group, ProcessGroup processGroup) {
        processGroup.members.add(group);
    }

    /** Pid 1, and processes started from outside: a session and group of their own. Caller holds {@code tasks.lock}. */
    static ProcessGroup newSession(TaskTable tasks, int sid) {
        Session session = new Session(sid);
        tasks.add(session);
        return newGroup(tasks, sid, session);
    }

    private static ProcessGroup newGroup(TaskTable tasks, int pgid, Session session) {
        ProcessGroup fresh = new ProcessGroup(pgid, session);
        session.groups++;
        tasks.add(fresh);
        return fresh;
    }

    /** Takes a process out of its group; empty groups and sessions go. Caller holds {@code tasks.lock}. */
    static void leave(TaskTable tasks, ThreadGroup group) {
        ProcessGroup old = group.processGroup;
        old.members.remove(group);
        if (old.members.isEmpty()) {
            tasks.remove(old);
            if (--old.session.groups == 0) {
                tasks.remove(old.session);
            }
        }
    }

    public static long setsid(Task task) {
        TaskTable tasks = task.kernel.tasks;
        ThreadGroup group = task.group;
        tasks.lock.lock();
        try {
            if (tasks.processGroup(group.tgid) != null) {
                return Errno.EPERM.negative();
            }
            ProcessGroup fresh = newSession(tasks, group.tgid);
            leave(tasks, group);
            group.processGroup = fresh;
            join(group, fresh);
            return group.pidInside;
        } finally {
            tasks.lock.unlock();
        }
    }

    public static long setpgid(Task task, int pidOrZero, int pgidOrZero) {
        TaskTable tasks = task.kernel.tasks;
        PidNamespace ns = task.group.pidNs;
        int pidInside = pidOrZero == 0 ? task.group.pidInside : pidOrZero;
        int pgidInside = pgidOrZero == 0 ? pidInside : pgidOrZero;
        if (pgidInside < 0) {
            return Errno.EINVAL.negative();
        }
        int pid = ns.toGlobal(pidInside);
        int pgid = ns.toGlobal(pgidInside);
        tasks.lock.lock();
        try {
            ThreadGroup target = tasks.group(pid);
            if (target == null) {
                return tasks.task(pid) == null ? Errno.ESRCH.negative() : Errno.EINVAL.negative();
            }
            if (target.parent == task.group) {
                if (target.session() != task.group.session()) {
                    return Errno.EPERM.negative();
                }
                if (target.execed) {
                    return Errno.EACCES.negative();
                }
            } else if (target != task.group) {
                return Errno.ESRCH.negative();
            }
            return move(tasks, target, pgid);
        } finally {
            tasks.lock.unlock();
        }
    }

    private static long move(TaskTable tasks, ThreadGroup target, int pgid) {
        if (target.session().sid == target.tgid) {
            return Errno.EPERM.negative();
        }
        ProcessGroup to = tasks.processGroup(pgid);
        if (to == target.processGroup) {
            return 0;
        }
        if (pgid != target.tgid) {
            if (to == null || to.session != target.session()) {
                return Errno.EPERM.negative();
            }
        } else if (to == null) {
            to = newGroup(tasks, pgid, target.session());
        }
        leave(tasks, target);
        target.processGroup = to;
        join(target, to);
        return 0;
    }

    public static long getpgid(Task task, int pid) {
        ThreadGroup target = find(task, pid);
        return target == null ? Errno.ESRCH.negative() : task.pidSeen(target.processGroup.pgid);
    }

    public static long getsid(Task task, int pid) {
        ThreadGroup target = find(task, pid);
        return target == null ? Errno.ESRCH.negative() : task.pidSeen(target.session().sid);
    }

    private static @Nullable ThreadGroup find(Task task, int pid) {
        if (pid == 0) {
            return task.group;
        }
        Task found = task.findTask(pid);
        return found == null ? null : found.group;
    }

    public static long getppid(Task task) {
        ThreadGroup parent = task.group.parent;
        return parent == null ? 0 : task.pidSeen(parent.tgid);
    }
}
