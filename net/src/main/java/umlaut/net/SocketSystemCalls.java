package umlaut.net;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** The socket system calls. */
final class SocketSystemCalls implements SyscallFamily {
    private final SocketCalls calls;

    SocketSystemCalls(SocketFamilies families) {
        this.calls = new SocketCalls(families);
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.SOCKET -> calls.socket(task, a.i(0), a.i(1), a.i(2));
            case Nr.SOCKETPAIR -> calls.socketpair(task, a.i(0), a.i(1), a.i(2), a.l(3));
            case Nr.BIND -> SocketCalls.bind(task, a.fd(0), a.l(1), a.i(2));
            case Nr.LISTEN -> SocketCalls.listen(task, a.fd(0), a.i(1));
            case Nr.ACCEPT -> SocketCalls.accept(task, a.fd(0), a.l(1), a.l(2), 0);
            case Nr.ACCEPT4 -> SocketCalls.accept(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.CONNECT -> SocketCalls.connect(task, a.fd(0), a.l(1), a.i(2));
            case Nr.GETSOCKNAME -> SocketCalls.getsockname(task, a.fd(0), a.l(1), a.l(2));
            case Nr.GETPEERNAME -> SocketCalls.getpeername(task, a.fd(0), a.l(1), a.l(2));
            case Nr.SHUTDOWN -> SocketCalls.shutdown(task, a.fd(0), a.i(1));
            case Nr.SETSOCKOPT -> SocketCalls.setsockopt(task, a.fd(0), a.i(1), a.i(2), a.l(3), a.i(4));
            case Nr.GETSOCKOPT -> SocketCalls.getsockopt(task, a.fd(0), a.i(1), a.i(2), a.l(3), a.l(4));
            case Nr.SENDTO -> MessageCalls.sendto(task, a.fd(0), a.l(1), a.l(2), a.i(3), a.l(4), a.i(5));
            case Nr.RECVFROM -> MessageCalls.recvfrom(task, a.fd(0), a.l(1), a.l(2), a.i(3), a.l(4), a.l(5));
            case Nr.SENDMSG -> MessageCalls.sendmsg(task, a.fd(0), a.l(1), a.i(2));
            case Nr.RECVMSG -> MessageCalls.recvmsg(task, a.fd(0), a.l(1), a.i(2));
            case Nr.SENDMMSG -> MessageCalls.sendmmsg(task, a.fd(0), a.l(1), a.i(2), a.i(3));
            case Nr.RECVMMSG -> MessageCalls.recvmmsg(task, a.fd(0), a.l(1), a.i(2), a.i(3), a.l(4));
            default -> NOT_MINE;
        };
    }
}
