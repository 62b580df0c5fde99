package umlaut.kernel.task;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.abi.WaitFlags;
import umlaut.kernel.ptrace.PtraceLinks;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/**
 * Waiting for children to end, stop or continue (wait(2); Linux: do_wait in kernel/exit.c). One object is one call:
 * what it waits for, and then what it found.
 */
final class Wait implements BlockingOp {
    /** Nobody was ready and WNOHANG was given. */
    static final long NONE = 0;

    private final Task task;
    private final int which;
    private final int id;
    private final @Nullable ThreadGroup only;
    private final int options;

    /** Of the child found: its uid, SIGCHLD's code and status, the status of wait(2), and what it used. */
    int uid;

    int code;
    int siStatus;
    int status;
    ResourceUsage usage = new ResourceUsage();

    /**
     * @param which P_ALL, P_PID, P_PGID with {@code id}, or P_PIDFD with {@code only}
     * @param options W* of waitid(2)
     */
    Wait(Task task, int which, int id, @Nullable ThreadGroup only, int options) {
        this.task = task;
        this.which = which;
        this.id = id;
        this.only = only;
        this.options = options;
    }

    /** @return the child's pid, {@link #NONE}, -ECHILD, or -ERESTARTSYS */
    long run() {
        return Blocking.on(task, task.group.childEvents, this);
    }

    @Override
    public long attempt() {
        TaskTable tasks = task.kernel.tasks;
        tasks.lock.lock();
        try {
            boolean any = false;
            List<ThreadGroup> children = task.group.children;
            for (int i = 0; i < children.size(); i++) {
                ThreadGroup child = children.get(i);
                Task leader = child.leader();
                boolean mine = leader != null && PtraceLinks.tracerGroup(leader) == task.group;
                if (mine || !eligible(child)) {
                    continue;
                }
                any = true;
                // Once it has been reaped, its number is nobody's.
                int pid = task.pidSeen(child.tgid);
                if (ready(child)) {
                    return pid;
                }
            }
            for (Task tracer : task.group.tracing == 0 ? List.<Task>of() : task.group.threads()) {
                boolean skip = (options & WaitFlags.__WNOTHREAD) != 0 && tracer != task;
                for (Task tracee : skip ? List.<Task>of() : List.copyOf(tracer.tracees)) {
                    if (!named(tracee)) {
                        continue;
                    }
                    any = true;
                    int tid = task.pidSeen(tracee.tid);
                    if (ready(tracee)) {
                        return tid;
                    }
                }
            }
            if (!any) {
                return Errno.ECHILD.negative();
            }
            return (options & WaitFlags.WNOHANG) != 0 ? NONE : WOULD_BLOCK;
        } finally {
            tasks.lock.unlock();
        }
    }

    private boolean named(Task tracee) {
        return switch (which) {
            case WaitFlags.P_PID -> task.pidSeen(tracee.tid) == id;
            case WaitFlags.P_PGID -> tracee.group.processGroup.pgid == id;
            case WaitFlags.P_PIDFD -> tracee.group == only && tracee.isLeader();
            default -> true;
        };
    }

    /** A task that the caller's process traces: its stops are seen whatever the options. */
    private boolean ready(Task tracee) {
        ThreadGroup group = tracee.group;
        if (tracee.isZombie()) {
            return (options & WaitFlags.WEXITED) != 0 && (!tracee.isLeader() || group.zombie) && ended(tracee);
        }
        group.signalLock.lock();
        try {
            Tracee state = tracee.tracee();
            int report = state == null ? 0 : state.report();
            if (state != null && report != 0) {
                code = SiCode.CLD_TRAPPED;
                siStatus = report;
                status = WaitFlags.stopped(report);
                describe(group);
                if ((options & WaitFlags.WNOWAIT) == 0) {
                    state.setReport(0);
                }
                return true;
            }
            return (options & WaitFlags.WCONTINUED) != 0 && group.stop.continuedUnreported && stoppedOrContinued(group);
        } finally {
            group.signalLock.unlock();
        }
    }

    private boolean ended(Task tracee) {
        ThreadGroup group = tracee.group;
        if (tracee.isLeader() && group.parent == task.group) {
            ended(group);
            return true;
        }
        setEnded(ExitNotify.threadStatus(tracee));
        describe(group);
        uid = tracee.credentials().uid();
        if ((options & WaitFlags.WNOWAIT) == 0) {
            ExitNotify.tracerWaited(tracee);
        }
        return true;
    }

    private boolean eligible(ThreadGroup child) {
        boolean named = switch (which) {
            case WaitFlags.P_PID -> task.pidSeen(child.tgid) == id;
            case WaitFlags.P_PGID -> child.processGroup.pgid == id;
            case WaitFlags.P_PIDFD -> child == only;
            default -> true;
        };
        if (!named || (options & WaitFlags.__WNOTHREAD) != 0 && child.parentThread != task) {
            return false;
        }
        if ((options & WaitFlags.__WALL) != 0) {
            return true;
        }
        boolean clone = child.exitSignal != Signal.SIGCHLD;
        return clone == ((options & WaitFlags.__WCLONE) != 0);
    }

    private boolean ready(ThreadGroup child) {
        if (child.zombie) {
            Task leader = child.leader();
            if (leader != null && leader.tracee() != null) {
                return false; // its tracer's first
            }
            if ((options & WaitFlags.WEXITED) == 0) {
                return false;
            }
            ended(child);
            return true;
        }
        if ((options & (WaitFlags.WSTOPPED | WaitFlags.WCONTINUED)) == 0) {
            return false;
        }
        child.signalLock.lock();
        try {
            return stoppedOrContinued(child);
        } finally {
            child.signalLock.unlock();
        }
    }

    private void setEnded(int with) {
        status = with;
        int killer = status & 0x7f;
        if (killer == 0) {
            code = SiCode.CLD_EXITED;
            siStatus = status >> 8 & 0xff;
        } else {
            code = (status & WaitFlags.WCOREFLAG) != 0 ? SiCode.CLD_DUMPED : SiCode.CLD_KILLED;
            siStatus = killer;
        }
    }

    private void ended(ThreadGroup child) {
        setEnded(child.exitStatus());
        describe(child);
        if ((options & WaitFlags.WNOWAIT) == 0) {
            task.group.deadChildren.add(child.deadThreads);
            task.group.deadChildren.add(child.deadChildren);
            ExitNotify.reap(child);
        }
    }

    private boolean stoppedOrContinued(ThreadGroup child) {
        boolean keep = (options & WaitFlags.WNOWAIT) != 0;
        if ((options & WaitFlags.WSTOPPED) != 0 && child.stop.complete && child.stop.unreported) {
            child.stop.unreported = keep;
            code = SiCode.CLD_STOPPED;
            siStatus = child.stop.signal;
            status = WaitFlags.stopped(siStatus);
        } else if ((options & WaitFlags.WCONTINUED) != 0 && child.stop.continuedUnreported) {
            child.stop.continuedUnreported = keep;
            code = SiCode.CLD_CONTINUED;
            siStatus = Signal.SIGCONT;
            status = WaitFlags.continued();
        } else {
            return false;
        }
        describe(child);
        return true;
    }

    private void describe(ThreadGroup child) {
        Task leader = child.leader();
        uid = leader == null
                ? 0
                : task.credentials().userNs().showUid(leader.credentials().uid());
        usage = child.deadThreads.copy();
        usage.add(child.deadChildren);
    }
}
