package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.FlagSets;
import umlaut.abi.Le;
import umlaut.abi.Nr;
import umlaut.abi.Pollfd;
import umlaut.abi.Signal;
import umlaut.kernel.signal.Restart;

/** Results of system calls as strace(1) prints them: a number, an error with its text, or more where a call tells more. */
final class ResultFormat {
    private final FlagSets sets;

    ResultFormat(FlagSets sets) {
        this.sets = sets;
    }

    String format(TracedCall call) {
        long result = call.result();
        if (Errno.isError(result)) {
            return error(result);
        }
        String kind = call.spec().result();
        String plain = switch (kind) {
            case "ptr" -> Fields.hex(result);
            case "mode" -> Fields.octal(result);
            case "uid", "gid" -> StructFormat.id((int) result);
            case "signal" -> result + " (" + Signal.name((int) result) + ")";
            default ->
                kind.startsWith("flags:")
                        ? Fields.hex(result) + " (" + sets.flags(kind.substring(6), result) + ")"
                        : kind.startsWith("enum:")
                                ? result + " (" + sets.value(kind.substring(5), result) + ")"
                                : Long.toString(result);
        };
        return switch (call.number()) {
            case Nr.POLL, Nr.PPOLL -> plain + polled(call);
            case Nr.SELECT, Nr.PSELECT6 -> plain + selected(call);
            case Nr.FCNTL -> fcntl(call, plain);
            default -> plain;
        };
    }

    /** A failed call's result, a restart code included; any number where it is no error. */
    static String error(long result) {
        if (Restart.isRestart(result)) {
            return switch ((int) -result) {
                case Restart.ERESTARTSYS -> "? ERESTARTSYS (To be restarted if SA_RESTART is set)";
                case Restart.ERESTARTNOINTR -> "? ERESTARTNOINTR (To be restarted)";
                case Restart.ERESTARTNOHAND -> "? ERESTARTNOHAND (To be restarted if no handler)";
                default -> "? ERESTART_RESTARTBLOCK (Interrupted by signal)";
            };
        }
        if (!Errno.isError(result)) {
            return Long.toString(result);
        }
        try {
            Errno errno = Errno.of((int) -result);
            return "-1 " + errno.name() + " (" + errno.message() + ")";
        } catch (IllegalArgumentException e) {
            return "-1 (errno " + -result + ")";
        }
    }

    private static String fcntlFlags(FlagSets sets, String set, long result) {
        return Fields.hex(result) + " (flags " + sets.flags(set, result) + ")";
    }

    private String fcntl(TracedCall call, String plain) {
        return switch (call.i(1)) {
            case Fcntl.F_GETFL -> fcntlFlags(sets, "open", call.result());
            case Fcntl.F_GETFD -> call.result() == 0 ? "0" : fcntlFlags(sets, "fd", call.result());
            case Fcntl.F_GET_SEALS -> fcntlFlags(sets, "seal", call.result());
            default -> plain;
        };
    }

    private String polled(TracedCall call) {
        if (call.result() == 0) {
            return " (Timeout)";
        }
        int count = Math.min(Math.max(call.i(1), 0), SocketFormat.MAX_ELEMENTS);
        MemorySegment s = call.memory().bytes(call.l(0), count * Pollfd.SIZE);
        if (s == null) {
            return "";
        }
        StringBuilder text = new StringBuilder(" ([");
        for (int i = 0; i < count; i++) {
            long at = (long) i * Pollfd.SIZE;
            int events = Le.getUnsignedShort(s, at + Pollfd.REVENTS);
            if (events != 0) {
                text.append(text.length() > 3 ? ", " : "").append("{fd=").append(Le.getInt(s, at + Pollfd.FD));
                text.append(", revents=").append(sets.flags("poll", events)).append('}');
            }
        }
        return text.append("])").toString();
    }

    private static String selected(TracedCall call) {
        if (call.result() == 0) {
            return " (Timeout)";
        }
        StringBuilder text = new StringBuilder(" (");
        String[] names = {"in ", "out ", "exc "};
        int count = Math.min(Math.max(call.i(0), 0), 1024);
        for (int i = 0; i < names.length; i++) {
            MemorySegment s = call.l(1 + i) == 0 ? null : call.memory().bytes(call.l(1 + i), (count + 63) / 64 * 8);
            String bits = s == null ? "[]" : Bits.list(s, count);
            if (!bits.equals("[]")) {
                text.append(text.length() > 2 ? ", " : "").append(names[i]).append(bits);
            }
        }
        return text.append(')').toString();
    }
}
