package umlaut.kernel.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.engine.KnownPaths;
import umlaut.kernel.ns.UserNamespace;

/** One mounted file system instance (Linux: struct super_block), which several mounts may show. */
public abstract class SuperBlock {
    /** As many handles are remembered before it is looked whether their inodes are still there. */
    private static final int EXPORTS = 64;

    /** Name in /proc/filesystems and /proc/mounts, e.g. "tmpfs". */
    public final String type;
    /** st_dev: a device number of its own. */
    public final long device;

    private volatile boolean readOnly;
    private volatile boolean changedBeneath;
    private volatile KnownPaths known = KnownPaths.NONE;
    private volatile @Nullable Dentry rootDentry;
    /** Renames between directories of this file system happen one at a time (Linux: s_vfs_rename_mutex). Rank: before all inode locks. */
    final ReentrantLock renameLock = new ReentrantLock();
    /** Names cached ({@link DentryShrinker}), and how many there may be. */
    final AtomicInteger dentries = new AtomicInteger();

    volatile int dentryGoal;
    /** Files open for writing: a super block with any can't become read-only. */
    final AtomicInteger writers = new AtomicInteger();
    /** The mount that is in no tree, for objects without a name (Linux: kern_mount). */
    volatile @Nullable Mount internalMount;
    /** Whose it is, from its first mount on. */
    volatile @Nullable Vfs vfs;
    /** Mounts that show it; the last one's end kills it. Guarded by the mount tree's lock. */
    int mounts;

    /** Inodes that handles were given out for, by number. */
    @GuardedBy("this") private final Map<Long, WeakReference<Inode>> exports = new HashMap<>();

    @GuardedBy("this") private int exportGoal = EXPORTS;

    private volatile UserNamespace userNs = UserNamespace.INITIAL;

    protected SuperBlock(String type, long device, boolean readOnly) {
        this.type = type;
        this.device = device;
        this.readOnly = readOnly;
    }

    /** That of who mounted it: device nodes work only in the initial one's, and set-id bits only for who is in it (Linux: s_user_ns). */
    public final UserNamespace userNs() {
        return userNs;
    }

    /** Before it is mounted first. */
    public final void setUserNs(UserNamespace ns) {
        userNs = ns;
    }

    public abstract Inode root();

    /** The top of its names; one object for the life of the super block. */
    public final Dentry rootDentry() {
        Dentry root = rootDentry;
        if (root == null) {
            synchronized (this) {
                root = rootDentry;
                if (root == null) {
                    root = Dentry.root(this, root());
                    rootDentry = root;
                }
            }
        }
        return root;
    }

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
        return changedBeneath;
    }

    /** From now on an overlay changes names here directly. */
    public final void setChangedBeneath() {
        changedBeneath = true;
        known.changes(KnownPaths.GENERAL);
    }

    /** Do names change by this kernel's system calls alone, and so never but through {@link Dentry}? Then what is known of paths ({@link PathFacts}) may rest on them. */
    public boolean namesSettled() {
        return false;
    }

    /** Where changes of names in directories that have a counter are counted. */
    final KnownPaths known() {
        return known;
    }

    final void countedIn(KnownPaths paths) {
        known = paths;
    }

    /**
     * For super blocks that {@link #revalidates()}: is what a walk has cached for a name still right? Called with the directory's lock held.
     *
     * @param cached what the name stood for, null for "no such name"
     */
    public boolean revalidate(Inode directory, String name, @Nullable Inode cached) {
        return directory.lookup(name) == cached;
    }

    /** What statfs(2) says. */
    public abstract StatfsInfo statfs();

    /** Type-specific options as /proc/mounts shows them, with a leading comma each, e.g. ",size=65536k". */
    public String showOptions() {
        return "";
    }

    /** Can its files have handles, name_to_handle_at(2)? Its inodes must be the same objects as long as they live. */
    public boolean exportable() {
        return false;
    }

    /** A handle was given out for {@code inode}. */
    final synchronized void exported(Inode inode) {
        if (!exportable()) {
            return;
        }
        if (exports.size() >= exportGoal) {
            exports.values().removeIf(known -> known.get() == null);
            exportGoal = Math.max(exports.size() * 2, EXPORTS);
        }
        exports.put(inode.ino, new WeakReference<>(inode));
    }

    /** The live inode with that number, if a handle was given out for it. */
    final synchronized @Nullable Inode byNumber(long ino) {
        WeakReference<Inode> known = exports.get(ino);
        return known == null ? null : known.get();
    }

    /** syncfs(2). */
    public void sync() {}

    /** mount -o remount with type-specific options. */
    public void remount(String options) {}

    /** As {@link #remount(String)}; for those that have something to do when they become read-only or writable, which the caller marks them afterwards. */
    public void remount(String options, boolean readOnly) {
        remount(options);
    }

    /** The last mount has gone. */
    public void kill() {}

    /** Numbers of statfs(2): blocks in {@code blockSize} units. */
    public record StatfsInfo(
            long magic,
            long blockSize,
            long blocks,
            long free,
            long available,
            long files,
            long filesFree,
            int nameLength) {}
}
