package umlaut.kernel.signal;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SiCode;
import umlaut.abi.Siginfo;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.ProcessGroup;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskTable;
import umlaut.kernel.task.ThreadGroup;

/** Sending: kill(2), tkill(2), tgkill(2), rt_sigqueueinfo(2), rt_tgsigqueueinfo(2). */
public final class KillCalls {
    private KillCalls() {}

    public static long kill(Task task, int pid, int signo) {
        SigInfo info = userInfo(task, signo);
        if (pid > 0) {
            Task target = task.findTask(pid);
            return target == null ? Errno.ESRCH.negative() : toProcess(task, target.group, info);
        }
        if (pid == Integer.MIN_VALUE) {
            return Errno.ESRCH.negative();
        }
        TaskTable tasks = task.kernel.tasks;
        tasks.lock.lock();
        try {
            if (pid == -1) {
                List<ThreadGroup> all = tasks.groups();
                all.removeIf(g -> g == task.group || task.pidSeen(g.tgid) <= 1);
                return toMany(task, all, info);
            }
            ProcessGroup group =
                    pid == 0 ? task.group.processGroup : tasks.processGroup(task.group.pidNs.toGlobal(-pid));
            return group == null ? Errno.ESRCH.negative() : toMany(task, List.copyOf(group.members), info);
        } finally {
            tasks.lock.unlock();
        }
    }

    /** Success if one could be sent to. */
    private static long toMany(Task task, Collection<ThreadGroup> targets, SigInfo info) {
        long result = Errno.ESRCH.negative();
        boolean sent = false;
        for (ThreadGroup target : targets) {
            long one = toProcess(task, target, info);
            sent |= one == 0;
            result = one;
        }
        return sent ? 0 : result;
    }

    /** With the checks of permission and number. */
    public static long toProcess(Task task, ThreadGroup target, SigInfo info) {
        long error = check(task, target, info.signo());
        return error != 0 ? error : Signals.send(target, adapt(task, target, info));
    }

    /** What kill(2) tells of its caller, in the caller's own numbers. */
    public static SigInfo userInfo(Task task, int signo) {
        return SigInfo.user(signo, task.group.pidInside, shownUid(task));
    }

    private static int shownUid(Task task) {
        Credentials c = task.credentials();
        return c.userNs().showUid(c.uid());
    }

    /** The sender as the receiver's namespaces know him: pid 0 when it does not see him (send_signal_locked). */
    private static SigInfo adapt(Task sender, ThreadGroup target, SigInfo info) {
        Task leader = target.leader();
        boolean unseen = target.pidNs.fromGlobal(sender.group.tgid) == 0;
        UserNamespace mine = sender.credentials().userNs();
        UserNamespace theirs = leader == null ? mine : leader.credentials().userNs();
        if (!unseen && mine == theirs) {
            return info;
        }
        int uid = mine == theirs ? info.uid() : theirs.showUid(mine.uidOutside(info.uid()));
        return info.from(unseen ? 0 : info.pid(), uid);
    }

    private static long check(Task task, ThreadGroup target, int signo) {
        if (signo < 0 || signo > Signal.NSIG) {
            return Errno.EINVAL.negative();
        }
        return SignalPermission.mayKill(task, target, signo) ? 0 : Errno.EPERM.negative();
    }

    public static long tkill(Task task, int tid, int signo) {
        return tid <= 0 ? Errno.EINVAL.negative() : toThread(task, 0, tid, tkillInfo(task, signo));
    }

    public static long tgkill(Task task, int tgid, int tid, int signo) {
        if (tgid <= 0 || tid <= 0) {
            return Errno.EINVAL.negative();
        }
        return toThread(task, tgid, tid, tkillInfo(task, signo));
    }

    private static SigInfo tkillInfo(Task task, int signo) {
        return SigInfo.queued(signo, SiCode.SI_TKILL, task.group.pidInside, shownUid(task), 0);
    }

    private static long toThread(Task task, int tgid, int tid, SigInfo info) {
        Task target = task.findTask(tid);
        if (target == null || tgid > 0 && task.pidSeen(target.group.tgid) != tgid) {
            return Errno.ESRCH.negative();
        }
        long error = check(task, target.group, info.signo());
        return error != 0 ? error : Signals.send(target, adapt(task, target.group, info));
    }

    /** rt_sigqueueinfo(2). */
    public static long queue(Task task, int pid, int signo, long address) {
        SigInfo info = SigInfoLayout.readGiven(task.memory.struct(address, Siginfo.SIZE), signo);
        Task target = task.findTask(pid);
        if (!mayClaim(task, info, target == null ? null : target.group)) {
            return Errno.EPERM.negative();
        }
        return target == null ? Errno.ESRCH.negative() : toProcess(task, target.group, info);
    }

    /** rt_tgsigqueueinfo(2). */
    public static long queueToThread(Task task, int tgid, int tid, int signo, long address) {
        SigInfo info = SigInfoLayout.readGiven(task.memory.struct(address, Siginfo.SIZE), signo);
        if (tgid <= 0 || tid <= 0) {
            return Errno.EINVAL.negative();
        }
        Task target = task.findTask(tid);
        boolean may = mayClaim(task, info, target == null ? null : target.group);
        return may ? toThread(task, tgid, tid, info) : Errno.EPERM.negative();
    }

    /** Nobody may pose as the kernel, kill(2) or tgkill(2), but to himself. */
    public static boolean mayClaim(Task task, SigInfo info, @Nullable ThreadGroup target) {
        return info.code() < 0 && info.code() != SiCode.SI_TKILL || target == task.group;
    }

    /** pidfd_send_signal(2). @param thread the thread meant, or null for the process */
    public static long toPidFd(Task task, ThreadGroup group, @Nullable Task thread, SigInfo info) {
        if (task.kernel.tasks.group(group.tgid) != group) {
            return Errno.ESRCH.negative();
        }
        if (thread == null) {
            return toProcess(task, group, info);
        }
        if (thread.exited) {
            return Errno.ESRCH.negative();
        }
        long error = check(task, group, info.signo());
        return error != 0 ? error : Signals.send(thread, adapt(task, thread.group, info));
    }
}
