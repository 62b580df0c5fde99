package umlaut.kernel.syscall;

import umlaut.abi.Nr;
import umlaut.kernel.seccomp.SeccompCalls;
import umlaut.kernel.system.MachineCalls;
import umlaut.kernel.system.Names;
import umlaut.kernel.task.Task;

/** Calls about the machine as a whole. */
final class SystemFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args args) {
        return switch (nr) {
            case Nr.UNAME -> Names.uname(task, args.l(0));
            case Nr.SETHOSTNAME -> Names.setHostname(task, args.l(0), args.i(1));
            case Nr.SETDOMAINNAME -> Names.setDomainname(task, args.l(0), args.i(1));
            case Nr.SYSINFO -> MachineCalls.sysinfo(task, args.l(0));
            case Nr.GETRANDOM -> MachineCalls.getrandom(task, args.l(0), args.l(1), args.i(2));
            case Nr.REBOOT -> MachineCalls.reboot(task, args.i(0), args.i(1), args.i(2));
            case Nr.PERSONALITY -> MachineCalls.personality(task, args.i(0));
            case Nr.VHANGUP -> MachineCalls.vhangup(task);
            case Nr.SECCOMP -> SeccompCalls.seccomp(task, args.i(0), args.i(1), args.l(2));
            case Nr.SYSLOG -> task.kernel.syslog.syslog(task, args.i(0), args.l(1), args.i(2));
            default -> NOT_MINE;
        };
    }
}
