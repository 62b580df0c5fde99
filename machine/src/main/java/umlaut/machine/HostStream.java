package umlaut.machine;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;

/**
 * One of the machine's standard streams as a guest's open file: whatever the host has there (a pipe, a socket; for files see {@link HostStreamFile}), bytes pass
 * unchanged, the end of the input is the end here, and a reader that has gone is EPIPE and SIGPIPE here.
 */
final class HostStream extends File {
    private final HostStreamInode inode;

    HostStream(@Nullable Path path, HostStreamInode inode, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
        inode.opened();
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
        return inode.channel.read(to);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        while (true) {
            long result = inode.channel.write(from);
            if (result == BlockingOp.WOULD_BLOCK) {
                return nonBlocking() && from.moved() > 0 ? from.moved() : result;
            }
            if (result == Errno.EPIPE.negative()) {
                Signals.raise(task, Signal.SIGPIPE);
            }
            if (result <= 0 || from.remaining() == 0 || from.fault()) {
                return from.moved() > 0 ? from.moved() : result;
            }
        }
    }

    @Override
    public long seek(long offset, int whence) {
        return inode.channel.seek(offset, whence);
    }

    @Override
    public int poll(PollTable table) {
        int interest = (readable() ? Poll.POLLIN : 0) | (writable() ? Poll.POLLOUT : 0);
        table.add(inode.channel.queue);
        int ready = inode.channel.poll(interest, table != PollTable.NONE);
        return ready
                | ((ready & Poll.POLLIN) != 0 ? Poll.POLLRDNORM : 0)
                | ((ready & Poll.POLLOUT) != 0 ? Poll.POLLWRNORM : 0);
    }

    @Override
    protected void onRelease() {
        inode.closed();
    }

    @Override
    public @Nullable String anonymousName() {
        return path == null ? inode.name() : null;
    }
}
