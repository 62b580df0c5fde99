package umlaut.kernel.ipc;

import umlaut.abi.Errno;
import umlaut.abi.EventFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.Inode;

/** pipe(2), pipe2(2), eventfd(2). */
public final class Pipes {
    private Pipes() {}

    static long pipe2(Task task, long address, int flags) {
        if ((flags & ~(OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT | OpenFlags.O_EXCL)) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & OpenFlags.O_EXCL) != 0) {
            return Errno.ENOPKG.negative(); // notification pipes: as without CONFIG_WATCH_QUEUE
        }
        int kept = flags & (OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT);
        PipeEnd[] ends = open(task, kept);
        return Descriptors.installPair(task, ends[0], ends[1], (flags & OpenFlags.O_CLOEXEC) != 0, address);
    }

    /** A new pipe of the task's: the end to read from and the end to write to. */
    public static PipeEnd[] open(Task task) {
        return open(task, 0);
    }

    private static PipeEnd[] open(Task task, int kept) {
        Inode inode = AnonInode.of(task.kernel, AnonInode.Kind.PIPE, task.credentials());
        Pipe pipe = PipeSize.newPipe(task);
        pipe.addReader();
        pipe.addWriter();
        // Where an open of /proc/PID/fd/N finds it.
        inode.state().fifo = pipe;
        PipeEnd reader =
                new PipeEnd(null, inode, pipe, OpenFlags.O_RDONLY | kept & ~OpenFlags.O_DIRECT, task.credentials());
        PipeEnd writer = new PipeEnd(null, inode, pipe, OpenFlags.O_WRONLY | kept, task.credentials());
        return new PipeEnd[] {reader, writer};
    }

    static long eventfd2(Task task, int initial, int flags) {
        if ((flags & ~(EventFlags.EFD_SEMAPHORE | EventFlags.EFD_CLOEXEC | EventFlags.EFD_NONBLOCK)) != 0) {
            return Errno.EINVAL.negative();
        }
        EventFd event = new EventFd(
                AnonInode.of(task.kernel, AnonInode.Kind.SHARED, task.credentials()),
                initial,
                (flags & EventFlags.EFD_SEMAPHORE) != 0,
                flags & EventFlags.EFD_NONBLOCK,
                task.credentials());
        return Descriptors.install(task, event, (flags & EventFlags.EFD_CLOEXEC) != 0);
    }
}
