package umlaut.machine;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Seek;
import umlaut.host.HostCalls;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A standard stream that is a regular file on the host, with all that programs do to files they are redirected to: pread(2), mmap(2), fsync(2). It is the
 * host's open file description: the position is moved by whoever has that, the shell's next command and the stream beside it (2>&1) included, so each
 * transfer uses and moves it in one step on the host. Opened anew through /dev/stdin it is a description of our own, as on Linux.
 */
final class HostStreamFile extends File {
    private final HostStreamInode inode;
    private final HostChannel channel;

    /** @param path null for the stream as it was given to us; else {@code channel} is ours alone and ends with the file */
    HostStreamFile(
            @Nullable Path path, HostStreamInode inode, HostChannel channel, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
        this.channel = channel;
        if (path == null) {
            inode.opened();
        }
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public boolean movesItself() {
        return true;
    }

    @Override
    public long position() {
        return Math.max(0, channel.seek(0, Seek.SEEK_CUR));
    }

    @Override
    public void setPosition(long fresh) {
        check(channel.seek(fresh, Seek.SEEK_SET));
    }

    @Override
    public long seek(long offset, int whence) {
        return channel.seek(offset, whence);
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        long at = offset;
        while (true) {
            long n = channel.read(to, at);
            if (n <= 0 || to.remaining() == 0 || to.fault()) {
                return to.moved() > 0 ? to.moved() : n;
            }
            at = offset == AT_POSITION ? AT_POSITION : at + n;
        }
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        long result = channel.write(from, offset);
        if (offset != AT_POSITION) {
            inode.refresh();
        } else if (result > 0) {
            inode.touch(AttributeChange.MTIME | AttributeChange.CTIME, task.kernel.clock.realtimeNs());
        }
        return result;
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return (offset, length, writing, into) -> into.set(channel.hostFd(), offset, length);
    }

    @Override
    public void sync(boolean dataOnly) {
        check(channel.sync(dataOnly));
    }

    @Override
    public void allocate(int mode, long offset, long length) {
        check(channel.allocate(mode, offset, length));
        inode.refresh();
    }

    @Override
    protected void onRelease() {
        if (path != null) {
            channel.close();
        } else {
            inode.closed();
        }
    }

    private static void check(long result) {
        if (HostCalls.isError(result)) {
            throw Errno.of((int) -result).exception();
        }
    }

    @Override
    public @Nullable String anonymousName() {
        return path == null ? inode.name() : null;
    }
}
