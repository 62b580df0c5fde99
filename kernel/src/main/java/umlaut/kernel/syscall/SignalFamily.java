package umlaut.kernel.syscall;

import umlaut.abi.Nr;
import umlaut.kernel.signal.KillCalls;
import umlaut.kernel.signal.SignalCalls;
import umlaut.kernel.task.Task;

/** Signals, signal(7). */
final class SignalFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args args) {
        return switch (nr) {
            case Nr.RT_SIGACTION -> SignalCalls.sigaction(task, args.i(0), args.l(1), args.l(2), args.l(3));
            case Nr.RT_SIGPROCMASK -> SignalCalls.sigprocmask(task, args.i(0), args.l(1), args.l(2), args.l(3));
            case Nr.RT_SIGRETURN -> SignalCalls.sigreturn(task);
            case Nr.RT_SIGPENDING -> SignalCalls.sigpending(task, args.l(0), args.l(1));
            case Nr.RT_SIGSUSPEND -> SignalCalls.sigsuspend(task, args.l(0), args.l(1));
            case Nr.RT_SIGTIMEDWAIT -> SignalCalls.sigtimedwait(task, args.l(0), args.l(1), args.l(2), args.l(3));
            case Nr.SIGALTSTACK -> SignalCalls.sigaltstack(task, args.l(0), args.l(1));
            case Nr.PAUSE -> SignalCalls.pause(task);
            case Nr.RESTART_SYSCALL -> SignalCalls.restart(task);
            case Nr.KILL -> KillCalls.kill(task, args.i(0), args.i(1));
            case Nr.TKILL -> KillCalls.tkill(task, args.i(0), args.i(1));
            case Nr.TGKILL -> KillCalls.tgkill(task, args.i(0), args.i(1), args.i(2));
            case Nr.RT_SIGQUEUEINFO -> KillCalls.queue(task, args.i(0), args.i(1), args.l(2));
            case Nr.RT_TGSIGQUEUEINFO -> KillCalls.queueToThread(task, args.i(0), args.i(1), args.i(2), args.l(3));
            default -> NOT_MINE;
        };
    }
}
