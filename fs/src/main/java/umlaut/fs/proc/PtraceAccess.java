package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;

/** May one task look into another? ptrace(2), "Ptrace access mode checking" (Linux: __ptrace_may_access, with the reader's file system ids). */
final class PtraceAccess {
    private PtraceAccess() {}

    static boolean may(@Nullable Task reader, Task target) {
        if (reader == null || reader.group == target.group) {
            return true;
        }
        Credentials who = reader.credentials();
        if (who.capable(Capability.CAP_SYS_PTRACE)) {
            return true;
        }
        Credentials whom = target.credentials();
        int uid = who.fsuid();
        int gid = who.fsgid();
        boolean same = uid == whom.euid()
                && uid == whom.suid()
                && uid == whom.uid()
                && gid == whom.egid()
                && gid == whom.sgid()
                && gid == whom.gid();
        Mm mm = target.mmOrNull();
        return same && (mm == null || mm.dumpable() == 1) && (whom.permitted() & ~who.permitted()) == 0;
    }

    /** @throws umlaut.abi.ErrnoException EACCES, as procfs answers */
    static void require(@Nullable Task reader, Task target) {
        if (!may(reader, target)) {
            throw Errno.EACCES.exception();
        }
    }
}
