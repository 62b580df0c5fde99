package umlaut.kernel.vfs;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.task.Task;

/** A file system without names, kept by the kernel for anonymous objects: pipes, sockets, eventfds (Linux: fs/libfs.c init_pseudo). */
public final class PseudoFs extends SuperBlock {
    private final long magic;
    private final AtomicLong inodes = new AtomicLong(1);
    private final Inode root;

    PseudoFs(String type, long device, long magic) {
        super(type, device, false);
        this.magic = magic;
        this.root = new Inode(this, 1, Mode.S_IFDIR | 0755) {
            @Override
            public File open(@Nullable Task task, Path path, int flags) {
                throw Errno.ENXIO.exception();
            }
        };
    }

    /** A fresh inode number. */
    public long nextInode() {
        return inodes.incrementAndGet();
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public StatfsInfo statfs() {
        return new StatfsInfo(magic, 4096, 0, 0, 0, 0, 0, 255);
    }
}
