package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.CloneArgs;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.FlagSets;
import umlaut.abi.Flock;
import umlaut.abi.FutexOps;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.Nr;
import umlaut.abi.OpenFlags;
import umlaut.abi.OpenHow;
import umlaut.abi.Prctl;
import umlaut.abi.Signal;
import umlaut.abi.SockConst;
import umlaut.abi.Timespec;

/**
 * Arguments whose meaning hangs on another argument, which the table of system calls cannot say: the third of fcntl(2),
 * the mode of open(2), and so on.
 */
final class SpecialCalls {
    /** The argument is not printed. */
    static final String SKIP = "";

    private final FlagSets sets;
    private final SocketFormat sockets;
    private final IoctlFormat ioctls;

    SpecialCalls(FlagSets sets, SocketFormat sockets) {
        this.sets = sets;
        this.sockets = sockets;
        this.ioctls = new IoctlFormat(sets);
    }

    /** An argument's text, or null if the table's kind says all. */
    @Nullable String argument(TracedCall call, int i) {
        return switch (call.number()) {
            case Nr.OPEN -> i == 2 ? creationMode(call, 1, 2) : null;
            case Nr.OPENAT -> i == 3 ? creationMode(call, 2, 3) : null;
            case Nr.MQ_OPEN -> i >= 2 && (call.i(1) & OpenFlags.O_CREAT) == 0 ? SKIP : null;
            case Nr.MKNOD -> i == 2 && !Mode.isDevice(call.i(1)) ? SKIP : null;
            case Nr.MKNODAT -> i == 3 && !Mode.isDevice(call.i(2)) ? SKIP : null;
            case Nr.CLONE -> clone(call, i);
            case Nr.CLONE3 -> i == 0 ? cloneArgs(call) : null;
            case Nr.OPENAT2 -> i == 2 ? openHow(call) : null;
            case Nr.FCNTL -> i == 2 ? fcntl(call) : null;
            case Nr.IOCTL -> i == 1 || i == 2 ? ioctls.argument(call, i) : null;
            case Nr.FUTEX -> futex(call, i);
            case Nr.PRCTL -> i > 0 ? prctl(call, i) : null;
            case Nr.GETRANDOM -> i == 0 && call.succeeded() ? random(call) : null;
            case Nr.SCHED_SETAFFINITY -> i == 2 ? cpus(call, call.l(1)) : null;
            case Nr.SCHED_GETAFFINITY -> i == 2 && call.succeeded() ? cpus(call, call.result()) : null;
            case Nr.NANOSLEEP, Nr.CLOCK_NANOSLEEP -> remaining(call, i);
            case Nr.GETDENTS, Nr.GETDENTS64 -> i == 1 && call.succeeded() ? entries(call) : null;
            case Nr.MEMBARRIER -> i == 2 ? SKIP : null;
            case Nr.SOCKET, Nr.SOCKETPAIR, Nr.SETSOCKOPT, Nr.GETSOCKOPT, Nr.SENDMSG, Nr.RECVMSG -> socket(call, i);
            default -> null;
        };
    }

    private static String creationMode(TracedCall call, int flags, int mode) {
        boolean creates = (call.i(flags) & (OpenFlags.O_CREAT | OpenFlags.__O_TMPFILE)) != 0;
        return creates ? Fields.octal(call.l(mode) & 0xffff) : SKIP;
    }

    private @Nullable String socket(TracedCall call, int i) {
        return switch (call.number()) {
            case Nr.SOCKET, Nr.SOCKETPAIR -> i == 2 ? protocol(call.i(0), call.i(2)) : null;
            case Nr.SETSOCKOPT ->
                i == 2
                        ? sockets.optionName(call.i(1), call.i(2))
                        : i == 3
                                ? sockets.optionValue(call.memory(), call.i(1), call.i(2), call.l(3), call.i(4))
                                : null;
            case Nr.GETSOCKOPT ->
                i == 2 ? sockets.optionName(call.i(1), call.i(2)) : i == 3 && call.done() ? readOption(call) : null;
            case Nr.SENDMSG -> i == 1 ? sockets.message(call.memory(), call.l(1), Long.MAX_VALUE) : null;
            default ->
                i != 1 || !call.done()
                        ? null
                        : call.succeeded()
                                ? sockets.message(call.memory(), call.l(1), call.result())
                                : Fields.pointer(call.l(1));
        };
    }

    private String readOption(TracedCall call) {
        Integer length = call.succeeded() ? call.memory().getInt(call.l(4)) : null;
        return length == null
                ? Fields.pointer(call.l(3))
                : sockets.optionValue(call.memory(), call.i(1), call.i(2), call.l(3), length);
    }

    private String protocol(int family, int protocol) {
        return switch (family) {
            case SockConst.AF_INET, SockConst.AF_INET6 -> sets.value("ipproto", protocol);
            case SockConst.AF_NETLINK -> sets.value("netlink", protocol);
            default -> Integer.toString(protocol);
        };
    }

