package umlaut.kernel.signal;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.SiCode;
import umlaut.abi.Siginfo;
import umlaut.abi.Signal;

/** siginfo_t in guest memory (sigaction(2); Linux: siginfo_layout and copy_siginfo_to_user in kernel/signal.c). */
public final class SigInfoLayout {
    private enum Kind {
        KILL,
        TIMER,
        QUEUED,
        CHILD,
        FAULT,
        POLL,
        SYS
    }

    /** POLL_HUP. */
    private static final int LAST_POLL_CODE = 6;
    /** What of a siginfo the kernel has a use for, bytes. */
    private static final int KERNEL_SIZE = 48;

    private SigInfoLayout() {}

    /** Writes all 128 bytes at {@code at}. */
    public static void write(MemorySegment to, long at, SigInfo info) {
        Le.clear(to, at, Siginfo.SIZE);
        Le.putInt(to, at + Siginfo.SI_SIGNO, info.signo());
        Le.putInt(to, at + Siginfo.SI_CODE, info.code());
        switch (kind(info)) {
            case KILL -> putSender(to, at, info);
            case TIMER, QUEUED -> {
                putSender(to, at, info);
                Le.putLong(to, at + Siginfo.SI_VALUE, info.value());
            }
            case CHILD -> {
                putSender(to, at, info);
                Le.putInt(to, at + Siginfo.SI_STATUS, info.status());
                Le.putLong(to, at + Siginfo.SI_UTIME, info.value());
                Le.putLong(to, at + Siginfo.SI_STIME, info.address());
            }
            case FAULT -> Le.putLong(to, at + Siginfo.SI_ADDR, info.address());
            case POLL -> {
                Le.putLong(to, at + Siginfo.SI_BAND, info.address());
                Le.putInt(to, at + Siginfo.SI_FD, info.status());
            }
            case SYS -> {
                Le.putInt(to, at + Siginfo.SI_ERRNO, info.uid());
                Le.putLong(to, at + Siginfo.SI_CALL_ADDR, info.address());
                Le.putInt(to, at + Siginfo.SI_SYSCALL, (int) info.value());
                Le.putInt(to, at + Siginfo.SI_ARCH, info.status());
            }
        }
    }

    private static void putSender(MemorySegment to, long at, SigInfo info) {
        Le.putInt(to, at + Siginfo.SI_PID, info.pid());
        Le.putInt(to, at + Siginfo.SI_UID, info.uid());
    }

    /** Reads what rt_sigqueueinfo(2) was given; {@code signo} comes from its argument. */
    public static SigInfo read(MemorySegment from, int signo) {
        return new SigInfo(
                signo,
                Le.getInt(from, Siginfo.SI_CODE),
                Le.getInt(from, Siginfo.SI_PID),
                Le.getInt(from, Siginfo.SI_UID),
                0,
                Le.getLong(from, Siginfo.SI_VALUE),
                0,
                0,
                0);
    }

    /**
     * Reads one that a program gives (rt_sigqueueinfo(2)). What Linux does not know the layout of must be empty where a siginfo of its
     * own ends. @throws umlaut.abi.ErrnoException E2BIG
     */
    public static SigInfo readGiven(MemorySegment from, int signo) {
        if (!knownLayout(signo, Le.getInt(from, Siginfo.SI_CODE))) {
            for (long i = KERNEL_SIZE; i < Siginfo.SIZE; i += Long.BYTES) {
                if (Le.getLong(from, i) != 0) {
                    throw Errno.E2BIG.exception();
                }
            }
        }
        return read(from, signo);
    }

    /** known_siginfo_layout: codes of the kernel's for this signal, and those that programs use. */
    private static boolean knownLayout(int signo, int code) {
        if (code <= SiCode.SI_USER) {
            return code >= SiCode.SI_DETHREAD || code == SiCode.SI_ASYNCNL;
        }
        int most = switch (signo) {
            case Signal.SIGILL -> 11;
            case Signal.SIGFPE -> 15;
            case Signal.SIGSEGV -> 10;
            case Signal.SIGBUS -> 5;
            case Signal.SIGTRAP -> 6;
            case Signal.SIGSYS -> 2;
            default -> LAST_POLL_CODE;
        };
        return code == SiCode.SI_KERNEL || code <= most;
    }

    /** Reads one of any kind, as PTRACE_SETSIGINFO gets it. */
    public static SigInfo readAny(MemorySegment from) {
        int signo = Le.getInt(from, Siginfo.SI_SIGNO);
        int code = Le.getInt(from, Siginfo.SI_CODE);
        return switch (kind(signo, code)) {
            case KILL, TIMER, QUEUED -> read(from, signo);
            case CHILD ->
                SigInfo.child(
                        signo,
                        code,
                        Le.getInt(from, Siginfo.SI_PID),
                        Le.getInt(from, Siginfo.SI_UID),
                        Le.getInt(from, Siginfo.SI_STATUS),
                        Le.getLong(from, Siginfo.SI_UTIME),
                        Le.getLong(from, Siginfo.SI_STIME));
            case FAULT -> SigInfo.fault(signo, code, Le.getLong(from, Siginfo.SI_ADDR), 0, 0);
            case POLL -> SigInfo.poll(signo, code, Le.getLong(from, Siginfo.SI_BAND), Le.getInt(from, Siginfo.SI_FD));
            case SYS ->
                new SigInfo(
                        signo,
                        code,
                        0,
                        Le.getInt(from, Siginfo.SI_ERRNO),
                        Le.getInt(from, Siginfo.SI_ARCH),
                        Le.getInt(from, Siginfo.SI_SYSCALL),
                        Le.getLong(from, Siginfo.SI_CALL_ADDR),
                        0,
                        0);
        };
    }

    /** A signal that is nobody's own may be a child's end or, with F_SETSIG, a file's: that one has no sender. */
    private static Kind kind(SigInfo info) {
        Kind kind = kind(info.signo(), info.code());
        boolean ofFile = info.pid() == 0 && info.code() >= 1 && info.code() <= LAST_POLL_CODE;
        boolean open = kind == Kind.KILL || kind == Kind.CHILD && info.signo() != Signal.SIGCHLD;
        return ofFile && open ? Kind.POLL : kind;
    }

    private static Kind kind(int signo, int code) {
        if (code == SiCode.SI_TIMER) {
            return Kind.TIMER;
        }
        if (code == SiCode.SI_SIGIO) {
            return Kind.POLL;
        }
        if (code < 0) {
            return Kind.QUEUED;
        }
        if (code == SiCode.SI_USER || code >= SiCode.SI_KERNEL) {
            return Kind.KILL;
        }
        return switch (signo) {
            case Signal.SIGCHLD -> Kind.CHILD;
            case Signal.SIGSEGV, Signal.SIGBUS, Signal.SIGILL, Signal.SIGFPE, Signal.SIGTRAP -> Kind.FAULT;
            case Signal.SIGSYS -> Kind.SYS;
            case Signal.SIGIO -> Kind.POLL;
            default -> code >= SiCode.CLD_EXITED && code <= SiCode.CLD_CONTINUED ? Kind.CHILD : Kind.KILL;
        };
    }
}
