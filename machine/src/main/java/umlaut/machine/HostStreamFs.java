package umlaut.machine;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/** Where the inodes of the host's standard streams belong: a file system without names, as Linux's pipefs. */
final class HostStreamFs extends SuperBlock {
    private final Inode root = new Inode(this, 1, Mode.S_IFDIR | 0755) {
        @Override
        public File open(@Nullable Task task, Path path, int flags) {
            throw Errno.ENXIO.exception();
        }
    };

    HostStreamFs(long device) {
        super("pipefs", device, false);
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public StatfsInfo statfs() {
        return new StatfsInfo(MountFlags.PIPEFS_MAGIC, 4096, 0, 0, 0, 0, 0, 255);
    }
}
