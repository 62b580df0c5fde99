package umlaut.kernel.ipc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.RestartException;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.FifoOpener;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.InodeState;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** Opening FIFOs: fifo(7), fifo_open in fs/pipe.c. The pipe lives in the inode's state while any end is open. */
public final class Fifos implements FifoOpener {
    @Override
    public File open(@Nullable Task task, Path path, Inode inode, int flags) {
        Credentials owner = task == null ? Credentials.ROOT : task.credentials();
        InodeState state = inode.state();
        // An end of pipe(2) opened again through /proc/PID/fd waits for nobody.
        boolean isPipe = inode instanceof AnonInode;
        Pipe pipe;
        PipeEnd end;
        boolean alone;
        int seen;
        synchronized (state) {
            pipe = (Pipe) state.fifo;
            if (pipe == null) {
                pipe = task == null ? new Pipe() : PipeSize.newPipe(task);
                state.fifo = pipe;
            }
            end = new PipeEnd(path, inode, pipe, flags, owner);
            if (!isPipe && !end.readable() && end.nonBlocking() && pipe.readers() == 0) {
                if (pipe.writers() == 0) {
                    state.fifo = null;
                }
                throw Errno.ENXIO.exception();
            }
            if (end.readable()) {
                pipe.addReader();
            }
            if (end.writable()) {
                pipe.addWriter();
            }
            // Together with our own coming: a partner that this brings may have gone again at once.
            alone = end.readable() ? pipe.writers() == 0 : pipe.readers() == 0;
            seen = end.readable() ? pipe.writerOpens() : pipe.readerOpens();
        }
        pipe.opens.wakeAll(0);
        if (!isPipe && alone && !(end.readable() && end.writable())) {
            awaitPartner(task, pipe, end, seen);
        }
        return end;
    }

    /** @param seen how many partners there had been when this end came */
    private static void awaitPartner(@Nullable Task task, Pipe pipe, PipeEnd end, int seen) {
        if (end.nonBlocking() || task == null) {
            end.openedBeforeWriters(end.readable() ? seen : pipe.writerOpens());
            return;
        }
        BlockingOp partnerCame = () -> (end.readable() ? pipe.writerOpens() : pipe.readerOpens()) != seen
                        || (end.readable() ? pipe.writers() : pipe.readers()) > 0
                ? 0
                : BlockingOp.WOULD_BLOCK;
        if (Blocking.on(task, pipe.opens, partnerCame) == -Restart.ERESTARTSYS) {
            end.release();
            throw RestartException.RESTARTSYS;
        }
    }

    /** The last end was closed: the next opener starts with an empty pipe. */
    static void forget(Inode inode, Pipe pipe) {
        InodeState state = inode.state();
        synchronized (state) {
            if (state.fifo == pipe && pipe.readers() == 0 && pipe.writers() == 0) {
                state.fifo = null;
            }
        }
    }
}
