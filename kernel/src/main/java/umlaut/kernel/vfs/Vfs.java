package umlaut.kernel.vfs;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * A kernel's file system layer: known file system types, devices, and the mount tree; and the calls that other parts of the kernel open and find files by. System
 * calls go to {@link PathWalk} and the handler classes themselves.
 */
public final class Vfs {
    public final Kernel kernel;
    final PseudoFs pipeFs;
    final PseudoFs socketFs;
    final PseudoFs pidFs;
    /** Where namespaces are files. */
    final PseudoFs nsFs;

    final AnonInode anonInode;
    /** Where memfds live. */
    public final PseudoFs memoryFs;

    /** fs.protected_* of proc_sys_fs(5). */
    public final Protections protections = new Protections();

    private final Map<String, FileSystemType> types = new ConcurrentHashMap<>();
    private final DeviceTable devices = new DeviceTable();
    private final AtomicInteger anonymousDevices = new AtomicInteger();
    final LockGraph lockGraph = new LockGraph();
    final DentryShrinker shrinker = new DentryShrinker(this);
    private final AtomicInteger cookies = new AtomicInteger();
    private final MountTree mounts;
    /** What paths lead to, as far as guest threads may know by themselves. */
    public final PathFacts facts;

    private volatile @Nullable FifoOpener fifoOpener;
    private volatile @Nullable FsNotify notify;

    public Vfs(Kernel kernel) {
        this.kernel = kernel;
        PseudoFs anonFs = new PseudoFs("anon_inodefs", anonymousDevice(), MountFlags.ANON_INODE_FS_MAGIC);
        pipeFs = new PseudoFs("pipefs", anonymousDevice(), MountFlags.PIPEFS_MAGIC);
        socketFs = new PseudoFs("sockfs", anonymousDevice(), MountFlags.SOCKFS_MAGIC);
        pidFs = new PseudoFs("pidfs", anonymousDevice(), MountFlags.PIDFS_MAGIC);
        nsFs = new PseudoFs("nsfs", anonymousDevice(), MountFlags.NSFS_MAGIC);
        memoryFs = new PseudoFs("tmpfs", anonymousDevice(), MountFlags.TMPFS_MAGIC);
        anonInode = new AnonInode(anonFs, anonFs.nextInode(), 0600, "anon_inode");
        mounts = new MountTree(this);
        facts = new PathFacts(this, kernel.engine.claimKnownPaths());
    }

    // --- what there is ---

    public void register(FileSystemType type) {
        types.put(type.name(), type);
    }

    /** @throws umlaut.abi.ErrnoException ENODEV */
    public FileSystemType type(String name) {
        FileSystemType type = types.get(name);
        if (type == null) {
            throw Errno.ENODEV.exception();
        }
        return type;
    }

    /** In order of name, for /proc/filesystems. */
    public Collection<FileSystemType> types() {
        return new TreeMap<>(types).values();
    }

    public DeviceTable devices() {
        return devices;
    }

    /** A fresh st_dev for a file system without a block device: major 0. */
    public long anonymousDevice() {
        return DeviceTable.number(0, anonymousDevices.incrementAndGet());
    }

    /** Given by the pipe code. */
    public void setFifoOpener(FifoOpener opener) {
        fifoOpener = opener;
    }

    @Nullable FifoOpener fifoOpener() {
        return fifoOpener;
    }

    /** Given by inotify and fanotify when the first watch is made. From then on transfers that guest threads make by themselves would be no events. */
    public void addNotify(FsNotify listener) {
        synchronized (devices) {
            FsNotify others = notify;
            notify = others == null ? listener : new FsNotifyPair(others, listener);
        }
        for (ThreadGroup group : kernel.tasks.groups()) {
            for (Task task : group.threads()) {
                task.files().forgetKnown(task.user());
            }
        }
    }

    /** A number that joins the two halves of a rename for inotify(7). */
    int nextCookie() {
        return cookies.incrementAndGet();
    }

    /** Null while nobody listens. */
    public @Nullable FsNotify notifier() {
        return notify;
    }

    // --- mounts ---

    public MountTree mounts() {
        return mounts;
    }

    /** The machine's first namespace. @throws IllegalStateException before {@link #mountRoot} */
    public MountNamespace namespace() {
        return mounts.initialNamespace();
    }

    /** At boot: makes {@code superBlock} the root of the first namespace. @param flags MS_* */
    public Mount mountRoot(SuperBlock superBlock, String source, int flags) {
        return mounts.mountRoot(superBlock, source, MountCalls.defaultFlags(flags));
    }

    /** mount(2) of a new file system by type name, as {@code who} may; for boot {@link LookupContext#kernel}. @param flags MS_* */
    public Mount mount(LookupContext who, String source, String target, String type, int flags, String options) {
        Path at = lookup(who, target, 0);
        SuperBlock fresh =
                type(type).mount(kernel, source, options, anonymousDevice(), (flags & MountFlags.MS_RDONLY) != 0);
        return mounts.attach(fresh, source, at, MountCalls.defaultFlags(flags), namespace());
    }

