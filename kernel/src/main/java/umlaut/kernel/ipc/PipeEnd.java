package umlaut.kernel.ipc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.Ioctl;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;

/** An open end of a pipe or FIFO, or both ends of a FIFO opened O_RDWR (fs/pipe.c, pipe(7), fifo(7)). */
public final class PipeEnd extends File {
    private final Pipe pipe;
    private final Inode inode;
    /** Opened without waiting while there was no writer: until one has come, its absence is not POLLHUP. */
    private int writerOpensSeen = -1;

    PipeEnd(@Nullable Path path, Inode inode, Pipe pipe, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
        this.pipe = pipe;
    }

    /** The pipe behind it: for splice and tee. */
    public Pipe pipe() {
        return pipe;
    }

    void openedBeforeWriters(int writerOpens) {
        writerOpensSeen = writerOpens;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        return pipe.read(to);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        boolean packet = (flags() & OpenFlags.O_DIRECT) != 0;
        if (from.remaining() == 0) {
            return from.moved();
        }
        while (true) {
            if (pipe.readers() == 0) {
                Signals.raise(task, Signal.SIGPIPE);
                return from.moved() > 0 ? from.moved() : Errno.EPIPE.negative();
            }
            long moved = pipe.write(from, packet);
            if (from.remaining() == 0) {
                return from.moved();
            }
            if (moved == BlockingOp.WOULD_BLOCK) {
                return nonBlocking() && from.moved() > 0 ? from.moved() : moved;
            }
            if (moved < 0 || from.fault()) {
                return from.moved() > 0 ? from.moved() : moved;
            }
        }
    }

    @Override
    public int poll(PollTable table) {
        int state = 0;
        if (table != PollTable.NONE) {
            pipe.polled = true;
        }
        if (readable()) {
            table.add(pipe.readable);
            if (pipe.available() > 0) {
                state |= Poll.POLLIN | Poll.POLLRDNORM;
            }
            if (pipe.writers() == 0 && pipe.writerOpens() != writerOpensSeen) {
                state |= Poll.POLLHUP;
            }
        }
        if (writable()) {
            table.add(pipe.writable);
            if (pipe.canWrite()) {
                state |= Poll.POLLOUT | Poll.POLLWRNORM;
            }
            if (pipe.readers() == 0) {
                state |= Poll.POLLERR;
            }
        }
        return state;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        if (command == Ioctl.FIONREAD) {
            task.memory.putInt(argument, (int) pipe.available());
            return 0;
        }
        return super.ioctl(task, command, argument);
    }

    @Override
    public long fcntl(Task task, int command, long argument) {
        return switch (command) {
            case Fcntl.F_GETPIPE_SZ -> pipe.capacity();
            case Fcntl.F_SETPIPE_SZ -> PipeSize.set(task, pipe, argument);
            default -> super.fcntl(task, command, argument);
        };
    }

    @Override
    protected void onRelease() {
        if (pipe.close(readable(), writable()) && path != null) {
            Fifos.forget(inode, pipe);
        }
    }

    @Override
    public @Nullable String anonymousName() {
        return inode instanceof AnonInode anon && path == null ? anon.displayName() : null;
    }
}
