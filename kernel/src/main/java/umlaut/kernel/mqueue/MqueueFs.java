package umlaut.kernel.mqueue;

import java.util.concurrent.atomic.AtomicLong;
import umlaut.abi.MountFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/** All queues of a machine as one file system: every mount of type "mqueue" shows the same, and it is there without any. */
public final class MqueueFs extends SuperBlock implements FileSystemType {
    final Kernel kernel;
    public final MqueueLimits limits = new MqueueLimits();
    final MqueueDirectory root;
    private final AtomicLong inodes = new AtomicLong(1);

    public MqueueFs(Kernel kernel) {
        super("mqueue", kernel.vfs.anonymousDevice(), false);
        this.kernel = kernel;
        this.root = new MqueueDirectory(this);
    }

    long nextInode() {
        return inodes.incrementAndGet();
    }

    @Override
    public String name() {
        return "mqueue";
    }

    @Override
    public SuperBlock mount(Kernel by, String source, String options, long device, boolean readOnly) {
        return this;
    }

    @Override
    public Inode root() {
        return root;
    }

    /** Queues come and go by calls that walk no names. */
    @Override
    public boolean revalidates() {
        return true;
    }

    @Override
    public StatfsInfo statfs() {
        return new StatfsInfo(MountFlags.MQUEUE_MAGIC, 4096, 0, 0, 0, 0, 0, 255);
    }
}
