package umlaut.kernel.cred;

import java.lang.foreign.MemorySegment;
import umlaut.abi.CapUserData;
import umlaut.abi.CapUserHeader;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Prctl;
import umlaut.kernel.task.Task;

/**
 * capget(2), capset(2), and prctl(2)'s options about privilege: capabilities(7) (Linux: kernel/capability.c,
 * security/commoncap.c).
 */
public final class CapabilityCalls {
    private static final int AMBIENT_IS_SET = 1;
    private static final int AMBIENT_RAISE = 2;
    private static final int AMBIENT_LOWER = 3;
    private static final int AMBIENT_CLEAR_ALL = 4;

    private CapabilityCalls() {}

    /** 32-bit halves that the header's version has, 0 for an unknown version, which is then answered with ours. */
    private static int halves(Task task, long header) {
        switch (task.memory.getInt(header + CapUserHeader.VERSION)) {
            case Capability._LINUX_CAPABILITY_VERSION_1 -> {
                return 1;
            }
            case Capability._LINUX_CAPABILITY_VERSION_2, Capability._LINUX_CAPABILITY_VERSION_3 -> {
                return 2;
            }
            default -> {
                task.memory.putInt(header + CapUserHeader.VERSION, Capability._LINUX_CAPABILITY_VERSION_3);
                return 0;
            }
        }
    }

