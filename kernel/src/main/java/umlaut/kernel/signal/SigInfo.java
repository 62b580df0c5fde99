package umlaut.kernel.signal;

import umlaut.abi.SiCode;
import umlaut.abi.Signal;

/**
 * One signal as sent: what becomes the guest's siginfo_t (sigaction(2)). Which of the fields count follows from signo
 * and code; {@link SigInfoLayout}
 * knows where each stands.
 *
 * @param signo 1 to 64
 * @param code SI_* or a signal's own code
 * @param pid sender, or child for SIGCHLD; timer id for SI_TIMER
 * @param uid sender's real uid; overrun for SI_TIMER
 * @param status exit status or signal for SIGCHLD; band or fd where those apply
 * @param value sigval of sigqueue and timers; the child's user time in clock ticks for SIGCHLD
 * @param address fault address; the child's system time in clock ticks for SIGCHLD; band for SIGPOLL
 * @param trapNumber CPU trap number, for the sigcontext
 * @param errorCode CPU error code, for the sigcontext
 */
public record SigInfo(
        int signo, int code, int pid, int uid, int status, long value, long address, long trapNumber, long errorCode) {

    /** From the kernel itself (SEND_SIG_PRIV): reaches even pid 1 when it is SIGKILL or SIGSTOP. */
    public static SigInfo kernel(int signo) {
        return new SigInfo(signo, SiCode.SI_KERNEL, 0, 0, 0, 0, 0, 0, 0);
    }

    /** As kill(2) sends it. */
    public static SigInfo user(int signo, int pid, int uid) {
        return new SigInfo(signo, SiCode.SI_USER, pid, uid, 0, 0, 0, 0, 0);
    }

    /** As sigqueue(3), tgkill(2) and timers send it. */
    public static SigInfo queued(int signo, int code, int pid, int uid, long value) {
        return new SigInfo(signo, code, pid, uid, 0, value, 0, 0, 0);
    }

    /** A POSIX timer's (timer_create(2)). */
    public static SigInfo timer(int signo, int timerId, int overrun, long value) {
        return new SigInfo(signo, SiCode.SI_TIMER, timerId, overrun, 0, value, 0, 0, 0);
    }

    /** SIGPOLL or its stand-in, with a POLL_* code (fcntl(2), F_SETSIG). */
    public static SigInfo poll(int signo, int code, long band, int fd) {
        return new SigInfo(signo, code, 0, 0, fd, 0, band, 0, 0);
    }

    public static SigInfo fault(int signo, int code, long address, long trapNumber, long errorCode) {
        return new SigInfo(signo, code, 0, 0, 0, 0, address, trapNumber, errorCode);
    }

    public static SigInfo child(int code, int pid, int uid, int status) {
        return new SigInfo(Signal.SIGCHLD, code, pid, uid, status, 0, 0, 0, 0);
    }

    /** A state change of a child. Times are in clock ticks. */
    public static SigInfo child(int signo, int code, int pid, int uid, int status, long utime, long stime) {
        return new SigInfo(signo, code, pid, uid, status, utime, stime, 0, 0);
    }

    /** The same from somebody with other numbers. */
    SigInfo from(int otherPid, int otherUid) {
        return new SigInfo(signo, code, otherPid, otherUid, status, value, address, trapNumber, errorCode);
    }

    public long bit() {
        return PendingSignals.bit(signo);
    }
}
