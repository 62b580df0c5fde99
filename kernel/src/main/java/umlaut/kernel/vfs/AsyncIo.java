package umlaut.kernel.vfs;

import umlaut.abi.Fcntl;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** Sends the signals of O_ASYNC, fcntl(2) "Managing signals" (Linux: fs/fcntl.c send_sigio, send_sigurg). */
public final class AsyncIo {
    /** si_code of SIGIO: input, output, message, error, priority, hang-up. */
    public static final int POLL_IN = 1, POLL_OUT = 2, POLL_MSG = 3, POLL_ERR = 4, POLL_PRI = 5, POLL_HUP = 6;

    private AsyncIo() {}

    /**
     * Tells the owner that something has happened, if the owner's setter may signal it.
     *
     * @param code POLL_*
     * @param band POLL* bits of poll(2)
     */
    public static void signal(Kernel kernel, AsyncOwner owner, int code, long band) {
        signal(kernel, owner, code, band, -1);
    }

    /** As {@link #signal(Kernel, AsyncOwner, int, long)}, of a descriptor. */
    public static void signal(Kernel kernel, AsyncOwner owner, int code, long band, int fd) {
        int signo = owner.signal() == 0 ? Signal.SIGIO : owner.signal();
        send(kernel, owner, owner.signal() == 0 ? SigInfo.kernel(signo) : SigInfo.poll(signo, code, band, fd));
    }

    /** SIGURG. */
    public static void urgent(Kernel kernel, AsyncOwner owner) {
        send(kernel, owner, SigInfo.kernel(Signal.SIGURG));
    }

    private static void send(Kernel kernel, AsyncOwner owner, SigInfo info) {
        if (owner.id() == 0) {
            return;
        }
        switch (owner.type()) {
            case Fcntl.F_OWNER_TID -> {
                Task task = kernel.tasks.task(owner.id());
                if (task != null && allowed(owner, task)) {
                    Signals.send(task, info);
                }
            }
            case Fcntl.F_OWNER_PGRP -> Signals.sendToProcessGroup(kernel, owner.id(), info);
            default -> {
                ThreadGroup group = kernel.tasks.group(owner.id());
                Task leader = kernel.tasks.task(owner.id());
                if (group != null && (leader == null || allowed(owner, leader))) {
                    Signals.send(group, info);
                }
            }
        }
    }

    /** sigio_perm. */
    private static boolean allowed(AsyncOwner owner, Task task) {
        int uid = task.credentials().uid();
        int suid = task.credentials().suid();
        return owner.euid() == 0
                || owner.euid() == suid
                || owner.euid() == uid
                || owner.uid() == suid
                || owner.uid() == uid;
    }
}
