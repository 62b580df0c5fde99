package umlaut.kernel.task;

import umlaut.abi.Capability;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.Domain;
import umlaut.kernel.mm.Mm;

/** Who may look into another process: the "ptrace access mode checking" of ptrace(2) (Linux: __ptrace_may_access). */
public final class TraceAccess {
    private TraceAccess() {}

    /** PTRACE_MODE_READ_FSCREDS: most of /proc/PID. */
    public static boolean mayRead(Task caller, Task target) {
        Credentials mine = caller.credentials();
        return allowed(caller, target, mine.fsuid(), mine.fsgid());
    }

    /** PTRACE_MODE_ATTACH_REALCREDS: process_vm_readv(2), pidfd_getfd(2), kcmp(2). */
    public static boolean mayAttach(Task caller, Task target) {
        Credentials mine = caller.credentials();
        return allowed(caller, target, mine.uid(), mine.gid());
    }

    private static boolean allowed(Task caller, Task target, int uid, int gid) {
        if (caller.group == target.group) {
            return true;
        }
        Credentials mine = caller.credentials();
        Credentials theirs = target.credentials();
        boolean privileged = mine.capableIn(theirs.userNs(), Capability.CAP_SYS_PTRACE);
        boolean same = uid == theirs.uid()
                && uid == theirs.euid()
                && uid == theirs.suid()
                && gid == theirs.gid()
                && gid == theirs.egid()
                && gid == theirs.sgid();
        if (!same && !privileged) {
            return false;
        }
        Mm mm = target.mmOrNull();
        if (mm != null && mm.dumpable() != 1 && !privileged || !Domain.mayTrace(mine, theirs)) {
            return false;
        }
        return privileged || mine.userNs() == theirs.userNs() && (theirs.permitted() & ~mine.permitted()) == 0;
    }
}
