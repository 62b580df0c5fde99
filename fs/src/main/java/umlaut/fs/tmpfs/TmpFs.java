package umlaut.fs.tmpfs;

import java.util.concurrent.atomic.AtomicLong;
import umlaut.abi.Errno;
import umlaut.abi.MountFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/** One tmpfs instance (Linux: shmem_sb_info). Also what other file systems of the kernel's own are made of (devtmpfs). */
public final class TmpFs extends SuperBlock {
    private final Kernel kernel;
    final LimitedStore store;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong inodes = new AtomicLong();
    private volatile TmpFsOptions options;
    private final TmpDirectory root;

    /** @param type name shown in /proc/mounts */
    public TmpFs(Kernel kernel, String type, TmpFsOptions options, long device, boolean readOnly) {
        super(type, device, readOnly);
        this.kernel = kernel;
        this.options = options;
        this.store = new LimitedStore(kernel.pages, options.maxPages());
        this.root = new TmpDirectory(this, options.mode());
        root.uid = options.uid();
        root.gid = options.gid();
        long now = now();
        root.atime = now;
        root.mtime = now;
        root.ctime = now;
        root.btime = now;
        inodes.set(1);
    }

    /** devtmpfs has names made by drivers. */
    @Override
    public boolean namesSettled() {
        return !revalidates() && !type.equals("devtmpfs");
    }

    Kernel kernel() {
        return kernel;
    }

    long now() {
        return kernel.clock.realtimeNs();
    }

    long nextNumber() {
        return numbers.incrementAndGet();
    }

    /** Counts one object or link more. @throws umlaut.abi.ErrnoException ENOSPC */
    void reserveInode() {
        long most = options.maxInodes();
        if (inodes.incrementAndGet() > most && most != 0) {
            inodes.decrementAndGet();
            throw Errno.ENOSPC.exception();
        }
    }

    @Override
    public boolean exportable() {
        return true;
    }

    void unreserveInode() {
        inodes.decrementAndGet();
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public StatfsInfo statfs() {
        long pages = options.maxPages();
        long free = pages == 0 ? 0 : Math.max(0, pages - store.usedPages());
        long most = options.maxInodes();
        long left = most == 0 ? 0 : Math.max(0, most - inodes.get());
        return new StatfsInfo(MountFlags.TMPFS_MAGIC, PageStore.PAGE, pages, free, free, most, left, 255);
    }

    @Override
    public String showOptions() {
        TmpFsOptions o = options;
        StringBuilder text = new StringBuilder();
        if (o.maxPages() != o.defaultPages()) {
            text.append(",size=").append(o.maxPages() * 4).append('k');
        }
        if (o.maxInodes() != o.defaultPages()) {
            text.append(",nr_inodes=").append(o.maxInodes());
        }
        if (o.mode() != 01777) {
            text.append(",mode=").append(String.format("%03o", o.mode()));
        }
        if (o.uid() != 0) {
            text.append(",uid=").append(Integer.toUnsignedString(o.uid()));
        }
        if (o.gid() != 0) {
            text.append(",gid=").append(Integer.toUnsignedString(o.gid()));
        }
        return text.toString();
    }

    @Override
    public void remount(String text) {
        TmpFsOptions fresh = options.with(text, kernel.memoryBytes());
        if (fresh.maxPages() != 0 && fresh.maxPages() < store.usedPages()
                || fresh.maxInodes() != 0 && fresh.maxInodes() < inodes.get()) {
            throw Errno.EINVAL.exception();
        }
        // Owner and mode of the root are only looked at when it is made.
        options = new TmpFsOptions(
                fresh.maxPages(),
                fresh.maxInodes(),
                options.mode(),
                options.uid(),
                options.gid(),
                fresh.defaultPages());
        store.setLimit(fresh.maxPages());
    }

    @Override
    public void kill() {
        root.dropTree();
    }
}
