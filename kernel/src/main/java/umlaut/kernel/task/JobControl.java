package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.abi.SiCode;
import umlaut.abi.SigConst;
import umlaut.abi.Signal;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.signal.GroupStop;
import umlaut.kernel.signal.SigAction;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;

/**
 * Stopping and continuing whole processes, and process groups that nobody could continue any more (signal(7),
 * setpgid(2); Linux: do_signal_stop in kernel/signal.c,
 * kill_orphaned_pgrp in kernel/exit.c).
 */
public final class JobControl {
    private JobControl() {}

    /**
     * A stop signal has been taken: every thread of the process is asked to park.
     *
     * @param continues {@link GroupStop#continues} when the signal was taken
     */
    public static void requestStop(Task task, int signo, int continues) {
        ThreadGroup group = task.group;
        if (signo != Signal.SIGSTOP) {
            TaskTable tasks = task.kernel.tasks;
            tasks.lock.lock();
            try {
                if (orphaned(group.processGroup, null)) {
                    return;
                }
            } finally {
                tasks.lock.unlock();
            }
        }
        group.signalLock.lock();
        try {
            GroupStop stop = group.stop;
            if (group.exiting() || stop.continues != continues) {
                return;
            }
            if (stop.signal == 0) {
                stop.signal = signo;
                stop.continuedUnreported = false;
                group.setStopRequested(true);
                group.kickAll();
                for (Task t : group.threadsLocked()) {
                    Tracee tracee = t.tracee();
                    if (tracee != null) {
                        tracee.groupStops(t, signo);
                    }
                }
            } else if (task.tracee() instanceof Tracee tracee) {
                // A traced task may run while its group is stopped, and then stop again.
                tracee.groupStops(task, signo);
            }
        } finally {
            group.signalLock.unlock();
        }
    }

    /** Parks the task until its process is continued or ends. */
    public static void park(Task task) {
        ThreadGroup group = task.group;
        boolean completed;
        group.signalLock.lock();
        try {
            if (!group.stopRequested()) {
                return;
            }
            group.stop.parked++;
            task.stopped = true;
            completed = checkComplete(group);
        } finally {
            group.signalLock.unlock();
        }
        if (completed) {
            notifyStopped(group);
        }
        while (true) {
            task.prepareToSleep();
            if (!group.stopRequested() || group.mustExit(task) || task.tracee() != null) {
                break;
            }
            task.sleep(Long.MAX_VALUE, TaskState.STOPPED);
        }
        group.signalLock.lock();
        try {
            group.stop.parked--;
            task.stopped = false;
        } finally {
            group.signalLock.unlock();
        }
    }

    /** Have all threads parked? Caller holds the signal lock. @return true: just now, the parent is to be told */
    public static boolean checkComplete(ThreadGroup group) {
        GroupStop stop = group.stop;
        if (!group.stopRequested() || stop.complete || stop.parked < group.live() || group.live() == 0) {
            return false;
        }
        stop.complete = true;
        stop.unreported = true;
        return true;
    }

    public static void notifyStopped(ThreadGroup group) {
        notifyParent(group, SiCode.CLD_STOPPED, group.stop.signal);
    }

    /** Tells the parent what SIGCONT left to be told. */
    public static void notifyContinued(ThreadGroup group) {
        int code;
        int status;
        group.signalLock.lock();
        try {
            code = group.stop.notifyParent;
            status = group.stop.notifyStatus;
            group.stop.notifyParent = 0;
        } finally {
            group.signalLock.unlock();
        }
        if (code != 0) {
            notifyParent(group, code, status);
        }
    }

    private static void notifyParent(ThreadGroup group, int code, int status) {
        Task leader = group.leader();
        if (leader == null) {
            return;
        }
        TaskTable tasks = leader.kernel.tasks;
        tasks.lock.lock();
        try {
            ThreadGroup parent = group.parent;
            if (parent == null) {
                return;
            }
            SigAction action = parent.handlers().get(Signal.SIGCHLD);
            if (action.handler() != SigAction.SIG_IGN && (action.flags() & SigConst.SA_NOCLDSTOP) == 0) {
                Signals.send(
                        parent,
                        SigInfo.child(
                                code, parent.pidNs.fromGlobal(group.tgid), ExitNotify.uidFor(parent, leader), status));
            }
            parent.childEvents.wakeAll(0);
        } finally {
            tasks.lock.unlock();
        }
    }

    /**
     * Has no member but {@code ignored} a parent in another group of the same session? Then nobody could continue a
     * stopped member. Caller holds {@code tasks.lock}.
     */
    static boolean orphaned(ProcessGroup processGroup, @Nullable ThreadGroup ignored) {
        for (ThreadGroup member : processGroup.members) {
            ThreadGroup parent = member.parent;
            if (member != ignored
                    && !member.zombie
                    && parent != null
                    && parent.processGroup != processGroup
                    && parent.session() == processGroup.session) {
                return false;
            }
        }
        return true;
    }

    /**
     * After {@code member} has lost {@code parent}, or is itself gone ({@code ignored}): if its group has just become
     * orphaned and has stopped members, these get SIGHUP and SIGCONT.
     * Caller holds {@code tasks.lock}.
     */
    static void afterLoss(ThreadGroup member, @Nullable ThreadGroup parent, @Nullable ThreadGroup ignored, Task by) {
        ProcessGroup group = member.processGroup;
        if (parent == null
                || parent.processGroup == group
                || parent.session() != group.session
                || !orphaned(group, ignored)
                || !hasStopped(group)) {
            return;
        }
        Signals.send(by.kernel, group, SigInfo.kernel(Signal.SIGHUP));
        Signals.send(by.kernel, group, SigInfo.kernel(Signal.SIGCONT));
    }

    private static boolean hasStopped(ProcessGroup group) {
        for (ThreadGroup member : group.members) {
            if (member.stop.complete) {
                return true;
            }
        }
        return false;
    }
}
