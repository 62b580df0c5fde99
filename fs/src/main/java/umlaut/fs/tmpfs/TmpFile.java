package umlaut.fs.tmpfs;

import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.Seek;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.mm.Shmem;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Seeking;

/** An open regular file of a tmpfs. */
final class TmpFile extends File {
    private final TmpRegular inode;

    TmpFile(TmpRegular inode, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
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
        Shmem bytes = inode.bytesOrNull();
        return bytes == null ? 0 : bytes.read(to, offset);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        if (from.remaining() == 0) {
            return 0;
        }
        long moved = inode.bytes().write(from, offset);
        inode.grown();
        return moved;
    }

    @Override
    public long seek(long offset, int whence) {
        Shmem bytes = inode.bytesOrNull();
        if (bytes == null) {
            return Seeking.generic(this, offset, whence, 0);
        }
        if (whence == Seek.SEEK_DATA || whence == Seek.SEEK_HOLE) {
            long found = whence == Seek.SEEK_DATA ? bytes.seekData(offset) : bytes.seekHole(offset);
            if (found < 0) {
                throw Errno.ENXIO.exception();
            }
            return Seeking.set(this, found);
        }
        return Seeking.generic(this, offset, whence, bytes.size());
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return inode.bytes();
    }

    @Override
    public void sync(boolean dataOnly) {}

    @Override
    public void allocate(int mode, long offset, long length) {
        if ((mode & ~(Fcntl.FALLOC_FL_KEEP_SIZE | Fcntl.FALLOC_FL_PUNCH_HOLE)) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        inode.lock.lock();
        try {
            if ((mode & Fcntl.FALLOC_FL_PUNCH_HOLE) != 0) {
                inode.bytes().punchHole(offset, length);
            } else {
                inode.bytes().allocate(offset, length, (mode & Fcntl.FALLOC_FL_KEEP_SIZE) != 0);
                inode.grown();
            }
        } finally {
            inode.lock.unlock();
        }
    }

    @Override
    protected void onRelease() {
        Shmem bytes = inode.bytesOrNull();
        if (bytes != null && writable()) {
            bytes.trim();
        }
    }

    /** Files of a mounted tmpfs, other than memfds, can't be sealed. */
    @Override
    public long fcntl(Task task, int command, long argument) {
        return switch (command) {
            case Fcntl.F_GET_SEALS -> Fcntl.F_SEAL_SEAL;
            case Fcntl.F_ADD_SEALS -> Errno.EPERM.negative();
            default -> super.fcntl(task, command, argument);
        };
    }
}
