package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import umlaut.abi.FlagSets;
import umlaut.abi.Le;
import umlaut.abi.SiCode;
import umlaut.abi.SigConst;
import umlaut.abi.Sigaction;
import umlaut.abi.Sigevent;
import umlaut.abi.Siginfo;
import umlaut.abi.Signal;
import umlaut.abi.StackT;

/** Signal sets, actions and siginfo as strace(1) prints them. */
final class SignalFormat {
    private final FlagSets sets;

    SignalFormat(FlagSets sets) {
        this.sets = sets;
    }

    /** A set: {@code [INT CHLD]}, or what it lacks where that is shorter: {@code ~[KILL STOP]}. */
    static String set(long set) {
        boolean inverted = Long.bitCount(set) > Signal.NSIG * 2 / 3;
        long shown = inverted ? ~set : set;
        StringBuilder text = new StringBuilder(inverted ? "~[" : "[");
        for (int signal = 1; signal <= Signal.NSIG; signal++) {
            if (Signal.has(shown, signal)) {
                text.append(text.charAt(text.length() - 1) == '[' ? "" : " ")
                        .append(Signal.name(signal).substring(3));
            }
        }
        return text.append(']').toString();
    }

    String action(MemorySegment from) {
        long handler = Le.getLong(from, Sigaction.SA_HANDLER);
        long flags = Le.getLong(from, Sigaction.SA_FLAGS);
        String name = handler == SigConst.SIG_DFL
                ? "SIG_DFL"
                : handler == SigConst.SIG_IGN ? "SIG_IGN" : Fields.pointer(handler);
        Fields fields = new Fields(from)
                .put("sa_handler", name)
                .put("sa_mask", set(Le.getLong(from, Sigaction.SA_MASK)))
                .put("sa_flags", sets.flags("sa", flags & 0xffff_ffffL));
        if ((flags & SigConst.SA_RESTORER) != 0) {
            fields.hex64("sa_restorer", Sigaction.SA_RESTORER);
        }
        return fields.toString();
    }

    String stack(MemorySegment from) {
        return new Fields(from)
                .hex64("ss_sp", StackT.SS_SP)
                .put("ss_flags", sets.flags("ss", Le.getUnsignedInt(from, StackT.SS_FLAGS)))
                .uint64("ss_size", StackT.SS_SIZE)
                .toString();
    }

    String event(MemorySegment from) {
        int notify = Le.getInt(from, Sigevent.SIGEV_NOTIFY);
        return new Fields(from)
                .put("sigev_signo", Signal.name(Le.getInt(from, Sigevent.SIGEV_SIGNO)))
                .put("sigev_notify", sets.value("sigev", notify))
                .toString();
    }

    String info(MemorySegment from) {
        int signal = Le.getInt(from, Siginfo.SI_SIGNO);
        int code = Le.getInt(from, Siginfo.SI_CODE);
        if (signal == 0) {
            return "{}";
        }
        Fields fields = new Fields(from).put("si_signo", Signal.name(signal)).put("si_code", code(signal, code));
        return members(fields, from, signal, code).toString();
    }

    private Fields members(Fields fields, MemorySegment from, int signal, int code) {
        if (code > 0 && code < 128) {
            switch (signal) {
                case Signal.SIGCHLD -> {
                    int status = Le.getInt(from, Siginfo.SI_STATUS);
                    return fields.int32("si_pid", Siginfo.SI_PID)
                            .int32("si_uid", Siginfo.SI_UID)
                            .put("si_status", code == 1 ? Integer.toString(status) : Signal.name(status))
                            .int64("si_utime", Siginfo.SI_UTIME)
                            .int64("si_stime", Siginfo.SI_STIME);
                }
                case Signal.SIGSEGV, Signal.SIGBUS, Signal.SIGILL, Signal.SIGFPE, Signal.SIGTRAP -> {
                    return fields.hex64("si_addr", Siginfo.SI_ADDR);
                }
                case Signal.SIGIO -> {
                    return fields.int64("si_band", Siginfo.SI_BAND).int32("si_fd", Siginfo.SI_FD);
                }
                case Signal.SIGSYS -> {
                    return fields.hex64("si_call_addr", Siginfo.SI_CALL_ADDR).int32("si_syscall", Siginfo.SI_SYSCALL);
                }
                default -> {}
            }
        }
        if (code == SiCode.SI_TIMER) {
            return fields.int32("si_timerid", Siginfo.SI_TIMERID).int32("si_overrun", Siginfo.SI_OVERRUN);
        }
        if (code == SiCode.SI_KERNEL) {
            return fields;
        }
        fields.int32("si_pid", Siginfo.SI_PID).int32("si_uid", Siginfo.SI_UID);
        return code == SiCode.SI_QUEUE ? fields.hex64("si_value", Siginfo.SI_VALUE) : fields;
    }

    /** The name of a {@code si_code}, which depends on the signal. */
    private String code(int signal, int code) {
        String set = switch (signal) {
            case Signal.SIGCHLD -> "cld";
            case Signal.SIGSEGV -> "segv";
            case Signal.SIGBUS -> "bus";
            case Signal.SIGILL -> "ill";
            case Signal.SIGFPE -> "fpe";
            case Signal.SIGTRAP -> "trap";
            case Signal.SIGIO -> "sigpoll";
            case Signal.SIGSYS -> "sys";
            default -> "si_code";
        };
        String name = sets.valueOrNull(set, code);
        return name != null ? name : sets.value("si_code", code);
    }
}
