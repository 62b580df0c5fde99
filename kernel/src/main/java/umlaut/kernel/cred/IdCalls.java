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

    /** The global id of what the caller calls {@code uid}; KEEP stays KEEP. @throws umlaut.abi.ErrnoException EINVAL for an id without meaning */
    private static int user(Task task, int uid) {
        int outside = task.credentials().userNs().uidOutside(uid);
        if (outside == -1 && uid != KEEP) {
            throw Errno.EINVAL.exception();
        }
        return outside;
    }

    private static int group(Task task, int gid) {
        int outside = task.credentials().userNs().gidOutside(gid);
        if (outside == -1 && gid != KEEP) {
            throw Errno.EINVAL.exception();
        }
        return outside;
    }

    public static long setuid(Task task, int insideUid) {
        int uid = user(task, insideUid);
        Credentials old = task.credentials();
        NewCredentials fresh = new NewCredentials(old);
        if (uid == KEEP) {
            return Errno.EINVAL.negative();
        }
        if (old.capableHere(Capability.CAP_SETUID)) {
            fresh.uid = uid;
            fresh.suid = uid;
        } else if (uid != old.uid() && uid != old.suid()) {
            return Errno.EPERM.negative();
        }
        fresh.euid = uid;
        fresh.fsuid = uid;
        return commitUser(task, old, fresh);
    }

    public static long setreuid(Task task, int insideRuid, int insideEuid) {
        int ruid = user(task, insideRuid);
        int euid = user(task, insideEuid);
        Credentials old = task.credentials();
        boolean may = old.capableHere(Capability.CAP_SETUID);
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

    public static long setresuid(Task task, int insideRuid, int insideEuid, int insideSuid) {
        int ruid = user(task, insideRuid);
        int euid = user(task, insideEuid);
        int suid = user(task, insideSuid);
        Credentials old = task.credentials();
        if (!old.capableHere(Capability.CAP_SETUID) && !(isUser(old, ruid) && isUser(old, euid) && isUser(old, suid))) {
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
    public static long setfsuid(Task task, int insideUid) {
        Credentials old = task.credentials();
        int uid = old.userNs().uidOutside(insideUid);
        long before = old.userNs().showUid(old.fsuid()) & 0xffff_ffffL;
        if (uid == KEEP || !isUser(old, uid) && uid != old.fsuid() && !old.capableHere(Capability.CAP_SETUID)) {
            return before;
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.fsuid = uid;
        if ((old.securebits() & Securebits.NO_SETUID_FIXUP) == 0) {
            int root = old.userNs().rootUid();
            if (old.fsuid() == root && uid != root) {
                fresh.effective &= ~FILE_SYSTEM_CAPABILITIES;
            } else if (old.fsuid() != root && uid == root) {
                fresh.effective |= fresh.permitted & FILE_SYSTEM_CAPABILITIES;
            }
        }
        fresh.commit(task);
        return before;
    }

    private static long commitUser(Task task, Credentials old, NewCredentials fresh) {
        if ((old.securebits() & Securebits.NO_SETUID_FIXUP) == 0) {
            int root = old.userNs().rootUid();
            boolean wasRoot = old.uid() == root || old.euid() == root || old.suid() == root;
            boolean isRoot = fresh.uid == root || fresh.euid == root || fresh.suid == root;
            if (wasRoot && !isRoot) {
                if ((old.securebits() & Securebits.KEEP_CAPS) == 0) {
                    fresh.permitted = 0;
                    fresh.effective = 0;
                }
                fresh.ambient = 0;
            }
            if (old.euid() == root && fresh.euid != root) {
                fresh.effective = 0;
            } else if (old.euid() != root && fresh.euid == root) {
                fresh.effective = fresh.permitted;
            }
        }
        return fresh.commit(task);
    }

    // --- groups ---

    public static long setgid(Task task, int insideGid) {
        int gid = group(task, insideGid);
        Credentials old = task.credentials();
        if (gid == KEEP) {
            return Errno.EINVAL.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        if (old.capableHere(Capability.CAP_SETGID)) {
            fresh.gid = gid;
            fresh.sgid = gid;
        } else if (gid != old.gid() && gid != old.sgid()) {
            return Errno.EPERM.negative();
        }
        fresh.egid = gid;
        fresh.fsgid = gid;
        return fresh.commit(task);
    }

    public static long setregid(Task task, int insideRgid, int insideEgid) {
        int rgid = group(task, insideRgid);
        int egid = group(task, insideEgid);
        Credentials old = task.credentials();
        boolean may = old.capableHere(Capability.CAP_SETGID);
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

    public static long setresgid(Task task, int insideRgid, int insideEgid, int insideSgid) {
        int rgid = group(task, insideRgid);
        int egid = group(task, insideEgid);
        int sgid = group(task, insideSgid);
        Credentials old = task.credentials();
        if (!old.capableHere(Capability.CAP_SETGID)
                && !(isGroup(old, rgid) && isGroup(old, egid) && isGroup(old, sgid))) {
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

    public static long setfsgid(Task task, int insideGid) {
        Credentials old = task.credentials();
        int gid = old.userNs().gidOutside(insideGid);
        long before = old.userNs().showGid(old.fsgid()) & 0xffff_ffffL;
        if (gid != KEEP && (isGroup(old, gid) || gid == old.fsgid() || old.capableHere(Capability.CAP_SETGID))) {
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
        return getThree(
                task,
                r,
                c.userNs().showUid(c.uid()),
                e,
                c.userNs().showUid(c.euid()),
                s,
                c.userNs().showUid(c.suid()));
    }

    public static long getresgid(Task task, long r, long e, long s) {
        Credentials c = task.credentials();
        return getThree(
                task,
                r,
                c.userNs().showGid(c.gid()),
                e,
                c.userNs().showGid(c.egid()),
                s,
                c.userNs().showGid(c.sgid()));
    }

    public static long getgroups(Task task, int size, long address) {
        int[] groups = task.credentials().groups();
        if (size < 0 || size != 0 && size < groups.length) {
            return Errno.EINVAL.negative();
        }
        if (size != 0) {
            for (int i = 0; i < groups.length; i++) {
                task.memory.putInt(address + 4L * i, task.credentials().userNs().showGid(groups[i]));
            }
        }
        return groups.length;
    }

    public static long setgroups(Task task, int count, long address) {
        if (!task.credentials().capableHere(Capability.CAP_SETGID)
                || !task.credentials().userNs().maySetGroups()) {
            return Errno.EPERM.negative();
        }
        if (count < 0 || count > Limits.NGROUPS_MAX) {
            return Errno.EINVAL.negative();
        }
        byte[] raw = task.memory.bytes(address, count * 4);
        int[] groups = new int[count];
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(groups);
        for (int i = 0; i < count; i++) {
            groups[i] = group(task, groups[i]);
            if (groups[i] == KEEP) {
                return Errno.EINVAL.negative();
            }
        }
        Arrays.sort(groups);
        NewCredentials fresh = new NewCredentials(task.credentials());
        fresh.groups = groups;
        return fresh.commit(task);
    }
}