    private @Nullable String clone(TracedCall call, int i) {
        long flags = call.l(0);
        return switch (i) {
            case 0 -> "flags=" + cloneFlags(flags & ~CloneFlags.CSIGNAL, (int) (flags & CloneFlags.CSIGNAL));
            case 1 -> "child_stack=" + Fields.pointer(call.l(1));
            case 2 ->
                (flags & (CloneFlags.CLONE_PARENT_SETTID | CloneFlags.CLONE_PIDFD)) == 0
                        ? SKIP
                        : "parent_tid=" + Fields.pointer(call.l(2));
            case 3 ->
                (flags & (CloneFlags.CLONE_CHILD_SETTID | CloneFlags.CLONE_CHILD_CLEARTID)) == 0
                        ? SKIP
                        : "child_tidptr=" + Fields.pointer(call.l(3));
            default -> (flags & CloneFlags.CLONE_SETTLS) == 0 ? SKIP : "tls=" + Fields.pointer(call.l(4));
        };
    }

    private String cloneFlags(long flags, int signal) {
        String names = sets.flags("clone", flags);
        return signal == 0 ? names : (flags == 0 ? "" : names + "|") + Signal.name(signal);
    }

    private @Nullable String cloneArgs(TracedCall call) {
        MemorySegment s = call.l(1) < CloneArgs.SIZE_VER0 || call.l(1) > 4096
                ? null
                : call.memory().bytes(call.l(0), CloneArgs.SIZE_VER0);
        if (s == null) {
            return Fields.pointer(call.l(0));
        }
        int signal = (int) Le.getLong(s, CloneArgs.EXIT_SIGNAL);
        return new Fields(s)
                .put("flags", sets.flags("clone", Le.getLong(s, CloneArgs.FLAGS)))
                .hex64("child_tid", CloneArgs.CHILD_TID)
                .hex64("parent_tid", CloneArgs.PARENT_TID)
                .put("exit_signal", Signal.name(signal))
                .hex64("stack", CloneArgs.STACK)
                .put("stack_size", Fields.hex(Le.getLong(s, CloneArgs.STACK_SIZE)))
                .hex64("tls", CloneArgs.TLS)
                .toString();
    }

    private String openHow(TracedCall call) {
        MemorySegment s = call.l(3) < OpenHow.SIZE ? null : call.memory().bytes(call.l(2), OpenHow.SIZE);
        if (s == null) {
            return Fields.pointer(call.l(2));
        }
        long flags = Le.getLong(s, OpenHow.FLAGS);
        Fields fields = new Fields(s).put("flags", sets.flags("open", flags));
        if ((flags & (OpenFlags.O_CREAT | OpenFlags.__O_TMPFILE)) != 0) {
            fields.put("mode", Fields.octal(Le.getLong(s, OpenHow.MODE)));
        }
        return fields.put("resolve", sets.flags("resolve", Le.getLong(s, OpenHow.RESOLVE)))
                .toString();
    }

    private @Nullable String fcntl(TracedCall call) {
        return switch (call.i(1)) {
            case Fcntl.F_GETFD, Fcntl.F_GETFL, Fcntl.F_GETOWN, Fcntl.F_GETSIG, Fcntl.F_GETLEASE -> SKIP;
            case Fcntl.F_GETPIPE_SZ, Fcntl.F_GET_SEALS -> SKIP;
            case Fcntl.F_SETFD -> sets.flags("fd", call.i(2));
            case Fcntl.F_SETFL -> sets.flags("open", call.i(2));
            case Fcntl.F_ADD_SEALS -> sets.flags("seal", call.i(2));
            case Fcntl.F_SETLEASE -> sets.value("lock_type", call.i(2));
            case Fcntl.F_SETSIG -> Signal.name(call.i(2));
            case Fcntl.F_SETLK, Fcntl.F_SETLKW, Fcntl.F_OFD_SETLK, Fcntl.F_OFD_SETLKW -> lock(call, false);
            case Fcntl.F_GETLK, Fcntl.F_OFD_GETLK -> call.done() ? lock(call, call.succeeded()) : null;
            default -> null;
        };
    }

    private String lock(TracedCall call, boolean withPid) {
        MemorySegment s = call.l(2) == 0 ? null : call.memory().bytes(call.l(2), Flock.SIZE);
        if (s == null) {
            return Fields.pointer(call.l(2));
        }
        Fields fields = new Fields(s)
                .put("l_type", sets.value("lock_type", Le.getShort(s, Flock.L_TYPE)))
                .put("l_whence", sets.value("seek", Le.getShort(s, Flock.L_WHENCE)))
                .int64("l_start", Flock.L_START)
                .int64("l_len", Flock.L_LEN);
        return (withPid ? fields.int32("l_pid", Flock.L_PID) : fields).toString();
    }

