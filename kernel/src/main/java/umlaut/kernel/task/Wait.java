package umlaut.kernel.task;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.abi.WaitFlags;
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
                if (!eligible(child)) {
                    continue;
                }
                any = true;
                if (ready(child)) {
                    return child.tgid;
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

    private boolean eligible(ThreadGroup child) {
        boolean named = switch (which) {
            case WaitFlags.P_PID -> child.tgid == id;
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

    private void ended(ThreadGroup child) {
        status = child.exitStatus();
        int killer = status & 0x7f;
        if (killer == 0) {
            code = SiCode.CLD_EXITED;
            siStatus = status >> 8 & 0xff;
        } else {
            code = (status & WaitFlags.WCOREFLAG) != 0 ? SiCode.CLD_DUMPED : SiCode.CLD_KILLED;
            siStatus = killer;
        }
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
        uid = leader == null ? 0 : leader.credentials().uid();
        usage = child.deadThreads.copy();
        usage.add(child.deadChildren);
    }
}
