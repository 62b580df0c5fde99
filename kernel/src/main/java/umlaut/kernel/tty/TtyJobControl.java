package umlaut.kernel.tty;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.PendingSignals;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.SigAction;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.ProcessGroup;
import umlaut.kernel.task.Session;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * Controlling terminals and job control (credentials(7), drivers/tty/tty_jobctrl.c): which session a terminal belongs to, which of its process groups is in the
 * foreground, and who must not touch it now. All under {@code kernel.tasks.lock}; no terminal lock is held.
 */
public final class TtyJobControl {
    private TtyJobControl() {}

    /** The caller's controlling terminal. */
    public static @Nullable Tty of(Task task) {
        return task.group.processGroup.session.tty;
    }

    static void signalForeground(Tty tty, int signo) {
        ProcessGroup group = tty.foreground;
        if (group != null) {
            Signals.send(tty.kernel, group, SigInfo.kernel(signo));
        }
    }

    /**
     * May the task use the terminal, or is it in the background (tty_check_change)?
     *
     * @param signo SIGTTIN for reading, SIGTTOU for writing and changing
     * @return 0 to go on, -EIO, or -ERESTARTSYS after the whole group was sent the signal
     */
    static long check(Task task, Tty tty, int signo) {
        ProcessGroup mine = task.group.processGroup;
        ProcessGroup foreground = tty.foreground;
        if (mine.session.tty != tty || foreground == null || foreground == mine) {
            return 0;
        }
        boolean ignored = (task.blockedSignals() & PendingSignals.bit(signo)) != 0
                || task.group.handlers().get(signo).handler() == SigAction.SIG_IGN;
        if (ignored) {
            return signo == Signal.SIGTTIN ? Errno.EIO.negative() : 0;
        }
        if (orphaned(task.kernel, mine)) {
            return Errno.EIO.negative();
        }
        Signals.send(task.kernel, mine, SigInfo.kernel(signo));
        return -Restart.ERESTARTSYS;
    }

    /** No member has a parent in another group of the same session: nobody could continue it (POSIX "orphaned process group"). */
    public static boolean orphaned(Kernel kernel, ProcessGroup group) {
        ReentrantLock lock = kernel.tasks.lock;
        lock.lock();
        try {
            for (ThreadGroup member : group.members) {
                ThreadGroup parent = member.parent;
                if (parent != null
                        && !member.exiting()
                        && parent.processGroup != group
                        && parent.processGroup.session == group.session) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Opening a terminal: a session leader without one gets it (O_NOCTTY is checked by the caller). */
    static void opened(Task task, Tty tty) {
        ReentrantLock lock = task.kernel.tasks.lock;
        lock.lock();
        try {
            Session session = task.group.processGroup.session;
            if (session.sid == task.group.tgid && session.tty == null && tty.session == null) {
                attach(tty, session, task.group.processGroup);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void attach(Tty tty, Session session, ProcessGroup foreground) {
        tty.session = session;
        tty.foreground = foreground;
        session.tty = tty;
    }

    /** TIOCSCTTY. @param force argument 1 of a privileged caller: take it from its session */
    static void acquire(Task task, Tty tty, boolean force) {
        ReentrantLock lock = task.kernel.tasks.lock;
        lock.lock();
        try {
            Session session = task.group.processGroup.session;
            if (tty.session == session && session.sid == task.group.tgid) {
                return;
            }
            if (session.sid != task.group.tgid || session.tty != null) {
                throw Errno.EPERM.exception();
            }
            Session other = tty.session;
            if (other != null) {
                if (!force || !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
                    throw Errno.EPERM.exception();
                }
                other.tty = null;
            }
            attach(tty, session, task.group.processGroup);
        } finally {
            lock.unlock();
        }
    }

    /** TIOCNOTTY, and the end of a session leader: the session loses its terminal; the foreground is told by SIGHUP and SIGCONT. */
    public static void disassociate(Task task) {
        ProcessGroup foreground = null;
        ReentrantLock lock = task.kernel.tasks.lock;
        lock.lock();
        try {
            Session session = task.group.processGroup.session;
            Tty tty = session.tty;
            if (tty == null || session.sid != task.group.tgid) {
                return;
            }
            foreground = tty.foreground;
            tty.session = null;
            tty.foreground = null;
            session.tty = null;
        } finally {
            lock.unlock();
        }
        if (foreground != null) {
            Signals.send(task.kernel, foreground, SigInfo.kernel(Signal.SIGHUP));
            Signals.send(task.kernel, foreground, SigInfo.kernel(Signal.SIGCONT));
        }
    }

    /** The line has dropped: the session leader and the foreground get SIGHUP and SIGCONT, the session has no terminal any more. */
    static void hangup(Tty tty) {
        Kernel kernel = tty.kernel;
        ProcessGroup foreground;
        ThreadGroup leader = null;
        kernel.tasks.lock.lock();
        try {
            foreground = tty.foreground;
            Session session = tty.session;
            if (session != null) {
                leader = kernel.tasks.group(session.sid);
                session.tty = null;
            }
            tty.session = null;
            tty.foreground = null;
        } finally {
            kernel.tasks.lock.unlock();
        }
        if (leader != null) {
            Signals.send(leader, SigInfo.kernel(Signal.SIGHUP));
            Signals.send(leader, SigInfo.kernel(Signal.SIGCONT));
        }
        if (foreground != null) {
            Signals.send(kernel, foreground, SigInfo.kernel(Signal.SIGHUP));
        }
    }

    /** tcgetpgrp(3). @param own the terminal is asked for by its own session, not by a pty's master */
    static int foregroundGroup(Task task, Tty tty, boolean own) {
        if (own && of(task) != tty) {
            throw Errno.ENOTTY.exception();
        }
        ProcessGroup group = tty.foreground;
        return group == null ? 0 : group.pgid;
    }

    static int sessionId(Task task, Tty tty, boolean own) {
        Session session = tty.session;
        if (session == null || own && of(task) != tty) {
            throw Errno.ENOTTY.exception();
        }
        return session.sid;
    }

    /** tcsetpgrp(3). @return 0 or the result of {@link #check} */
    static long setForegroundGroup(Task task, Tty tty, int pgid, boolean own) {
        long background = check(task, tty, Signal.SIGTTOU);
        if (background != 0) {
            return background;
        }
        if (pgid < 0) {
            return Errno.EINVAL.negative();
        }
        ReentrantLock lock = task.kernel.tasks.lock;
        lock.lock();
        try {
            Session session = task.group.processGroup.session;
            if (own && session.tty != tty || tty.session != session) {
                return Errno.ENOTTY.negative();
            }
            ProcessGroup group = task.kernel.tasks.processGroup(task.group.pidNs.toGlobal(pgid));
            if (group == null) {
                return Errno.ESRCH.negative();
            }
            if (group.session != session) {
                return Errno.EPERM.negative();
            }
            tty.foreground = group;
            return 0;
        } finally {
            lock.unlock();
        }
    }
}
