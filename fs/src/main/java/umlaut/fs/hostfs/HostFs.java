package umlaut.fs.hostfs;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.abi.Statfs;
import umlaut.abi.Statx;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Processes;
import umlaut.host.Scratch;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * A host directory (or one host file) as a file system (Linux: fs/hostfs). Objects are known by the host's device and
 * inode numbers, so that hard links are one inode here too; an inode is forgotten when nobody holds it.
 */
public final class HostFs extends SuperBlock {
    /** Descriptors kept for later by one file system, at most; and what part of those that the host allows: an image is several file systems. */
    private static final int HANDLES = 256, FEWEST_HANDLES = 4, PART_OF_LIMIT = 16;

    private static final int SWEEP_EVERY = 8192;

    final HostOptions options;
    final HandleCache handles = new HandleCache(handles());
    private final HostInode root;
    private final HostHandle rootHandle;
    private final MountPoints mountPoints;

    private record Key(long device, long ino) {}

    private final Map<Key, WeakReference<HostInode>> known = new ConcurrentHashMap<>();
    private final AtomicInteger added = new AtomicInteger();
    private final Map<Long, Integer> deviceIndexes = new ConcurrentHashMap<>();

    private HostFs(long device, HostOptions options, HostHandle rootHandle) {
        super("hostfs", device, options.readOnly());
        this.options = options;
        this.rootHandle = rootHandle;
        this.mountPoints = options.immutable() ? MountPoints.below(options.source()) : MountPoints.NONE;
        MemorySegment statx = Scratch.room();
        HostErrors.check(Files.statx(rootHandle.fd, Scratch.path(""), Files.AT_EMPTY_PATH, HostInode.MASK, statx));
        this.root = new HostInode(this, null, "", options.view(), statx);
        this.root.keep(rootHandle);
    }

    /**
     * Opens a host directory, or a file for a volume of one file. Symbolic links in {@code hostPath} itself are the
     * user's and are followed.
     *
     * @param device st_dev for the instance
     * @throws umlaut.abi.ErrnoException ENOENT, EACCES, ... as the host says
     */
    public static HostFs open(String hostPath, long device, HostOptions options) {
        long fd = HostErrors.check(
                Files.openat(Files.AT_FDCWD, Scratch.path(hostPath), Files.O_PATH | Files.O_CLOEXEC, 0));
        return new HostFs(device, options, new HostHandle((int) fd, HostHandle.PATH));
    }

    private static int handles() {
        long limit = Processes.softLimit(Processes.RLIMIT_NOFILE);
        return limit < 0 ? HANDLES : (int) Math.clamp(limit / PART_OF_LIMIT, FEWEST_HANDLES, HANDLES);
    }

    @Override
    public Inode root() {
        return root;
    }

    /** Volumes change behind the kernel's back. */
    @Override
    public boolean revalidates() {
        return !options.immutable();
    }

    @Override
    public boolean namesSettled() {
        return options.immutable();
    }

    @Override
    public boolean revalidate(Inode directory, String name, @Nullable Inode cached) {
        HostInode here = (HostInode) directory;
        MemorySegment statx = Scratch.room();
        long result = here.statEntry(name, statx);
        if (HostCalls.isError(result)) {
            return result == Errno.ENOENT.negative() && cached == null;
        }
        if (!(cached instanceof HostInode inode) || !inode.is(statx) || inode.nlink == 0) {
            return false;
        }
        inode.seenAt(here, name, statx);
        return true;
    }

    /**
     * The inode of what statx(2) has just described.
     *
     * @return null when it is not for guests: hidden by its mode, or of a kind that an image does not show
     */
    @Nullable HostInode inode(HostInode parent, String name, HostView view, MemorySegment statx) {
        int mode = Le.getUnsignedShort(statx, Statx.STX_MODE);
        if (options.immutable()
                && !(Visibility.kind(mode) && (!options.worldReadableOnly() || Visibility.forAll(mode)))) {
            return null;
        }
        if (options.immutable() && Le.getInt(statx, Statx.STX_NLINK) == 1) {
            return new HostInode(this, parent, name, view, statx);
        }
        Key key = new Key(hostDevice(statx), Le.getLong(statx, Statx.STX_INO));
        WeakReference<HostInode> reference = known.get(key);
        HostInode found = reference == null ? null : reference.get();
        // The host gives numbers of removed files to new ones.
        if (found != null && found.nlink > 0 && ((found.mode ^ mode) & Mode.S_IFMT) == 0) {
            found.seenAt(parent, name, statx);
            return found;
        }
        HostInode fresh = new HostInode(this, parent, name, view, statx);
        known.put(key, new WeakReference<>(fresh));
        if (added.incrementAndGet() % SWEEP_EVERY == 0) {
            known.values().removeIf(gone -> gone.get() == null);
        }
        return fresh;
    }

    /** The object has gone on the host, and nobody here has it open. */
    void forget(HostInode gone, long device, long ino) {
        known.computeIfPresent(new Key(device, ino), (key, reference) -> reference.get() == gone ? null : reference);
    }

    static long hostDevice(MemorySegment statx) {
        return Le.getUnsignedInt(statx, Statx.STX_DEV_MAJOR) << 32 | Le.getUnsignedInt(statx, Statx.STX_DEV_MINOR);
    }

    /** Host inode numbers as they are on the first host device met; further devices get bits of their own. */
    long inoFor(MemorySegment statx) {
        long ino = Le.getLong(statx, Statx.STX_INO);
        Integer index = deviceIndexes.computeIfAbsent(hostDevice(statx), d -> deviceIndexes.size());
        return ino ^ (long) index << 48;
    }

    /** Is the place in the image where another file system is mounted on the host? */
    boolean mountedOver(HostInode directory, String name) {
        return !mountPoints.isEmpty()
                && !directory.view.names(name)
                && mountPoints.contains(directory.relativePath(), name);
    }

    /** The descriptor the whole tree hangs on. */
    HostHandle rootHandle() {
        if (!rootHandle.tryAcquire()) {
            throw Errno.EIO.exception();
        }
        return rootHandle;
    }

    @Override
    public StatfsInfo statfs() {
        HostHandle handle = rootHandle();
        try {
            MemorySegment s = Scratch.room();
            HostErrors.check(Files.fstatfs(handle.fd, s));
            return new StatfsInfo(
                    MountFlags.HOSTFS_SUPER_MAGIC,
                    Le.getLong(s, Statfs.F_BSIZE),
                    Le.getLong(s, Statfs.F_BLOCKS),
                    Le.getLong(s, Statfs.F_BFREE),
                    Le.getLong(s, Statfs.F_BAVAIL),
                    Le.getLong(s, Statfs.F_FILES),
                    Le.getLong(s, Statfs.F_FFREE),
                    (int) Le.getLong(s, Statfs.F_NAMELEN));
        } finally {
            handle.release();
        }
    }

    @Override
    public void sync() {
        if (options.readOnly() || !root.isDirectory()) {
            return;
        }
        HostHandle handle = rootHandle();
        try {
            long fd = Files.openat(handle.fd, Scratch.path("."), Files.O_RDONLY | Files.O_CLOEXEC, 0);
            if (!HostCalls.isError(fd)) {
                Files.syncfs((int) fd);
                Files.close((int) fd);
            }
        } finally {
            handle.release();
        }
    }

    @Override
    public void kill() {
        handles.clear();
        rootHandle.release();
    }
}
