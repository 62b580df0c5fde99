package umlaut.kernel.ns;

import umlaut.abi.Capability;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.kernel.UtsName;
import umlaut.kernel.cgroup.CgroupNamespace;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.cred.NamespaceCredentials;
import umlaut.kernel.sysv.IpcNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.Path;

/** What clone(2), unshare(2) and setns(2) do with namespaces (Linux: kernel/nsproxy.c, the install operations of each kind). */
public final class NamespaceCalls {
    private static final long USER = CloneFlags.CLONE_NEWUSER;

    private NamespaceCalls() {}

    /**
     * A set of new namespaces, not in force yet.
     *
     * @param credentials in the new user namespace, or the old ones
     * @param fs with the new mount namespace, or as given
     */
    public record Fresh(Credentials credentials, NsProxy ns, FsContext fs) {}

    /**
     * Makes what {@code flags} ask for (copy_creds, copy_namespaces, unshare_nsproxy_namespaces).
     *
     * @param fs of the task that will have them; its own, not shared, if a mount namespace is asked for
     * @throws umlaut.abi.ErrnoException EPERM, EINVAL, ENOSPC
     */
    public static Fresh create(Task task, long flags, FsContext fs) {
        Namespaces all = task.kernel.namespaces;
        Credentials who = task.credentials();
        if ((flags & USER) != 0) {
            UserNamespace fresh = UserNamespace.create(who, chrooted(task.fs()), all.nextIno());
            who = NamespaceCredentials.inside(who, fresh);
        }
        NsProxy ns = task.ns();
        if ((flags & Namespaces.ALL_BUT_USER) != 0) {
            if (!who.capableHere(Capability.CAP_SYS_ADMIN)) {
                throw Errno.EPERM.exception();
            }
            ns = all.copy(ns, task.group, who.userNs(), flags);
            if ((flags & CloneFlags.CLONE_NEWNS) != 0) {
                task.kernel.vfs.mounts().copyNamespace(fs, who.userNs(), all.nextIno());
            }
        }
        return new Fresh(who, ns, fs);
    }

    /** Is the task's root not the top of its mount namespace (current_chrooted)? */
    private static boolean chrooted(FsContext fs) {
        return !fs.root().is(fs.namespace().rootPath());
    }

    // --- setns ---

    /** One of another process's, or of a file's. @throws umlaut.abi.ErrnoException EPERM, EINVAL */
    public static void join(Task task, Namespace target) {
        switch (target.kind()) {
            case UTS -> {
                requireBoth(task, target);
                task.setNs(task.ns().with((UtsName) target));
            }
            case IPC -> {
                requireBoth(task, target);
                task.setNs(task.ns().with((IpcNamespace) target));
            }
            case PID -> {
                requireBoth(task, target);
                PidNamespace pids = (PidNamespace) target;
                if (!pids.isWithin(task.group.pidNs)) {
                    throw Errno.EINVAL.exception();
                }
                task.setNs(task.ns().with(pids));
            }
            case MNT -> joinMounts(task, (MountNamespace) target);
            case USER -> joinUser(task, (UserNamespace) target);
            case NET -> {
                requireBoth(task, target);
                task.setNs(task.ns().withNet((PlainNamespace) target));
            }
            case TIME -> {
                if (task.group.liveThreads() > 1) {
                    throw Errno.EUSERS.exception();
                }
                requireBoth(task, target);
                TimeNamespace time = (TimeNamespace) target;
                task.setNs(task.ns().withTime(time, time));
                time.enter(task);
            }
            case CGROUP -> {
                requireBoth(task, target);
                task.setNs(task.ns().with((CgroupNamespace) target));
            }
        }
    }

    private static void requireBoth(Task task, Namespace target) {
        Credentials who = task.credentials();
        UserNamespace owner = target.owner();
        if (owner == null
                || !who.capableIn(owner, Capability.CAP_SYS_ADMIN)
                || !who.capableHere(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    private static void joinMounts(Task task, MountNamespace target) {
        requireBoth(task, target);
        if (!task.credentials().capableHere(Capability.CAP_SYS_CHROOT)) {
            throw Errno.EPERM.exception();
        }
        if (target.anonymous() || fsShared(task)) {
            throw Errno.EINVAL.exception();
        }
        FsContext fs = task.fs();
        MountNamespace old = fs.namespace();
        Path top = target.rootPath();
        fs.setRoot(top);
        fs.setCwd(top);
        fs.setNamespace(target);
        task.kernel.vfs.facts.reconsider(task);
        if (old != target) {
            task.kernel.vfs.mounts().left(old);
        }
    }

    private static void joinUser(Task task, UserNamespace target) {
        Credentials who = task.credentials();
        if (target == who.userNs() || task.group.liveThreads() > 1 || fsShared(task)) {
            throw Errno.EINVAL.exception();
        }
        if (!who.capableIn(target, Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        task.setCredentials(NamespaceCredentials.inside(who, target));
    }

    /** Does another task use the same root and working directory? */
    private static boolean fsShared(Task task) {
        for (Task other : task.kernel.tasks.tasks()) {
            if (other != task && !other.exited && other.fs() == task.fs()) {
                return true;
            }
        }
        return false;
    }
}
