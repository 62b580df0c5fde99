package umlaut.fs.support;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.time.Clock;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * A file system whose inodes the kernel makes: procfs, sysfs. Its directories are {@link TreeDirectory}, its files
 * {@link TextInode}.
 */
public abstract class TreeFs extends SuperBlock {
    final Clock clock;
    private final long magic;
    private final boolean changes;
    private final AtomicLong inodes = new AtomicLong(1);

    /** @param changes names come and go by themselves, as processes do */
    protected TreeFs(String type, long device, boolean readOnly, long magic, boolean changes, Clock clock) {
        super(type, device, readOnly);
        this.magic = magic;
        this.changes = changes;
        this.clock = clock;
    }

    /** A number for an inode that stays. */
    public final long nextInode() {
        return inodes.getAndIncrement();
    }

    @Override
    public final boolean revalidates() {
        return changes;
    }

    @Override
    public final boolean revalidate(Inode directory, String name, @Nullable Inode cached) {
        return cached instanceof TreeInode inode ? !inode.stale() : directory.lookup(name) == cached;
    }

    @Override
    public final StatfsInfo statfs() {
        return new StatfsInfo(magic, 4096, 0, 0, 0, 0, 0, 255);
    }
}
