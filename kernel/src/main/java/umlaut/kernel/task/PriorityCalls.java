package umlaut.kernel.task;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Rlimit;
import umlaut.abi.SchedConst;
import umlaut.kernel.cred.Credentials;

/** getpriority(2), setpriority(2), ioprio_get(2), ioprio_set(2): of a task, a process group or a user. */
public final class PriorityCalls {
    private static final int NICE_MIN = -20;
    private static final int NICE_MAX = 19;

    private PriorityCalls() {}

    /** @param who 0 = the caller's. @throws umlaut.abi.ErrnoException EINVAL */
    private static List<Task> targets(Task task, int which, int who) {
        List<Task> found = new ArrayList<>();
        switch (which) {
            case Rlimit.PRIO_PROCESS -> {
                Task one = SchedCalls.find(task, who);
                if (one != null) {
                    found.add(one);
                }
            }
            case Rlimit.PRIO_PGRP -> {
                int pgid = who == 0 ? task.group.processGroup.pgid : task.group.pidNs.toGlobal(who);
                for (Task t : task.kernel.tasks.tasks()) {
                    if (t.group.processGroup.pgid == pgid) {
                        found.add(t);
                    }
                }
            }
            case Rlimit.PRIO_USER -> {
                Credentials mine = task.credentials();
                int uid = who == 0 ? mine.uid() : mine.userNs().uidOutside(who);
                for (Task t : task.kernel.tasks.tasks()) {
                    if (task.pidSeen(t.tid) != 0 && t.credentials().uid() == uid) {
                        found.add(t);
                    }
                }
            }
            default -> throw Errno.EINVAL.exception();
        }
        return found;
    }

    public static long getPriority(Task task, int which, int who) {
        long best = Errno.ESRCH.negative();
        for (Task t : targets(task, which, who)) {
            best = Math.max(best, 20 - t.settings.nice);
        }
        return best;
    }

    public static long setPriority(Task task, int which, int who, int value) {
        int nice = Math.clamp(value, NICE_MIN, NICE_MAX);
        long result = Errno.ESRCH.negative();
        for (Task t : targets(task, which, who)) {
            long one = setNice(task, t, nice);
            // One failure is told, even when others succeed.
            if (one != 0 || result == Errno.ESRCH.negative()) {
                result = one;
            }
        }
        return result;
    }

    private static long setNice(Task task, Task target, int nice) {
        Credentials mine = task.credentials();
        Credentials theirs = target.credentials();
        boolean privileged = mine.capableIn(theirs.userNs(), Capability.CAP_SYS_NICE);
        if (theirs.uid() != mine.euid() && theirs.euid() != mine.euid() && !privileged) {
            return Errno.EPERM.negative();
        }
        if (nice < target.settings.nice && !privileged && !SchedCalls.mayNice(target, nice)) {
            return Errno.EACCES.negative();
        }
        target.settings.nice = nice;
        return 0;
    }

    /** The ioprio_* numbering of whom is one above that of getpriority. */
    public static long getIo(Task task, int which, int who) {
        long best = Errno.ESRCH.negative();
        for (Task t : targets(task, which - 1, who)) {
            int value = which == SchedConst.IOPRIO_WHO_PROCESS ? t.settings.ioPriority : effectiveIo(t);
            best = best < 0 ? value : Math.min(best, value);
        }
        return best;
    }

    /** Who has no class of its own goes by its nice value (Linux: __get_task_ioprio). */
    private static int effectiveIo(Task task) {
        int own = task.settings.ioPriority;
        if (own >> SchedConst.IOPRIO_CLASS_SHIFT != SchedConst.IOPRIO_CLASS_NONE) {
            return own;
        }
        int kind = switch (task.settings.schedPolicy) {
            case SchedConst.SCHED_IDLE -> SchedConst.IOPRIO_CLASS_IDLE;
            case SchedConst.SCHED_FIFO, SchedConst.SCHED_RR -> SchedConst.IOPRIO_CLASS_RT;
            default -> SchedConst.IOPRIO_CLASS_BE;
        };
        return kind << SchedConst.IOPRIO_CLASS_SHIFT | (task.settings.nice + 20) / 5;
    }

    public static long setIo(Task task, int which, int who, int value) {
        int kind = value >> SchedConst.IOPRIO_CLASS_SHIFT & 7;
        int level = value & (1 << SchedConst.IOPRIO_CLASS_SHIFT) - 1;
        switch (kind) {
            case SchedConst.IOPRIO_CLASS_RT -> {
                if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)
                        && !task.credentials().capable(Capability.CAP_SYS_NICE)) {
                    return Errno.EPERM.negative();
                }
            }
            case SchedConst.IOPRIO_CLASS_BE, SchedConst.IOPRIO_CLASS_IDLE -> {}
            case SchedConst.IOPRIO_CLASS_NONE -> {
                if (level != 0) {
                    return Errno.EINVAL.negative();
                }
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        long result = Errno.ESRCH.negative();
        for (Task t : targets(task, which - 1, who)) {
            int uid = t.credentials().uid();
            if (uid != task.credentials().euid()
                    && uid != task.credentials().uid()
                    && !task.credentials().capable(Capability.CAP_SYS_NICE)) {
                return Errno.EPERM.negative();
            }
            t.settings.ioPriority = value;
            result = 0;
        }
        return result;
    }
}
