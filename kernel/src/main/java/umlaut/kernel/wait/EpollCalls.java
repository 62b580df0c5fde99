package umlaut.kernel.wait;

import java.lang.foreign.MemorySegment;
import umlaut.abi.EpollEvent;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Timespec;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;

/** epoll_create(2), epoll_ctl(2), epoll_wait(2) and their variants (fs/eventpoll.c). */
final class EpollCalls {
    private static final int MAX_EVENTS = Integer.MAX_VALUE / 16;

    private EpollCalls() {}

    static long create(Task task, int size) {
        return size <= 0 ? Errno.EINVAL.negative() : create1(task, 0);
    }

    static long create1(Task task, int flags) {
        if ((flags & ~Poll.EPOLL_CLOEXEC) != 0) {
            return Errno.EINVAL.negative();
        }
        EventPoll epoll = new EventPoll(
                AnonInode.of(task.kernel, AnonInode.Kind.SHARED, task.credentials()),
                OpenFlags.O_RDWR,
                task.credentials());
        return Descriptors.install(task, epoll, flags != 0);
    }

    static long control(Task task, int epfd, int operation, int fd, long eventAddress) {
        int events = 0;
        long data = 0;
        if (operation != Poll.EPOLL_CTL_DEL) {
            MemorySegment event = task.memory.struct(eventAddress, EpollEvent.SIZE);
            events = Le.getInt(event, EpollEvent.EVENTS);
            data = Le.getLong(event, EpollEvent.DATA);
        }
        File epoll = task.files().holdOpen(epfd);
        try {
            File target = task.files().holdOpen(fd);
            try {
                if (!target.pollable()) {
                    return Errno.EPERM.negative();
                }
                if (!(epoll instanceof EventPoll instance)) {
                    return Errno.EINVAL.negative();
                }
                instance.control(operation, target, fd, events, data);
                return 0;
            } finally {
                target.release();
            }
        } finally {
            epoll.release();
        }
    }

    static long wait(Task task, int epfd, long address, int max, int timeoutMs) {
        return waitUntil(task, epfd, address, max, Poller.deadlineMs(task, timeoutMs));
    }

    static long pwait(Task task, int epfd, long address, int max, int timeoutMs, long mask, long maskSize) {
        long deadline = Poller.deadlineMs(task, timeoutMs);
        TemporaryMask.set(task, mask, maskSize);
        return TemporaryMask.finish(task, waitUntil(task, epfd, address, max, deadline));
    }

    static long pwait2(Task task, int epfd, long address, int max, long timeout, long mask, long maskSize) {
        long deadline = Blocking.FOREVER;
        if (timeout != 0) {
            MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
            deadline = Poller.deadline(task, Timespec.seconds(time, 0), Timespec.nanoseconds(time, 0));
        }
        TemporaryMask.set(task, mask, maskSize);
        return TemporaryMask.finish(task, waitUntil(task, epfd, address, max, deadline));
    }

    /** @param deadlineNs 0: don't wait */
    private static long waitUntil(Task task, int epfd, long address, int max, long deadlineNs) {
        File file = task.files().lookup(epfd);
        if (file == null || (file.flags() & OpenFlags.O_PATH) != 0) {
            return Errno.EBADF.negative();
        }
        if (max <= 0 || max > MAX_EVENTS) {
            return Errno.EINVAL.negative();
        }
        UserAccess.requireRange(address, (long) max * EpollEvent.SIZE);
        if (!(file instanceof EventPoll epoll)) {
            return Errno.EINVAL.negative();
        }
        if (!epoll.nothingReady()) {
            long count = epoll.harvest(task, address, max);
            if (count != 0) {
                return count;
            }
        }
        if (deadlineNs == 0) {
            return 0;
        }
        File held = task.files().hold(epfd);
        try {
            return sleep(task, epoll, address, max, deadlineNs);
        } finally {
            held.release();
        }
    }

    private static long sleep(Task task, EventPoll epoll, long address, int max, long deadlineNs) {
        BlockingOp op = () -> {
            long count = epoll.nothingReady() ? 0 : epoll.harvest(task, address, max);
            return count == 0 ? BlockingOp.WOULD_BLOCK : count;
        };
        // A signal mask to be put back is the task's own to put back.
        boolean byOthers = task.savedSignalMask == null;
        long result = Blocking.runExclusive(task, epoll.waiters(), op, deadlineNs, byOthers);
        if (result == Errno.ETIMEDOUT.negative()) {
            // An event may have come with the deadline; it was announced to us alone.
            return epoll.nothingReady() ? 0 : epoll.harvest(task, address, max);
        }
        return result == -Restart.ERESTARTSYS ? Errno.EINTR.negative() : result;
    }
}
