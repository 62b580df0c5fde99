package umlaut.kernel.syscall;

import umlaut.abi.Nr;
import umlaut.kernel.cred.CapabilityCalls;
import umlaut.kernel.cred.IdCalls;
import umlaut.kernel.task.KnownIds;
import umlaut.kernel.task.Task;

/** User and group ids and capabilities: credentials(7), capabilities(7). */
final class CredentialsFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args args) {
        return switch (nr) {
            case Nr.GETUID -> KnownIds.answer(task, Nr.GETUID);
            case Nr.GETEUID -> KnownIds.answer(task, Nr.GETEUID);
            case Nr.GETGID -> KnownIds.answer(task, Nr.GETGID);
            case Nr.GETEGID -> KnownIds.answer(task, Nr.GETEGID);
            case Nr.GETRESUID -> IdCalls.getresuid(task, args.l(0), args.l(1), args.l(2));
            case Nr.GETRESGID -> IdCalls.getresgid(task, args.l(0), args.l(1), args.l(2));
            case Nr.GETGROUPS -> IdCalls.getgroups(task, args.i(0), args.l(1));
            case Nr.SETUID -> IdCalls.setuid(task, args.i(0));
            case Nr.SETREUID -> IdCalls.setreuid(task, args.i(0), args.i(1));
            case Nr.SETRESUID -> IdCalls.setresuid(task, args.i(0), args.i(1), args.i(2));
            case Nr.SETFSUID -> IdCalls.setfsuid(task, args.i(0));
            case Nr.SETGID -> IdCalls.setgid(task, args.i(0));
            case Nr.SETREGID -> IdCalls.setregid(task, args.i(0), args.i(1));
            case Nr.SETRESGID -> IdCalls.setresgid(task, args.i(0), args.i(1), args.i(2));
            case Nr.SETFSGID -> IdCalls.setfsgid(task, args.i(0));
            case Nr.SETGROUPS -> IdCalls.setgroups(task, args.i(0), args.l(1));
            case Nr.CAPGET -> CapabilityCalls.capget(task, args.l(0), args.l(1));
            case Nr.CAPSET -> CapabilityCalls.capset(task, args.l(0), args.l(1));
            default -> NOT_MINE;
        };
    }
}
