package umlaut.kernel.task;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Poll;
import umlaut.abi.SiCode;
import umlaut.abi.SigConst;
import umlaut.abi.Signal;
import umlaut.abi.WaitFlags;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.ptrace.PtraceLinks;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.signal.SigAction;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;

/**
 * What a task's end means to its family (Linux: exit_notify, forget_original_parent and release_task in kernel/exit.c,
 * do_notify_parent in kernel/signal.c). All under {@code
 * tasks.lock}.
 */
final class ExitNotify {
    private ExitNotify() {}

    static void run(Task task, boolean last) {
        ThreadGroup group = task.group;
        TaskTable tasks = task.kernel.tasks;
        GuestProcess outside = null;
        task.completions.open();
        tasks.lock.lock();
        try {
            // A child may have asked to be traced since leaveTracees looked.
            PtraceLinks.tracerExits(task, ExitNotify::untraced);
            leaveChildren(task, last);
            task.setState(TaskState.ZOMBIE);
            // A tracer waits for each thread.
            boolean kept = !task.isLeader() && task.tracee() != null;
            int left = kept ? group.threadCount() : group.removeThread(task);
            if (kept) {
                tellTracer(task, threadStatus(task));
            } else if (!task.isLeader()) {
                release(task);
            }
            wakeExecuting(group);
            // The last one to begin its exit need not be the last one here.
            if (left == 0) {
                outside = group.outside;
                processEnded(group, task);
            }
        } finally {
            tasks.lock.unlock();
        }
        task.completions.close();
        if (outside != null) {
            outside.status().complete(group.exitStatus());
        }
    }

    private static void processEnded(ThreadGroup group, Task by) {
        group.zombie = true;
        JobControl.afterLoss(group, group.parent, group, by);
        Task leader = group.leader();
        Tracee tracee = leader == null ? null : leader.tracee();
        if (leader != null && tracee != null && tracee.reparented(group)) {
            // The real parent learns of it when the tracer has waited.
            tellTracer(leader, group.exitStatus());
        } else if (notifyParent(group) && tracee == null) {
            reap(group);
        }
        group.exitEvents.wakeAll(Poll.POLLIN | Poll.POLLRDNORM);
    }

    private static void wakeExecuting(ThreadGroup group) {
        Task executing = group.execTask();
        if (executing != null) {
            executing.wakeUp();
        }
    }

    // --- tracers ---

    /** What an ending thread traces goes on alone: before pid 1 waits for all others to end. */
    static void leaveTracees(Task task) {
        TaskTable tasks = task.kernel.tasks;
        tasks.lock.lock();
        try {
            PtraceLinks.tracerExits(task, ExitNotify::untraced);
        } finally {
            tasks.lock.unlock();
        }
    }

    /** The wait(2) status of one thread. */
    static int threadStatus(Task task) {
        return task.group.exiting() ? task.group.exitStatus() : task.exitCode;
    }

    private static void tellTracer(Task task, int status) {
        ThreadGroup tracer = PtraceLinks.tracerGroup(task);
        if (tracer != null) {
            Signals.send(tracer, deathInfo(task.group, tracer, task, Signal.SIGCHLD, status));
            tracer.childEvents.wakeAll(0);
        }
    }

    /** A zombie that has lost its tracer, by waiting or by the tracer's end. Caller holds {@code tasks.lock}. */
    static void untraced(Task task) {
        ThreadGroup group = task.group;
        if (!task.isLeader()) {
            int left = group.removeThread(task);
            release(task);
            wakeExecuting(group);
            if (left == 0) {
                processEnded(group, task);
                GuestProcess outside = group.outside;
                if (outside != null) {
                    outside.status().complete(group.exitStatus());
                }
            }
        } else if (group.zombie && notifyParent(group)) {
            reap(group);
        }
    }

    /** A tracer has waited for an ended tracee that is not its own child, or for a thread. Caller holds {@code tasks.lock}. */
    static void tracerWaited(Task task) {
        PtraceLinks.forget(task);
        untraced(task);
    }

    // --- children ---

    /** Children of an ending thread go to another thread of its process, else to the next subreaper or pid 1. */
    private static void leaveChildren(Task task, boolean last) {
        ThreadGroup group = task.group;
        if (group.children.isEmpty()) {
            return;
        }
        Task heir = anyLive(group);
        ThreadGroup reaper = heir != null ? group : findReaper(task);
        for (ThreadGroup child : List.copyOf(group.children)) {
            if (!last && child.parentThread != task && heir != null) {
                continue;
            }
            tellParentDeath(child);
            if (reaper == group) {
                child.parentThread = heir;
                continue;
            }
            group.children.remove(child);
            child.parent = reaper;
            child.threads().forEach(Task::forgetIds);
            child.parentThread = reaper == null ? null : anyLive(reaper);
            if (reaper != null) {
                reaper.children.add(child);
            }
            adopted(child, group, task);
        }
    }

