package umlaut.kernel.mm;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.OpenFlags;
import umlaut.abi.Seek;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** An open memfd (memfd_create(2)). */
final class MemfdFile extends File {
    private final MemfdInode inode;
    /** Made by memfd_create itself, not by opening it anew through /proc: keeps the inode itself. */
    private final boolean first;

    MemfdFile(MemfdInode inode, @Nullable Path path, int flags, Credentials credentials, boolean first) {
        super(path, flags, credentials);
        this.inode = inode;
        this.first = first;
        if (first && !inode.hold()) {
            throw new IllegalStateException("a new inode is gone");
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
    public long read(Task task, IovIter to, long offset) {
        return inode.bytes.read(to, offset);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        boolean append = (flags() & OpenFlags.O_APPEND) != 0;
        return inode.write(from, append ? inode.bytes.size() : offset);
    }

    @Override
    public long seek(long offset, int whence) {
        long to = switch (whence) {
            case Seek.SEEK_SET -> offset;
            case Seek.SEEK_CUR -> position() + offset;
            case Seek.SEEK_END -> inode.bytes.size() + offset;
            case Seek.SEEK_DATA -> inode.bytes.seekData(offset);
            case Seek.SEEK_HOLE -> inode.bytes.seekHole(offset);
            default -> throw Errno.EINVAL.exception();
        };
        if (to == Errno.ENXIO.negative() && whence >= Seek.SEEK_DATA) {
            throw Errno.ENXIO.exception();
        }
        if (to < 0) {
            throw Errno.EINVAL.exception();
        }
        setPosition(to);
        return to;
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return inode.bytes;
    }

    @Override
    public void sync(boolean dataOnly) {
        // Memory is all there is.
    }

    @Override
    public void allocate(int mode, long offset, long length) {
        inode.allocate(mode, offset, length);
    }

    @Override
    protected void onRelease() {
        if (first) {
            inode.unhold();
        }
    }

    @Override
    public String anonymousName() {
        return "/memfd:" + inode.name + " (deleted)";
    }

    /** F_ADD_SEALS, F_GET_SEALS. */
    @Override
    public long fcntl(Task task, int command, long argument) {
        switch (command) {
            case Fcntl.F_GET_SEALS -> {
                return inode.seals();
            }
            case Fcntl.F_ADD_SEALS -> {
                if (!writable()) {
                    throw Errno.EPERM.exception();
                }
                inode.addSeals((int) argument);
                return 0;
            }
            default -> {
                return super.fcntl(task, command, argument);
            }
        }
    }
}
