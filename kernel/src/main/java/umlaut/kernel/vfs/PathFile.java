package umlaut.kernel.vfs;

import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;

/** A descriptor of a place rather than of an open file: O_PATH of open(2). System calls that need an open file refuse it (EBADF). */
class PathFile extends File {
    private final Inode inode;

    PathFile(Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = path.inode();
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public long seek(long offset, int whence) {
        throw Errno.EBADF.exception();
    }
}