    private static void adopted(ThreadGroup child, ThreadGroup oldParent, Task by) {
        child.exitSignal = Signal.SIGCHLD;
        if (child.zombie && notifyParent(child)) {
            reap(child);
            return;
        }
        JobControl.afterLoss(child, oldParent, null, by);
    }

    private static void tellParentDeath(ThreadGroup child) {
        for (Task t : child.threads()) {
            int signo = t.settings.parentDeathSignal;
            if (signo != 0) {
                Signals.send(child, SigInfo.user(signo, 0, 0));
            }
        }
    }

    private static @Nullable Task anyLive(ThreadGroup group) {
        for (Task t : group.threads()) {
            if (!t.exited) {
                return t;
            }
        }
        return null;
    }

    private static @Nullable ThreadGroup findReaper(Task task) {
        PidNamespace ns = task.group.pidNs;
        for (ThreadGroup g = task.group.parent; g != null && g.pidNs == ns; g = g.parent) {
            if (g.childSubreaper && !g.exiting()) {
                return g;
            }
        }
        ThreadGroup init = ns.init();
        return init == task.group ? null : init;
    }

    // --- the parent ---

    /** @return true: nobody will wait, the process is to be reaped at once */
    private static boolean notifyParent(ThreadGroup group) {
        ThreadGroup parent = group.parent;
        Task leader = group.leader();
        if (parent == null || leader == null || parent.zombie) {
            return true;
        }
        int signo = group.exitSignal;
        boolean unwanted = parent.isInit() && parent.exiting();
        if (signo == Signal.SIGCHLD) {
            SigAction action = parent.handlers().get(Signal.SIGCHLD);
            boolean ignores = action.handler() == SigAction.SIG_IGN;
            unwanted |= ignores || (action.flags() & SigConst.SA_NOCLDWAIT) != 0;
            signo = ignores ? 0 : signo;
        }
        if (Signal.isValid(signo)) { // clone(2) takes any number
            Signals.send(parent, deathInfo(group, parent, leader, signo, group.exitStatus()));
        }
        parent.childEvents.wakeAll(0);
        return unwanted;
    }

    private static SigInfo deathInfo(ThreadGroup group, ThreadGroup parent, Task leader, int signo, int status) {
        int ticks = (int) CpuTimes.ticks(group.deadThreads.userNs());
        int system = (int) CpuTimes.ticks(group.deadThreads.systemNs());
        int uid = uidFor(parent, leader);
        int pid = parent.pidNs.fromGlobal(leader.tid);
        int killer = status & 0x7f;
        if (killer == 0) {
            return SigInfo.child(signo, SiCode.CLD_EXITED, pid, uid, status >> 8, ticks, system);
        }
        int code = (status & WaitFlags.WCOREFLAG) != 0 ? SiCode.CLD_DUMPED : SiCode.CLD_KILLED;
        return SigInfo.child(signo, code, pid, uid, killer, ticks, system);
    }

    /** The child's user as the parent's user namespace knows him. */
    static int uidFor(ThreadGroup parent, Task child) {
        Task leader = parent.leader();
        int uid = child.credentials().uid();
        return leader == null ? uid : leader.credentials().userNs().showUid(uid);
    }

    // --- the end of a number ---

    /** A process that has been waited for: its number is free again (release_task). Caller holds {@code tasks.lock}. */
    @SuppressWarnings("GuardedBy")
    static void reap(ThreadGroup group) {
        Task leader = group.leader();
        if (leader == null) {
            return;
        }
        TaskTable tasks = leader.kernel.tasks;
        release(leader);
        leader.setState(TaskState.DEAD);
        tasks.remove(group);
        ThreadGroup parent = group.parent;
        if (parent != null) {
            parent.children.remove(group);
        }
        Jobs.leave(tasks, group);
        tasks.signalGone();
    }

    private static void release(Task task) {
        PtraceLinks.forget(task);
        task.kernel.tasks.remove(task);
        task.kernel.users.of(task.credentials().uid()).tasks.decrementAndGet();
        task.group.signalLock.lock();
        try {
            task.pending.flush(-1L);
            if (task.group.zombie) {
                task.group.shared.flush(-1L);
            }
        } finally {
            task.group.signalLock.unlock();
        }
    }
}
