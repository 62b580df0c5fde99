package umlaut.kernel.ipc;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** Pipes, events, signals and file changes as files, and the calls that move data between files. */
final class IpcFamily implements SyscallFamily {
    private final InotifyHub inotify;

    IpcFamily(InotifyHub inotify) {
        this.inotify = inotify;
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.PIPE -> Pipes.pipe2(task, a.l(0), 0);
            case Nr.PIPE2 -> Pipes.pipe2(task, a.l(0), a.i(1));
            case Nr.EVENTFD -> Pipes.eventfd2(task, a.i(0), 0);
            case Nr.EVENTFD2 -> Pipes.eventfd2(task, a.i(0), a.i(1));
            case Nr.SIGNALFD -> SignalFd.create(task, a.fd(0), a.l(1), a.l(2), 0);
            case Nr.SIGNALFD4 -> SignalFd.create(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.INOTIFY_INIT -> inotify.init(task, 0);
            case Nr.INOTIFY_INIT1 -> inotify.init(task, a.i(0));
            case Nr.INOTIFY_ADD_WATCH -> inotify.addWatch(task, a.fd(0), a.l(1), a.i(2));
            case Nr.INOTIFY_RM_WATCH -> InotifyHub.removeWatch(task, a.fd(0), a.i(1));
            case Nr.SPLICE -> Splice.splice(task, a.fd(0), a.l(1), a.fd(2), a.l(3), a.l(4), a.i(5));
            case Nr.TEE -> Splice.tee(task, a.fd(0), a.fd(1), a.l(2), a.i(3));
            case Nr.VMSPLICE -> Vmsplice.vmsplice(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            default -> NOT_MINE;
        };
    }
}
