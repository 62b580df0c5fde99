package umlaut.fs.support;

import umlaut.abi.Errno;
import umlaut.abi.Seek;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * An open directory: its position is a listing cookie, so seeking just goes there (Linux: dcache_dir_lseek,
 * generic_file_llseek on directories).
 */
public abstract class DirectoryFile extends File {
    private final Inode inode;

    protected DirectoryFile(Inode inode, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public final Inode inode() {
        return inode;
    }

    @Override
    public final boolean seekable() {
        return true;
    }

    @Override
    public final long seek(long offset, int whence) {
        long to = switch (whence) {
            case Seek.SEEK_SET -> offset;
            case Seek.SEEK_CUR -> position() + offset;
            default -> throw Errno.EINVAL.exception();
        };
        if (to < 0) {
            throw Errno.EINVAL.exception();
        }
        setPosition(to);
        return to;
    }

    /** Names are in place as soon as they are made. */
    @Override
    public void sync(boolean dataOnly) {}
}