    private @Nullable String futex(TracedCall call, int i) {
        int op = call.i(1) & FutexOps.FUTEX_CMD_MASK;
        if (i == 1) {
            String name = sets.value("futex", op);
            name += (call.i(1) & FutexOps.FUTEX_PRIVATE_FLAG) != 0 ? "_PRIVATE" : "";
            return name + ((call.i(1) & FutexOps.FUTEX_CLOCK_REALTIME) != 0 ? "|FUTEX_CLOCK_REALTIME" : "");
        }
        boolean waits = op == FutexOps.FUTEX_WAIT
                || op == FutexOps.FUTEX_WAIT_BITSET
                || op == FutexOps.FUTEX_LOCK_PI
                || op == FutexOps.FUTEX_LOCK_PI2
                || op == FutexOps.FUTEX_WAIT_REQUEUE_PI;
        boolean two = op == FutexOps.FUTEX_REQUEUE
                || op == FutexOps.FUTEX_CMP_REQUEUE
                || op == FutexOps.FUTEX_WAKE_OP
                || op == FutexOps.FUTEX_WAIT_REQUEUE_PI
                || op == FutexOps.FUTEX_CMP_REQUEUE_PI;
        boolean bits = op == FutexOps.FUTEX_WAIT_BITSET || op == FutexOps.FUTEX_WAKE_BITSET;
        return switch (i) {
            case 3 -> waits ? timeout(call, 3) : two ? Integer.toUnsignedString(call.i(3)) : SKIP;
            case 4 -> two ? Fields.pointer(call.l(4)) : bits ? "NULL" : SKIP;
            case 5 ->
                bits && call.i(5) == -1
                        ? "FUTEX_BITSET_MATCH_ANY"
                        : bits || two && op != FutexOps.FUTEX_REQUEUE ? Fields.hex(call.i(5) & 0xffff_ffffL) : SKIP;
            default -> null;
        };
    }

    private static String timeout(TracedCall call, int i) {
        MemorySegment s = call.l(i) == 0 ? null : call.memory().bytes(call.l(i), Timespec.SIZE);
        return s == null ? Fields.pointer(call.l(i)) : StructFormat.timespec(s, 0);
    }

    private @Nullable String prctl(TracedCall call, int i) {
        int option = call.i(0);
        int used = switch (option) {
            case Prctl.PR_GET_DUMPABLE, Prctl.PR_GET_KEEPCAPS, Prctl.PR_GET_SECUREBITS -> 0;
            case Prctl.PR_GET_TIMERSLACK, Prctl.PR_GET_SECCOMP -> 0;
            case Prctl.PR_SET_NAME, Prctl.PR_GET_NAME, Prctl.PR_SET_PDEATHSIG -> 1;
            case Prctl.PR_GET_PDEATHSIG, Prctl.PR_SET_DUMPABLE, Prctl.PR_SET_KEEPCAPS -> 1;
            case Prctl.PR_CAPBSET_READ, Prctl.PR_CAPBSET_DROP, Prctl.PR_SET_SECUREBITS -> 1;
            case Prctl.PR_SET_CHILD_SUBREAPER, Prctl.PR_GET_CHILD_SUBREAPER -> 1;
            case Prctl.PR_SET_TIMERSLACK, Prctl.PR_SET_PTRACER, Prctl.PR_GET_TID_ADDRESS -> 1;
            default -> 4;
        };
        if (i > used) {
            return SKIP;
        }
        if (i > 1) {
            return null;
        }
        boolean name = option == Prctl.PR_SET_NAME || option == Prctl.PR_GET_NAME && call.succeeded();
        byte[] text = name ? call.memory().text(call.l(1), 16) : null;
        if (text != null) {
            return Quote.all(text);
        }
        return switch (option) {
            case Prctl.PR_SET_PDEATHSIG -> Signal.name(call.i(1));
            case Prctl.PR_CAPBSET_READ, Prctl.PR_CAPBSET_DROP -> sets.value("capability", call.l(1));
            default -> null;
        };
    }

    private static @Nullable String random(TracedCall call) {
        int shown = (int) Math.min(call.result(), Quote.LIMIT);
        MemorySegment s = call.memory().bytes(call.l(0), shown);
        return s == null ? null : Quote.hex(Le.getBytes(s, 0, shown), call.result());
    }

    private static @Nullable String cpus(TracedCall call, long bytes) {
        int size = (int) Math.min(Math.max(bytes, 0), 128);
        MemorySegment s = call.memory().bytes(call.l(2), size);
        return s == null ? null : Bits.list(s, size * 8);
    }

    /** What is left of a sleep is written only when a signal ended it. */
    private static @Nullable String remaining(TracedCall call, int i) {
        boolean rem = i == call.spec().args().size() - 1;
        boolean written = call.done() && call.result() < 0 && call.result() != Errno.EFAULT.negative();
        return !rem ? null : written ? timeout(call, i) : Fields.pointer(call.l(i));
    }

    private static @Nullable String entries(TracedCall call) {
        int count = 0;
        for (long at = 0; at < call.result(); count++) {
            MemorySegment s = call.memory().bytes(call.l(1) + at + 16, 2);
            int length = s == null ? 0 : Le.getUnsignedShort(s, 0);
            if (length == 0) {
                return null;
            }
            at += length;
        }
        return Fields.pointer(call.l(1)) + " /* " + count + " entries */";
    }
}
