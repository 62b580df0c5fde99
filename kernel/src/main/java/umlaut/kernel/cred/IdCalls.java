package umlaut.kernel.cred;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.kernel.task.Task;

/**
 * User and group ids: credentials(7), setresuid(2) and its relatives (Linux: kernel/sys.c; the effect on capabilities:
 * cap_task_fix_setuid in security/commoncap.c).
 */
public final class IdCalls {
    private static final int KEEP = -1;
    private static final long FILE_SYSTEM_CAPABILITIES = bit(Capability.CAP_CHOWN)
            | bit(Capability.CAP_MKNOD)
            | bit(Capability.CAP_DAC_OVERRIDE)
            | bit(Capability.CAP_DAC_READ_SEARCH)
            | bit(Capability.CAP_FOWNER)
            | bit(Capability.CAP_FSETID)
            | bit(Capability.CAP_LINUX_IMMUTABLE)
            | bit(Capability.CAP_MAC_OVERRIDE);

    private IdCalls() {}

    private static long bit(int capability) {
        return 1L << capability;
    }

    public static long setuid(Task task, int uid) {
        Credentials old = task.credentials();
        NewCredentials fresh = new NewCredentials(old);
        if (uid == KEEP) {
            return Errno.EINVAL.negative();
        }
        if (old.capable(Capability.CAP_SETUID)) {
            fresh.uid = uid;
            fresh.suid = uid;
        } else if (uid != old.uid() && uid != old.suid()) {
            return Errno.EPERM.negative();
        }
        fresh.euid = uid;
        fresh.fsuid = uid;
        return commitUser(task, old, fresh);
    }

    public static long setreuid(Task task, int ruid, int euid) {
        Credentials old = task.credentials();
        boolean may = old.capable(Capability.CAP_SETUID);
        if (ruid != KEEP && !may && ruid != old.uid() && ruid != old.euid()
                || euid != KEEP && !may && euid != old.uid() && euid != old.euid() && euid != old.suid()) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.uid = ruid == KEEP ? old.uid() : ruid;
        fresh.euid = euid == KEEP ? old.euid() : euid;
        if (ruid != KEEP || euid != KEEP && euid != old.uid()) {
            fresh.suid = fresh.euid;
        }
        fresh.fsuid = fresh.euid;
        return commitUser(task, old, fresh);
    }

    public static long setresuid(Task task, int ruid, int euid, int suid) {
        Credentials old = task.credentials();
        if (!old.capable(Capability.CAP_SETUID) && !(isUser(old, ruid) && isUser(old, euid) && isUser(old, suid))) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.uid = ruid == KEEP ? old.uid() : ruid;
        fresh.euid = euid == KEEP ? old.euid() : euid;
        fresh.suid = suid == KEEP ? old.suid() : suid;
        fresh.fsuid = fresh.euid;
        return commitUser(task, old, fresh);
    }

    private static boolean isUser(Credentials c, int uid) {
        return uid == KEEP || uid == c.uid() || uid == c.euid() || uid == c.suid();
    }

