package umlaut.kernel.vfs;

/** One mounted file system instance (Linux: struct super_block), which several mounts may show. */
public abstract class SuperBlock {
    /** Name in /proc/filesystems and /proc/mounts, e.g. "tmpfs". */
    public final String type;
    /** st_dev: a device number of its own. */
    public final long device;

    private volatile boolean readOnly;

    protected SuperBlock(String type, long device, boolean readOnly) {
        this.type = type;
        this.device = device;
        this.readOnly = readOnly;
    }

    public abstract Inode root();

    public final boolean readOnly() {
        return readOnly;
    }

    public final void setReadOnly(boolean on) {
        readOnly = on;
    }

    /**
     * Names may come and go behind the kernel's back (hostfs volumes, procfs): dentries must ask {@link Inode#lookup} again on every walk instead of
     * trusting the cache.
     */
    public boolean revalidates() {
        return false;
    }

    /** What statfs(2) says. */
    public abstract StatfsInfo statfs();

    /** Type-specific options as /proc/mounts shows them, with a leading comma each, e.g. ",size=65536k". */
    public String showOptions() {
        return "";
    }

    /** syncfs(2). */
    public void sync() {}

    /** mount -o remount with type-specific options. */
    public void remount(String options) {}

    /** The last mount has gone. */
    public void kill() {}

    /** Numbers of statfs(2): blocks in {@code blockSize} units. */
    public record StatfsInfo(
            long magic, long blockSize, long blocks, long free, long available, long files, long filesFree, int nameLength) {}
}
