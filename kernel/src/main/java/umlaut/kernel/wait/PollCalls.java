package umlaut.kernel.wait;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** The system calls that wait for many files at once. */
public final class PollCalls implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.POLL -> Poller.poll(task, a.l(0), a.i(1), a.i(2));
            case Nr.PPOLL -> Poller.ppoll(task, a.l(0), a.i(1), a.l(2), a.l(3), a.l(4));
            case Nr.SELECT -> Select.select(task, a.i(0), a.l(1), a.l(2), a.l(3), a.l(4));
            case Nr.PSELECT6 -> Select.pselect(task, a.i(0), a.l(1), a.l(2), a.l(3), a.l(4), a.l(5));
            case Nr.EPOLL_CREATE -> EpollCalls.create(task, a.i(0));
            case Nr.EPOLL_CREATE1 -> EpollCalls.create1(task, a.i(0));
            case Nr.EPOLL_CTL -> EpollCalls.control(task, a.fd(0), a.i(1), a.fd(2), a.l(3));
            case Nr.EPOLL_WAIT -> EpollCalls.wait(task, a.fd(0), a.l(1), a.i(2), a.i(3));
            case Nr.EPOLL_PWAIT -> EpollCalls.pwait(task, a.fd(0), a.l(1), a.i(2), a.i(3), a.l(4), a.l(5));
            case Nr.EPOLL_PWAIT2 -> EpollCalls.pwait2(task, a.fd(0), a.l(1), a.i(2), a.l(3), a.l(4), a.l(5));
            default -> NOT_MINE;
        };
    }
}
