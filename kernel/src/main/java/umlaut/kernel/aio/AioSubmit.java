package umlaut.kernel.aio;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Iocb;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.Poll;
import umlaut.kernel.ipc.EventFd;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Iovecs;
import umlaut.kernel.vfs.ReadWrite;

/**
 * One request of io_submit(2) (Linux: io_submit_one). As Linux does with buffered files and pipes, transfers and syncs are made at once, by the caller; only a poll
 * waits by itself.
 */
final class AioSubmit {
    /** What the kernel writes into aio_key. */
    static final int KEY = 0;

    private static final int PREAD = 0, PWRITE = 1, FSYNC = 2, FDSYNC = 3, POLL = 5, PREADV = 7, PWRITEV = 8;
    private static final int FLAG_RESFD = 1, FLAG_IOPRIO = 2;
    private static final int IOPRIO_CLASS_SHIFT = 13, IOPRIO_CLASS_IDLE = 3;
    private static final int RWF_SUPPORTED = 0x3f;

    private final Task task;
    private final AioContext context;
    private final long object;
    private final long data;
    private final int opcode;
    private final int flags;
    private final int rwFlags;
    private final int priority;
    private final int fd;
    private final int eventFd;
    private final long buffer;
    private final long bytes;
    private final long offset;

    private AioSubmit(Task task, AioContext context, long object, MemorySegment in) {
        this.task = task;
        this.context = context;
        this.object = object;
        data = Le.getLong(in, Iocb.AIO_DATA);
        opcode = Le.getUnsignedShort(in, Iocb.AIO_LIO_OPCODE);
        flags = Le.getInt(in, Iocb.AIO_FLAGS);
        rwFlags = Le.getInt(in, Iocb.AIO_RW_FLAGS);
        priority = Le.getUnsignedShort(in, Iocb.AIO_REQPRIO);
        fd = Le.getInt(in, Iocb.AIO_FILDES);
        eventFd = Le.getInt(in, Iocb.AIO_RESFD);
        buffer = Le.getLong(in, Iocb.AIO_BUF);
        bytes = Le.getLong(in, Iocb.AIO_NBYTES);
        offset = Le.getLong(in, Iocb.AIO_OFFSET);
        if (Le.getLong(in, Iocb.AIO_RESERVED2) != 0 || bytes < 0) {
            throw Errno.EINVAL.exception();
        }
    }

    /** @throws ErrnoException why there is no such request; what comes of it is an event */
    static void submit(Task task, AioContext context, long object) {
        AioSubmit request = new AioSubmit(task, context, object, task.memory.struct(object, Iocb.SIZE));
        context.reserve();
        try {
            request.begin();
        } catch (ErrnoException e) {
            context.abandon();
            throw e;
        }
    }

    private void begin() {
        File file = task.files().holdOpen(fd);
        EventFd event = null;
        boolean kept = false;
        try {
            event = (flags & FLAG_RESFD) != 0 ? event() : null;
            task.memory.putInt(object + Iocb.AIO_KEY, KEY);
            kept = perform(file, event);
        } finally {
            if (!kept) {
                file.release();
                if (event != null) {
                    event.release();
                }
            }
        }
    }

    private EventFd event() {
        File file = task.files().hold(eventFd);
        if (file instanceof EventFd event) {
            return event;
        }
        file.release();
        throw Errno.EINVAL.exception();
    }

    /** @return whether the request still needs the files, which then are its own */
    private boolean perform(File file, @Nullable EventFd event) {
        switch (opcode) {
            case PREAD -> complete(transfer(file, false, false), event);
            case PWRITE -> complete(transfer(file, true, false), event);
            case PREADV -> complete(transfer(file, false, true), event);
            case PWRITEV -> complete(transfer(file, true, true), event);
            case FSYNC, FDSYNC -> complete(sync(file), event);
            case POLL -> {
                if ((buffer & 0xffff) != buffer || offset != 0 || bytes != 0 || rwFlags != 0) {
                    throw Errno.EINVAL.exception();
                }
                int events = (int) buffer | Poll.POLLERR | Poll.POLLHUP;
                new AioPoll(context, task.kernel.threads, object, data, file, event, events).start();
                return true;
            }
            default -> throw Errno.EINVAL.exception();
        }
        return false;
    }

    private void complete(long result, @Nullable EventFd event) {
        context.complete(object, data, Restart.isRestart(result) ? Errno.EINTR.negative() : result);
        if (event != null) {
            event.signal(1);
        }
    }

    private long transfer(File file, boolean writing, boolean vector) {
        checkPriority();
        if ((rwFlags & ~RWF_SUPPORTED) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        if (!(writing ? file.writable() : file.readable())) {
            throw Errno.EBADF.exception();
        }
        if (file.inode().isDirectory()) {
            throw Errno.EINVAL.exception();
        }
        // What is written to the program's memory must be there, or have failed, when the event is.
        task.user().setImmediateWrites(true);
        IovIter iter = new IovIter();
        if (vector) {
            Iovecs.load(task, buffer, bytes, iter);
        } else {
            if (buffer < 0 || buffer + bytes < 0) {
                throw Errno.EFAULT.exception();
            }
            iter.user(task, buffer, Math.min(bytes, Limits.MAX_RW_COUNT));
        }
        if (offset < 0 && file.seekable()) {
            throw Errno.EINVAL.exception();
        }
        try {
            return ReadWrite.perform(task, file, iter, writing, offset, rwFlags);
        } catch (ErrnoException e) {
            return e.errno().negative();
        }
    }

    private void checkPriority() {
        if ((flags & FLAG_IOPRIO) != 0 && priority >> IOPRIO_CLASS_SHIFT > IOPRIO_CLASS_IDLE) {
            throw Errno.EINVAL.exception();
        }
    }

    private long sync(File file) {
        if (buffer != 0 || offset != 0 || bytes != 0 || rwFlags != 0) {
            throw Errno.EINVAL.exception();
        }
        if (!file.seekable()) {
            throw Errno.EINVAL.exception();
        }
        try {
            file.sync(opcode == FDSYNC);
            return 0;
        } catch (ErrnoException e) {
            return e.errno().negative();
        }
    }
}
