package umlaut.fs.dev;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** An open memory device: never blocks, and seeks go nowhere (null_lseek). */
abstract class DeviceFile extends File {
    private final Inode inode;

    DeviceFile(@Nullable Task task, Path path, Inode inode, int flags) {
        super(path, flags, task == null ? Credentials.ROOT : task.credentials());
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

    /** Transfers don't move it. */
    @Override
    public void setPosition(long fresh) {}

    @Override
    public long seek(long offset, int whence) {
        return 0;
    }
}
