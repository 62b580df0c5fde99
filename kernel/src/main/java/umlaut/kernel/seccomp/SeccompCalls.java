package umlaut.kernel.seccomp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.Prctl;
import umlaut.abi.SockFilter;
import umlaut.kernel.task.Task;

/** seccomp(2), and prctl(2)'s PR_SET_SECCOMP. */
public final class SeccompCalls {
    private static final int TSYNC_ESRCH = Prctl.SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    private static final int KNOWN_FLAGS = Prctl.SECCOMP_FILTER_FLAG_TSYNC
            | Prctl.SECCOMP_FILTER_FLAG_LOG
            | Prctl.SECCOMP_FILTER_FLAG_SPEC_ALLOW
            | Prctl.SECCOMP_FILTER_FLAG_NEW_LISTENER
            | Prctl.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
            | TSYNC_ESRCH;
    /** MAX_INSNS_PER_PATH: instructions of all filters together, with 4 for each filter. */
    private static final int MOST_INSTRUCTIONS = 32768;

    private static final int FILTER_COST = 4;

    private SeccompCalls() {}

    public static long seccomp(Task task, int operation, int flags, long argument) {
        return switch (operation) {
            case Prctl.SECCOMP_SET_MODE_STRICT ->
                flags != 0 || argument != 0 ? Errno.EINVAL.negative() : setStrict(task);
            case Prctl.SECCOMP_SET_MODE_FILTER -> setFilter(task, flags, argument);
            case Prctl.SECCOMP_GET_ACTION_AVAIL ->
                flags != 0 ? Errno.EINVAL.negative() : available(task.memory.getInt(argument));
            case Prctl.SECCOMP_GET_NOTIF_SIZES -> ListenerFile.sizes(task, flags, argument);
            default -> Errno.EINVAL.negative();
        };
    }

    /** PR_SET_SECCOMP. */
    public static long prctl(Task task, long mode, long argument) {
        if (mode == Prctl.SECCOMP_MODE_STRICT) {
            return setStrict(task);
        }
        return mode == Prctl.SECCOMP_MODE_FILTER ? setFilter(task, 0, argument) : Errno.EINVAL.negative();
    }

    private static long available(int action) {
        return switch (action) {
            case Prctl.SECCOMP_RET_KILL_PROCESS,
                    Prctl.SECCOMP_RET_KILL_THREAD,
                    Prctl.SECCOMP_RET_TRAP,
                    Prctl.SECCOMP_RET_ERRNO,
                    Prctl.SECCOMP_RET_LOG,
                    Prctl.SECCOMP_RET_TRACE,
                    Prctl.SECCOMP_RET_USER_NOTIF,
                    Prctl.SECCOMP_RET_ALLOW -> 0;
            default -> Errno.EOPNOTSUPP.negative();
        };
    }

    private static long setStrict(Task task) {
        Seccomp old = task.seccomp();
        if (old != null && old.mode() != Prctl.SECCOMP_MODE_STRICT) {
            return Errno.EINVAL.negative();
        }
        task.setSeccomp(new Seccomp(null, null, false, null));
        return 0;
    }

    private static long setFilter(Task task, int flags, long argument) {
        boolean tsync = (flags & Prctl.SECCOMP_FILTER_FLAG_TSYNC) != 0;
        boolean listen = (flags & Prctl.SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
        boolean killable = (flags & Prctl.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) != 0;
        if ((flags & ~KNOWN_FLAGS) != 0 || tsync && listen && (flags & TSYNC_ESRCH) == 0 || killable && !listen) {
            return Errno.EINVAL.negative();
        }
        MemorySegment fprog = task.memory.struct(argument, SockFilter.FPROG_SIZE);
        int length = Le.getUnsignedShort(fprog, SockFilter.FPROG_LEN);
        long instructions = Le.getLong(fprog, SockFilter.FPROG_FILTER);
        if (length == 0 || length > Limits.SECCOMP_MAX_FILTER) {
            return Errno.EINVAL.negative();
        }
        if (!task.credentials().noNewPrivs() && !task.credentials().capableHere(Capability.CAP_SYS_ADMIN)) {
            return Errno.EACCES.negative();
        }
        Seccomp old = task.seccomp();
        if (old != null && old.mode() == Prctl.SECCOMP_MODE_STRICT) {
            return Errno.EINVAL.negative();
        }
        int total = length + FILTER_COST;
        for (Seccomp s = old; s != null; s = s.earlier()) {
            BpfProgram earlier = s.program();
            total += FILTER_COST + (earlier == null ? 0 : earlier.length());
        }
        if (total > MOST_INSTRUCTIONS) {
            return Errno.ENOMEM.negative();
        }
        BpfProgram program = read(task, instructions, length);
        boolean logs = (flags & Prctl.SECCOMP_FILTER_FLAG_LOG) != 0;
        if (!listen) {
            Seccomp fresh = new Seccomp(program, old, logs, null);
            return tsync ? setAll(task, old, fresh, flags) : set(task, fresh);
        }
        for (Seccomp s = old; s != null; s = s.earlier()) {
            if (s.listener() != null) {
                return Errno.EBUSY.negative();
            }
        }
        Listener listener = new Listener(killable);
        Seccomp fresh = new Seccomp(program, old, logs, listener);
        int fd = ListenerFile.install(task, listener);
        long error = tsync ? setAll(task, old, fresh, flags) : set(task, fresh);
        if (error != 0) {
            task.files().close(task, fd);
            return error;
        }
        return fd;
    }

    private static BpfProgram read(Task task, long address, int length) {
        try (Arena arena = Arena.ofConfined()) {
            long bytes = (long) length * SockFilter.SIZE;
            MemorySegment raw = arena.allocate(bytes, 8);
            task.memory.read(address, raw, 0, bytes);
            return BpfProgram.of(raw, length);
        }
    }

    private static long set(Task task, Seccomp fresh) {
        task.setSeccomp(fresh);
        return 0;
    }

    /** SECCOMP_FILTER_FLAG_TSYNC: all threads, unless one has gone its own way. @return 0, that thread's id, or -ESRCH */
    private static long setAll(Task task, @Nullable Seccomp old, Seccomp fresh, int flags) {
        task.group.signalLock.lock();
        try {
            for (Task t : task.group.threadsLocked()) {
                if (t != task && !isAncestor(t.seccomp(), old)) {
                    return (flags & TSYNC_ESRCH) != 0 ? Errno.ESRCH.negative() : t.tidInside;
                }
            }
            for (Task t : task.group.threadsLocked()) {
                if (task.credentials().noNewPrivs()) {
                    t.setNoNewPrivs();
                }
                t.setSeccomp(fresh);
            }
            return 0;
        } finally {
            task.group.signalLock.unlock();
        }
    }

    private static boolean isAncestor(@Nullable Seccomp candidate, @Nullable Seccomp of) {
        if (candidate == null) {
            return true;
        }
        for (Seccomp s = of; s != null; s = s.earlier()) {
            if (s == candidate) {
                return true;
            }
        }
        return false;
    }
}