    /** Mounts an instance that the caller has made. */
    public Mount mount(LookupContext who, SuperBlock fresh, String source, String target, int flags) {
        return mounts.attach(fresh, source, lookup(who, target, 0), MountCalls.defaultFlags(flags), namespace());
    }

    /**
     * Where an open file is: its path, or for one outside any tree a place of its own, whose dentry has no parent. For fstat-like calls by descriptor and magic links
     * in /proc.
     */
    public Path pathOf(File file) {
        Path path = file.path;
        if (path != null) {
            return path;
        }
        Inode inode = file.inode();
        String name = file.anonymousName();
        return new Path(mounts.internal(inode.superBlock), Dentry.nameless(inode, name == null ? "/" : name));
    }

    // --- finding and opening, for the rest of the kernel ---

    /**
     * Walks a path.
     *
     * @param atFlags AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
     * @throws umlaut.abi.ErrnoException as path_resolution(7)
     */
    public Path lookup(Task task, int dirFd, String path, int atFlags) {
        PathWalk walk = new PathWalk();
        walk.begin(task, dirFd, path);
        return walk.find(atFlags);
    }

    /** As {@link #lookup(Task, int, String, int)}, at boot or as somebody else. */
    public Path lookup(LookupContext who, String path, int atFlags) {
        PathWalk walk = new PathWalk();
        walk.begin(who, path);
        return walk.find(atFlags);
    }

    /**
     * open(2). The file has one reference, the caller's; it is in no descriptor table.
     *
     * @param flags O_*
     * @param mode of a new file, before umask
     */
    public File open(Task task, int dirFd, String path, int flags, int mode) {
        PathWalk walk = new PathWalk();
        walk.begin(task, dirFd, path);
        return Open.open(this, walk, flags, mode);
    }

    public File open(LookupContext who, String path, int flags, int mode) {
        PathWalk walk = new PathWalk();
        walk.begin(who, path);
        return Open.open(this, walk, flags, mode);
    }

    /** mkdir(2), at boot or as somebody. */
    public void mkdir(LookupContext who, String path, int mode) {
        PathWalk walk = new PathWalk();
        walk.begin(who, path);
        Names.mkdir(this, walk, mode);
    }

    /** mknod(2), as bind(2) of a unix socket needs it. @return the new inode; throws EEXIST and whatever else mknod(2) answers */
    public Inode makeNode(Task task, String path, int mode, long device) {
        PathWalk walk = new PathWalk();
        walk.begin(task, AtFlags.AT_FDCWD, path);
        return Names.mknod(this, walk, mode, device);
    }

    /**
     * Opens for execve(2): a regular file with execute permission on a mount that allows it. Nobody can open it for writing
     * (ETXTBSY) until the file's last reference has gone.
     */
    public File openExec(Task task, int dirFd, String path, int atFlags) {
        PathWalk walk = new PathWalk();
        walk.begin(task, dirFd, path);
        return Open.openExec(this, walk, atFlags);
    }

    /** Opens a place that was found before, whatever its permissions, so that nobody hears of it (dentry_open with FMODE_NONOTIFY). */
    public File openQuietly(Task task, Path place, int flags) {
        return Open.instantiate(this, task, place, flags | OpenFlags.FMODE_NONOTIFY, task.credentials());
    }

    /** Where a descriptor's file is; a reference to it is needed only for as long as the call. @throws umlaut.abi.ErrnoException EBADF */
    public Path placeOf(Task task, int fd) {
        File file = task.files().hold(fd);
        try {
            return pathOf(file);
        } finally {
            file.release();
        }
    }

    // --- making things at boot ---

    /** mknod(2). @param mode with type; @param device as {@link DeviceTable#number} */
    public void mknod(LookupContext who, String path, int mode, long device) {
        Names.mknod(this, begin(who, path), mode, device);
    }

    /** symlink(2). */
    public void symlink(LookupContext who, String target, String path) {
        Names.symlink(this, begin(who, path), target);
    }

    /** unlink(2). */
    public void unlink(LookupContext who, String path) {
        Names.unlink(this, begin(who, path));
    }

    /** rmdir(2). */
    public void rmdir(LookupContext who, String path) {
        Names.rmdir(this, begin(who, path));
    }

    /** rename(2). @param flags RENAME_* */
    public void rename(LookupContext who, String from, String to, int flags) {
        PathWalk old = begin(who, from);
        old.toParent();
        Rename.rename(this, old, begin(who, to), flags);
    }

    /** link(2) without following a link at the end. */
    public void link(LookupContext who, String target, String path) {
        Names.link(this, lookup(who, target, umlaut.abi.AtFlags.AT_SYMLINK_NOFOLLOW), begin(who, path));
    }

    private static PathWalk begin(LookupContext who, String path) {
        PathWalk walk = new PathWalk();
        walk.begin(who, path);
        return walk;
    }
}
