package umlaut.kernel.vfs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.MountFlags;

/**
 * One place where a file system (or part of one) stands in the tree (Linux: struct mount, fs/mount.h). Links and propagation are changed under the tree's lock
 * ({@link MountTree}) and read without.
 */
public final class Mount {
    private static final long FIRST_UNIQUE_ID = 1L << 31;

    /** The flags a mount has of its own, as MS_*; the others belong to the super block. */
    public static final int OWN_FLAGS = MountFlags.MS_RDONLY
            | MountFlags.MS_NOSUID
            | MountFlags.MS_NODEV
            | MountFlags.MS_NOEXEC
            | MountFlags.MS_NOATIME
            | MountFlags.MS_NODIRATIME
            | MountFlags.MS_RELATIME
            | MountFlags.MS_NOSYMFOLLOW;

    /** The settings of access times. */
    static final int ATIME_FLAGS = MountFlags.MS_NOATIME | MountFlags.MS_NODIRATIME | MountFlags.MS_RELATIME;

    final Vfs vfs;
    public final SuperBlock superBlock;
    /** What is seen at the mount point: the file system's root, or a part of it (bind mounts). */
    public final Dentry root;
    /** First column of /proc/mounts. */
    public final String source;
    /** Number in mountinfo and statx. */
    public final int id;
    /** A number that is never used again: STATX_MNT_ID_UNIQUE, statmount(2). */
    public final long uniqueId;

    private volatile int flags;
    private volatile @Nullable Mount parent;
    private volatile @Nullable Dentry mountpoint;
    private volatile @Nullable MountNamespace namespace;
    /** Guarded by the tree's lock. */
    final List<Mount> children = new ArrayList<>();

    /** Peer group of a shared mount, 0 = none; that of the master of a slave. Guarded by the tree's lock. */
    volatile int peerGroup;

    volatile int masterGroup;
    volatile boolean unbindable;
    /** It came from a namespace of a more privileged user namespace together with what it covers: it can't be taken off alone (MNT_LOCKED). */
    volatile boolean locked;
    /** Flags that can't be taken away, from there too (MNT_LOCK_*): MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC; {@link #ATIME_FLAGS} stand for all settings of access times. */
    volatile int lockedFlags;

    /** May {@code fresh} be the flags from now on, as far as it stands under locks? */
    boolean mayHaveFlags(int fresh) {
        int kept = lockedFlags & ~ATIME_FLAGS;
        boolean times = (lockedFlags & ATIME_FLAGS) != 0 && ((fresh ^ flags) & ATIME_FLAGS) != 0;
        return (kept & ~fresh) == 0 && !times;
    }

    /** It goes to a less privileged namespace: what it forbids stays forbidden (lock_mnt_tree). */
    void lock(boolean whole) {
        int forbids = MountFlags.MS_RDONLY | MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC;
        lockedFlags |= flags & forbids | ATIME_FLAGS;
        locked |= whole;
    }

    /** Which part of its file system it shows: the fourth column of mountinfo. */
    public String insideName() {
        if (root.inodeOrNull() instanceof NsInode file) {
            return file.namespace.text();
        }
        StringBuilder name = new StringBuilder();
        for (Dentry d = root, up = d.parent(); up != null; d = up, up = d.parent()) {
            name.insert(0, d.name()).insert(0, '/');
        }
        return name.isEmpty() ? "/" : name.toString();
    }

    public int peerGroup() {
        return peerGroup;
    }

    public int masterGroup() {
        return masterGroup;
    }

    /** The optional fields of /proc/PID/mountinfo, each with a leading blank. */
    public String propagation() {
        String text =
                (peerGroup == 0 ? "" : " shared:" + peerGroup) + (masterGroup == 0 ? "" : " master:" + masterGroup);
        return unbindable ? text + " unbindable" : text;
    }

    /** Open files, and those of them open for writing. */
    private final AtomicInteger openFiles = new AtomicInteger();

    private final AtomicInteger writers = new AtomicInteger();

    /** MNT_EXPIRE has been asked for since it was last used. */
    private boolean expiring;

    private final AtomicInteger goneOnce = new AtomicInteger();
    private volatile boolean isDetached;

    Mount(Vfs vfs, int id, SuperBlock superBlock, Dentry root, String source, int flags) {
        this.vfs = vfs;
        superBlock.vfs = vfs;
        this.id = id;
        this.uniqueId = FIRST_UNIQUE_ID + id;
        this.superBlock = superBlock;
        this.root = root;
        this.source = source;
        this.flags = flags;
    }

    /** MS_* bits of {@link #OWN_FLAGS}. */
    public int flags() {
        return flags;
    }

    void setFlags(int fresh) {
        flags = fresh;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Nothing may be written through it: the mount is read-only, or its file system is. */
    public boolean readOnly() {
        return has(MountFlags.MS_RDONLY) || superBlock.readOnly();
    }

    /** Null at the top of a namespace and for a detached mount. */
    public @Nullable Mount parent() {
        return parent;
    }

    /** Where it stands in {@link #parent()}. */
    public @Nullable Dentry mountpoint() {
        return mountpoint;
    }

    /** Null once detached. */
    public @Nullable MountNamespace namespace() {
        return namespace;
    }

    void setNamespace(@Nullable MountNamespace fresh) {
        namespace = fresh;
    }

    void place(@Nullable Mount above, @Nullable Dentry point) {
        parent = above;
        mountpoint = point;
    }

    public Path rootPath() {
        return new Path(this, root);
    }

    void opened(boolean writing) {
        expiring = false;
        openFiles.incrementAndGet();
        if (writing) {
            writers.incrementAndGet();
        }
    }

    void closed(boolean writing) {
        if (writing) {
            writers.decrementAndGet();
        }
        if (openFiles.decrementAndGet() == 0 && isDetached) {
            end();
        }
    }

    /** It has been taken out of the tree: its file system goes as soon as no file is open on it. */
    void detached() {
        isDetached = true;
        if (openFiles.get() == 0) {
            end();
        }
    }

    private void end() {
        if (goneOnce.getAndSet(1) == 0) {
            vfs.mounts().gone(this);
        }
    }

    /** @return whether it was marked before; guarded by the tree's lock */
    boolean expireMark() {
        boolean before = expiring;
        expiring = true;
        return before;
    }

    int openFiles() {
        return openFiles.get();
    }

    int writers() {
        return writers.get();
    }

    @Override
    public String toString() {
        return "mount " + id + " (" + superBlock.type + " from " + source + ")";
    }
}