    /** @return the old one, whether it was changed or not */
    public static long setfsuid(Task task, int uid) {
        Credentials old = task.credentials();
        long before = old.fsuid() & 0xffff_ffffL;
        if (uid == KEEP || !isUser(old, uid) && uid != old.fsuid() && !old.capable(Capability.CAP_SETUID)) {
            return before;
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.fsuid = uid;
        if ((old.securebits() & Securebits.NO_SETUID_FIXUP) == 0) {
            if (old.fsuid() == 0 && uid != 0) {
                fresh.effective &= ~FILE_SYSTEM_CAPABILITIES;
            } else if (old.fsuid() != 0 && uid == 0) {
                fresh.effective |= fresh.permitted & FILE_SYSTEM_CAPABILITIES;
            }
        }
        fresh.commit(task);
        return before;
    }

    private static long commitUser(Task task, Credentials old, NewCredentials fresh) {
        if ((old.securebits() & Securebits.NO_SETUID_FIXUP) == 0) {
            boolean wasRoot = old.uid() == 0 || old.euid() == 0 || old.suid() == 0;
            boolean isRoot = fresh.uid == 0 || fresh.euid == 0 || fresh.suid == 0;
            if (wasRoot && !isRoot) {
                if ((old.securebits() & Securebits.KEEP_CAPS) == 0) {
                    fresh.permitted = 0;
                    fresh.effective = 0;
                }
                fresh.ambient = 0;
            }
            if (old.euid() == 0 && fresh.euid != 0) {
                fresh.effective = 0;
            } else if (old.euid() != 0 && fresh.euid == 0) {
                fresh.effective = fresh.permitted;
            }
        }
        return fresh.commit(task);
    }

    // --- groups ---

    public static long setgid(Task task, int gid) {
        Credentials old = task.credentials();
        if (gid == KEEP) {
            return Errno.EINVAL.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        if (old.capable(Capability.CAP_SETGID)) {
            fresh.gid = gid;
            fresh.sgid = gid;
        } else if (gid != old.gid() && gid != old.sgid()) {
            return Errno.EPERM.negative();
        }
        fresh.egid = gid;
        fresh.fsgid = gid;
        return fresh.commit(task);
    }

    public static long setregid(Task task, int rgid, int egid) {
        Credentials old = task.credentials();
        boolean may = old.capable(Capability.CAP_SETGID);
        if (rgid != KEEP && !may && rgid != old.gid() && rgid != old.egid()
                || egid != KEEP && !may && egid != old.gid() && egid != old.egid() && egid != old.sgid()) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.gid = rgid == KEEP ? old.gid() : rgid;
        fresh.egid = egid == KEEP ? old.egid() : egid;
        if (rgid != KEEP || egid != KEEP && egid != old.gid()) {
            fresh.sgid = fresh.egid;
        }
        fresh.fsgid = fresh.egid;
        return fresh.commit(task);
    }

    public static long setresgid(Task task, int rgid, int egid, int sgid) {
        Credentials old = task.credentials();
        if (!old.capable(Capability.CAP_SETGID) && !(isGroup(old, rgid) && isGroup(old, egid) && isGroup(old, sgid))) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.gid = rgid == KEEP ? old.gid() : rgid;
        fresh.egid = egid == KEEP ? old.egid() : egid;
        fresh.sgid = sgid == KEEP ? old.sgid() : sgid;
        fresh.fsgid = fresh.egid;
        return fresh.commit(task);
    }

    private static boolean isGroup(Credentials c, int gid) {
        return gid == KEEP || gid == c.gid() || gid == c.egid() || gid == c.sgid();
    }

    public static long setfsgid(Task task, int gid) {
        Credentials old = task.credentials();
        long before = old.fsgid() & 0xffff_ffffL;
        if (gid != KEEP && (isGroup(old, gid) || gid == old.fsgid() || old.capable(Capability.CAP_SETGID))) {
            NewCredentials fresh = new NewCredentials(old);
            fresh.fsgid = gid;
            fresh.commit(task);
        }
        return before;
    }

    private static long getThree(Task task, long first, int a, long second, int b, long third, int c) {
        task.memory.putInt(first, a);
        task.memory.putInt(second, b);
        task.memory.putInt(third, c);
        return 0;
    }

    public static long getresuid(Task task, long r, long e, long s) {
        Credentials c = task.credentials();
        return getThree(task, r, c.uid(), e, c.euid(), s, c.suid());
    }

    public static long getresgid(Task task, long r, long e, long s) {
        Credentials c = task.credentials();
        return getThree(task, r, c.gid(), e, c.egid(), s, c.sgid());
    }

    public static long getgroups(Task task, int size, long address) {
        int[] groups = task.credentials().groups();
        if (size < 0 || size != 0 && size < groups.length) {
            return Errno.EINVAL.negative();
        }
        if (size != 0) {
            for (int i = 0; i < groups.length; i++) {
                task.memory.putInt(address + 4L * i, groups[i]);
            }
        }
        return groups.length;
    }

    public static long setgroups(Task task, int count, long address) {
        if (!task.credentials().capable(Capability.CAP_SETGID)) {
            return Errno.EPERM.negative();
        }
        if (count < 0 || count > Limits.NGROUPS_MAX) {
            return Errno.EINVAL.negative();
        }
        byte[] raw = task.memory.bytes(address, count * 4);
        int[] groups = new int[count];
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(groups);
        Arrays.sort(groups);
        NewCredentials fresh = new NewCredentials(task.credentials());
        fresh.groups = groups;
        return fresh.commit(task);
    }
}
