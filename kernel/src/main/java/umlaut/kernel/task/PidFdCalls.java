package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.PidfdFlags;
import umlaut.abi.Rlimit;
import umlaut.abi.Siginfo;
import umlaut.kernel.signal.KillCalls;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SigInfoLayout;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.vfs.File;

/** pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2). */
public final class PidFdCalls {
    private PidFdCalls() {}

    public static long open(Task task, int pid, int flags) {
        if ((flags & ~(PidfdFlags.PIDFD_NONBLOCK | PidfdFlags.PIDFD_THREAD)) != 0 || pid <= 0) {
            return Errno.EINVAL.negative();
        }
        Task target = task.findTask(pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        boolean thread = (flags & PidfdFlags.PIDFD_THREAD) != 0;
        if (!thread && !target.isLeader()) {
            return Errno.ENOENT.negative();
        }
        return PidFile.install(task, target.group, thread ? target : null, flags & PidfdFlags.PIDFD_NONBLOCK);
    }

    public static long sendSignal(Task task, int fd, int signo, long infoAddress, int flags) {
        int known = PidfdFlags.PIDFD_SIGNAL_THREAD
                | PidfdFlags.PIDFD_SIGNAL_THREAD_GROUP
                | PidfdFlags.PIDFD_SIGNAL_PROCESS_GROUP;
        if ((flags & ~known) != 0 || Integer.bitCount(flags) > 1) {
            return Errno.EINVAL.negative();
        }
        ThreadGroup group = task.group;
        Task thread = fd == PidfdFlags.PIDFD_SELF_THREAD ? task : null;
        if (fd != PidfdFlags.PIDFD_SELF_THREAD && fd != PidfdFlags.PIDFD_SELF_THREAD_GROUP) {
            ThreadGroup named = task.files().get(fd).inode() instanceof ProcessDirectory d ? d.process() : null;
            if (named != null) {
                group = named;
            } else {
                PidFile file = PidFile.of(task, fd);
                group = file.group;
                thread = file.thread;
            }
        }
        if (flags == PidfdFlags.PIDFD_SIGNAL_THREAD) {
            thread = thread == null ? group.leader() : thread;
        } else if (flags != 0) {
            thread = null;
        }
        SigInfo info = KillCalls.userInfo(task, signo);
        if (infoAddress != 0) {
            info = SigInfoLayout.readGiven(task.memory.struct(infoAddress, Siginfo.SIZE), signo);
            int claimed = task.memory.getInt(infoAddress + Siginfo.SI_SIGNO);
            if (claimed != signo) {
                return Errno.EINVAL.negative();
            }
            if (!KillCalls.mayClaim(task, info, group)) {
                return Errno.EPERM.negative();
            }
        }
        if (flags == PidfdFlags.PIDFD_SIGNAL_PROCESS_GROUP) {
            Signals.send(task.kernel, group.processGroup, info);
            return 0;
        }
        return KillCalls.toPidFd(task, group, thread, info);
    }

    /** A copy of another process's descriptor, for who may trace it. */
    public static long getFd(Task task, int pidFd, int fd, int flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        PidFile file = PidFile.of(task, pidFd);
        Task target = file.thread != null ? file.thread : liveThread(file.group);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        if (!TraceAccess.mayAttach(task, target)) {
            return Errno.EPERM.negative();
        }
        File found = target.files().hold(fd);
        try {
            return task.files().install(found, true, 0, task.group.limits.soft(Rlimit.RLIMIT_NOFILE));
        } catch (ErrnoException e) {
            found.release();
            throw e;
        }
    }

    private static @Nullable Task liveThread(ThreadGroup group) {
        for (Task t : group.threads()) {
            if (!t.exited) {
                return t;
            }
        }
        return null;
    }
}
