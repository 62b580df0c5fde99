package umlaut.kernel.signal;

import umlaut.abi.SiCode;

/**
 * One signal as sent: what becomes the guest's siginfo_t (sigaction(2)). Which of the fields count follows from signo and code.
 *
 * @param signo 1 to 64
 * @param code SI_* or a signal's own code
 * @param pid sender, or child for SIGCHLD; timer id for SI_TIMER
 * @param uid sender's real uid; overrun for SI_TIMER
 * @param status exit status or signal for SIGCHLD; band or fd where those apply
 * @param value sigval of sigqueue and timers
 * @param address fault address; utime for SIGCHLD is not kept
 * @param trapNumber CPU trap number, for the sigcontext
 * @param errorCode CPU error code, for the sigcontext
 */
public record SigInfo(
        int signo, int code, int pid, int uid, int status, long value, long address, long trapNumber, long errorCode) {

    public static SigInfo kernel(int signo) {
        return new SigInfo(signo, SiCode.SI_KERNEL, 0, 0, 0, 0, 0, 0, 0);
    }

    public static SigInfo user(int signo, int pid, int uid) {
        return new SigInfo(signo, SiCode.SI_USER, pid, uid, 0, 0, 0, 0, 0);
    }

    public static SigInfo fault(int signo, int code, long address, long trapNumber, long errorCode) {
        return new SigInfo(signo, code, 0, 0, 0, 0, address, trapNumber, errorCode);
    }

    public static SigInfo child(int code, int pid, int uid, int status) {
        return new SigInfo(umlaut.abi.Signal.SIGCHLD, code, pid, uid, status, 0, 0, 0, 0);
    }
}