    public static long capget(Task task, long header, long data) {
        int halves = halves(task, header);
        if (halves == 0) {
            return data == 0 ? 0 : Errno.EINVAL.negative();
        }
        int pid = task.memory.getInt(header + CapUserHeader.PID);
        if (pid < 0) {
            return Errno.EINVAL.negative();
        }
        Task target = pid == 0 ? task : task.findTask(pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        if (data == 0) {
            return 0;
        }
        Credentials c = target.credentials();
        MemorySegment out = task.memory.build(CapUserData.SIZE * halves);
        for (int i = 0; i < halves; i++) {
            long at = (long) CapUserData.SIZE * i;
            Le.putInt(out, at + CapUserData.EFFECTIVE, (int) (c.effective() >>> 32 * i));
            Le.putInt(out, at + CapUserData.PERMITTED, (int) (c.permitted() >>> 32 * i));
            Le.putInt(out, at + CapUserData.INHERITABLE, (int) (c.inheritable() >>> 32 * i));
        }
        task.memory.write(data, out);
        return 0;
    }

    public static long capset(Task task, long header, long data) {
        int halves = halves(task, header);
        if (halves == 0) {
            return Errno.EINVAL.negative();
        }
        int pid = task.memory.getInt(header + CapUserHeader.PID);
        if (pid != 0 && pid != task.tidInside) {
            return Errno.EPERM.negative();
        }
        MemorySegment in = task.memory.struct(data, CapUserData.SIZE * halves);
        long effective = sum(in, CapUserData.EFFECTIVE, halves);
        long permitted = sum(in, CapUserData.PERMITTED, halves);
        long inheritable = sum(in, CapUserData.INHERITABLE, halves);
        Credentials old = task.credentials();
        boolean inheritsTooMuch =
                !old.capableHere(Capability.CAP_SETPCAP) && (inheritable & ~(old.inheritable() | old.permitted())) != 0;
        if (inheritsTooMuch
                || (inheritable & ~(old.inheritable() | old.bounding())) != 0
                || (permitted & ~old.permitted()) != 0
                || (effective & ~permitted) != 0) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.effective = effective;
        fresh.permitted = permitted;
        fresh.inheritable = inheritable;
        fresh.ambient &= permitted & inheritable;
        return fresh.commit(task);
    }

    private static long sum(MemorySegment in, int field, int halves) {
        long bits = Le.getUnsignedInt(in, field);
        if (halves == 2) {
            bits |= Le.getUnsignedInt(in, CapUserData.SIZE + field) << 32;
        }
        return bits & Credentials.ALL_CAPABILITIES;
    }

    /** The options of prctl(2) that concern privilege; others are EINVAL. */
    public static long prctl(Task task, int option, long a, long b, long c, long d) {
        Credentials old = task.credentials();
        return switch (option) {
            case Prctl.PR_GET_KEEPCAPS -> (old.securebits() & Securebits.KEEP_CAPS) != 0 ? 1 : 0;
            case Prctl.PR_SET_KEEPCAPS -> setKeepCaps(task, old, a);
            case Prctl.PR_GET_SECUREBITS -> old.securebits();
            case Prctl.PR_SET_SECUREBITS -> setSecurebits(task, old, a);
            case Prctl.PR_CAPBSET_READ -> known(a) ? old.bounding() >>> a & 1 : Errno.EINVAL.negative();
            case Prctl.PR_CAPBSET_DROP -> dropBounding(task, old, a);
            case Prctl.PR_CAP_AMBIENT -> (c | d) != 0 ? Errno.EINVAL.negative() : ambient(task, old, a, b);
            case Prctl.PR_GET_NO_NEW_PRIVS -> (a | b | c | d) != 0 ? Errno.EINVAL.negative() : old.noNewPrivs() ? 1 : 0;
            case Prctl.PR_SET_NO_NEW_PRIVS -> {
                if (a != 1 || (b | c | d) != 0) {
                    yield Errno.EINVAL.negative();
                }
                NewCredentials fresh = new NewCredentials(old);
                fresh.noNewPrivs = true;
                yield fresh.commit(task);
            }
            default -> Errno.EINVAL.negative();
        };
    }

    private static boolean known(long capability) {
        return capability >= 0 && capability <= Capability.CAP_LAST_CAP;
    }

    private static long setKeepCaps(Task task, Credentials old, long on) {
        if (on != 0 && on != 1) {
            return Errno.EINVAL.negative();
        }
        if ((old.securebits() & Securebits.KEEP_CAPS_LOCKED) != 0) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.securebits = on == 1 ? fresh.securebits | Securebits.KEEP_CAPS : fresh.securebits & ~Securebits.KEEP_CAPS;
        return fresh.commit(task);
    }

    private static long setSecurebits(Task task, Credentials old, long bits) {
        int had = old.securebits();
        int locked = (had & Securebits.LOCKS) >> 1;
        boolean forbidden = (locked & (had ^ bits)) != 0
                || (had & Securebits.LOCKS & ~bits) != 0
                || (bits & ~Securebits.ALL) != 0
                || !old.capableHere(Capability.CAP_SETPCAP);
        if (forbidden) {
            return Errno.EPERM.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.securebits = (int) bits;
        return fresh.commit(task);
    }

    private static long dropBounding(Task task, Credentials old, long capability) {
        if (!old.capableHere(Capability.CAP_SETPCAP)) {
            return Errno.EPERM.negative();
        }
        if (!known(capability)) {
            return Errno.EINVAL.negative();
        }
        NewCredentials fresh = new NewCredentials(old);
        fresh.bounding &= ~(1L << capability);
        return fresh.commit(task);
    }

    private static long ambient(Task task, Credentials old, long operation, long capability) {
        NewCredentials fresh = new NewCredentials(old);
        if (operation == AMBIENT_CLEAR_ALL) {
            if (capability != 0) {
                return Errno.EINVAL.negative();
            }
            fresh.ambient = 0;
            return fresh.commit(task);
        }
        if (!known(capability)) {
            return Errno.EINVAL.negative();
        }
        long bit = 1L << capability;
        if (operation == AMBIENT_IS_SET) {
            return (old.ambient() & bit) != 0 ? 1 : 0;
        }
        if (operation == AMBIENT_RAISE) {
            if ((old.permitted() & old.inheritable() & bit) == 0
                    || (old.securebits() & Securebits.NO_CAP_AMBIENT_RAISE) != 0) {
                return Errno.EPERM.negative();
            }
            fresh.ambient |= bit;
            return fresh.commit(task);
        }
        if (operation == AMBIENT_LOWER) {
            fresh.ambient &= ~bit;
            return fresh.commit(task);
        }
        return Errno.EINVAL.negative();
    }
}
