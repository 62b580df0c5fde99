package umlaut.fs.hostfs;

import java.lang.foreign.MemorySegment;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.Statx;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A host object. It is found again by its parent and the name it was last seen at, and checked to be the same by device
 * and inode number whenever a descriptor is opened. In an image all attributes are final; in a volume {@link
 * #refresh()} asks the host.
 */
final class HostInode extends Inode {
    /** STATX_BASIC_STATS and STATX_BTIME. */
    static final int MASK = 0xfff;
    /** Attributes just read by a walk still hold when the same system call shows them. */
    private static final long FRESH_NS = 50_000;

    final HostFs fs;
    final HostView view;
    private final long hostDevice;
    private final long hostIno;

    private volatile @Nullable HostInode parent;
    private volatile String name;
    /** What the cache holds for this inode; taken over only by {@link HostHandle#tryAcquire}. */
    private volatile @Nullable HostHandle handle;

    private volatile long refreshedNs;
    private volatile @Nullable String linkTarget;
    private volatile @Nullable SoftReference<HostListing> listing;

    HostInode(HostFs fs, @Nullable HostInode parent, String name, HostView view, MemorySegment statx) {
        super(fs, fs.inoFor(statx), Le.getUnsignedShort(statx, Statx.STX_MODE));
        this.fs = fs;
        this.parent = parent;
        this.name = name;
        this.view = view;
        this.hostDevice = HostFs.hostDevice(statx);
        this.hostIno = Le.getLong(statx, Statx.STX_INO);
        load(statx);
    }

    // --- identity and attributes ---

    /** A walk has found this object again, maybe elsewhere. */
    void seenAt(HostInode at, String as, MemorySegment statx) {
        moved(at, as);
        load(statx);
    }

    void moved(HostInode to, String as) {
        parent = to;
        name = as;
    }

    /** Relative to the tree's root, "" for the root itself. */
    String relativePath() {
        HostInode up = parent;
        if (up == null) {
            return "";
        }
        String above = up.relativePath();
        return above.isEmpty() ? name : above + "/" + name;
    }

    private void load(MemorySegment s) {
        mode = Le.getUnsignedShort(s, Statx.STX_MODE);
        nlink = Le.getInt(s, Statx.STX_NLINK);
        OwnerMap owners = fs.options.owners();
        uid = owners.guestUid(Le.getInt(s, Statx.STX_UID));
        gid = owners.guestGid(Le.getInt(s, Statx.STX_GID));
        size = Le.getLong(s, Statx.STX_SIZE);
        blocks = Le.getLong(s, Statx.STX_BLOCKS);
        atime = time(s, Statx.STX_ATIME);
        mtime = time(s, Statx.STX_MTIME);
        ctime = time(s, Statx.STX_CTIME);
        btime = time(s, Statx.STX_BTIME);
        refreshedNs = System.nanoTime();
    }

    private static long time(MemorySegment s, int at) {
        return Le.getLong(s, at) * 1_000_000_000L + Le.getInt(s, at + 8);
    }

    @Override
    public void refresh() {
        if (fs.options.immutable() || System.nanoTime() - refreshedNs < FRESH_NS) {
            return;
        }
        reload();
    }

    /** Asks the host, by an open descriptor if there is one; an object that is gone keeps what was known of it. */
    void reload() {
        MemorySegment s = Scratch.room();
        HostHandle open = handle;
        long result = -1;
        if (open != null && open.tryAcquire()) {
            result = Files.statx(open.fd, Scratch.path(""), Files.AT_EMPTY_PATH, MASK, s);
            open.release();
        } else {
            HostInode up = parent;
            if (up != null) {
                result = up.statEntry(name, s);
            }
        }
        if (!HostCalls.isError(result) && is(s)) {
            load(s);
        } else {
            nlink = 0;
        }
    }

    /** Numbers are used again, so the kind must be the same too. */
    boolean is(MemorySegment s) {
        return Le.getLong(s, Statx.STX_INO) == hostIno
                && HostFs.hostDevice(s) == hostDevice
                && ((Le.getUnsignedShort(s, Statx.STX_MODE) ^ mode) & Mode.S_IFMT) == 0;
    }

    long statEntry(String entry, MemorySegment into) {
        HostHandle here = acquire(HostHandle.PATH);
        try {
            return Files.statx(here.fd, Scratch.path(bytes(entry)), Files.AT_SYMLINK_NOFOLLOW, MASK, into);
        } finally {
            here.release();
        }
    }

    static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    // --- descriptors ---

    /**
     * A descriptor with at least the access {@code need} (bits of {@link HostHandle}), to be released by the caller.
     *
     * @throws umlaut.abi.ErrnoException as the host's open(2)
     */
    HostHandle acquire(int need) {
        HostHandle cached = handle;
        if (cached != null && cached.covers(need) && cached.tryAcquire()) {
            return cached;
        }
        HostHandle fresh = openFresh(cached == null ? need : need | cached.access, need);
        keep(fresh);
        fs.handles.add(this, fresh);
        return fresh;
    }

    /** A descriptor of the caller's own that has no more access than {@code exact}: what guests may map. @param other of the same object, which may have lost its name */
    HostHandle openExactly(int exact, @Nullable HostHandle other) {
        try {
            return openFresh(exact, exact);
        } catch (ErrnoException e) {
            if (other == null || e.errno() != Errno.ENOENT) {
                throw e;
            }
            return checked(
                    Files.openat(
                            Files.AT_FDCWD, HostChanges.byDescriptor(other), hostFlags(exact) & ~Files.O_NOFOLLOW, 0),
                    exact);
        }
    }

    /** Shows {@code fresh} to later users; the caller keeps its reference. */
    void keep(HostHandle fresh) {
        handle = fresh;
    }

    /** The cache lets go of it. */
    void forget(HostHandle old) {
        if (handle == old) {
            handle = null;
        }
    }

    private HostHandle openFresh(int wish, int need) {
        HostInode up = parent;
        if (up == null && isDirectory()) {
            return fs.rootHandle();
        }
        if (!isRegular() && need != HostHandle.PATH) {
            throw Errno.EINVAL.exception();
        }
        if ((need & HostHandle.WRITE) != 0 && fs.options.readOnly()) {
            throw Errno.EROFS.exception();
        }
        int got = wish;
        long fd = openOnce(up, wish);
        if (HostCalls.isError(fd) && wish != need) {
            got = need;
            fd = openOnce(up, need);
        }
        if (isShortOfDescriptors(fd)) {
            fs.handles.clear();
            got = need;
            fd = openOnce(up, need);
        }
        if (fd == Errno.EACCES.negative() && uid == 0 && !fs.options.readOnly() && isRegular()) {
            got = need;
            fd = openDespiteMode(up, need);
        }
        return checked(fd, got);
    }

    private static boolean isShortOfDescriptors(long fd) {
        return fd == Errno.EMFILE.negative() || fd == Errno.ENFILE.negative();
    }

    /**
     * The guest's root may open its files whatever their mode says; the host lets the owner do so only after a change
     * of mode.
     */
    private long openDespiteMode(@Nullable HostInode up, int access) {
        HostHandle self = checked(openOnce(up, HostHandle.PATH), HostHandle.PATH);
        try {
            int before = mode & 07777;
            long changed = Files.fchmodat(Files.AT_FDCWD, HostChanges.byDescriptor(self), before & 0777 | 0600);
            if (HostCalls.isError(changed)) {
                return Errno.EACCES.negative();
            }
            long fd = openOnce(up, access);
            Files.fchmodat(Files.AT_FDCWD, HostChanges.byDescriptor(self), before);
            return fd;
        } finally {
            self.release();
        }
    }

    private static int hostFlags(int access) {
        int flags = Files.O_NOFOLLOW | Files.O_CLOEXEC | Files.O_NONBLOCK | Files.O_NOCTTY;
        flags |= switch (access) {
            case HostHandle.READ -> Files.O_RDONLY;
            case HostHandle.WRITE -> Files.O_WRONLY;
            case HostHandle.READ | HostHandle.WRITE -> Files.O_RDWR;
            default -> Files.O_PATH;
        };
        return flags;
    }

    private long openOnce(@Nullable HostInode up, int access) {
        int flags = hostFlags(access);
        if (up == null) {
            return openRootFile(flags & ~Files.O_NOFOLLOW);
        }
        HostHandle directory = up.acquire(HostHandle.PATH);
        try {
            return Files.openat(directory.fd, Scratch.path(bytes(name)), flags, 0);
        } finally {
            directory.release();
        }
    }

    /** The root of a tree that is a single file: by the descriptor we hold, which can only be that file. */
    private long openRootFile(int flags) {
        HostHandle root = fs.rootHandle();
        try {
            return Files.openat(Files.AT_FDCWD, Scratch.path("/proc/self/fd/" + root.fd), flags, 0);
        } finally {
            root.release();
        }
    }

    private HostHandle checked(long fd, int access) {
        HostErrors.check(fd);
        MemorySegment s = Scratch.room();
        long result = Files.statx((int) fd, Scratch.path(""), Files.AT_EMPTY_PATH, MASK, s);
        if (HostCalls.isError(result) || !is(s)) {
            Files.close((int) fd);
            throw (HostCalls.isError(result) ? Errno.EIO : Errno.ENOENT).exception();
        }
        return new HostHandle((int) fd, access);
    }

    // --- directories ---

    @Override
    public @Nullable Inode lookup(String entry) {
        if (!isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        HostView below = view.child(entry);
        if (below == null || fs.mountedOver(this, entry)) {
            return null;
        }
        MemorySegment s = Scratch.room();
        long result = statEntry(entry, s);
        if (result == Errno.ENOENT.negative()) {
            return null;
        }
        if (HostCalls.isError(result)) {
            // Nothing that the host keeps from us shows up in an image.
            if (fs.options.immutable()) {
                return null;
            }
            throw HostErrors.of(result).exception();
        }
        return fs.inode(this, entry, below, s);
    }

    /** All entries of an image's directory, as a guest sees them. */
    HostListing listing() {
        SoftReference<HostListing> kept = listing;
        HostListing known = kept == null ? null : kept.get();
        if (known == null) {
            known = HostListing.read(this);
            listing = new SoftReference<>(known);
        }
        return known;
    }

    /** What tells this device's inode numbers from others', see {@link HostFs#inoFor}. */
    long inoBits() {
        return ino ^ hostIno;
    }

    /** A descriptor of the caller's own for listing this directory. */
    int openForListing() {
        HostHandle here = acquire(HostHandle.PATH);
        try {
            int flags = Files.O_RDONLY | Files.O_DIRECTORY | Files.O_CLOEXEC;
            long fd = Files.openat(here.fd, Scratch.path("."), flags, 0);
            if (isShortOfDescriptors(fd)) {
                fs.handles.clear();
                fd = Files.openat(here.fd, Scratch.path("."), flags, 0);
            }
            return (int) HostErrors.check(fd);
        } finally {
            here.release();
        }
    }

    @Nullable HostInode parent() {
        return parent;
    }

    /** The name it was last seen at in {@link #parent()}. */
    String name() {
        return name;
    }

    @Override
    public Inode create(String entry, int createMode, long rdev, Credentials owner) {
        return HostChanges.create(this, entry, createMode, owner);
    }

    @Override
    public Inode mkdir(String entry, int createMode, Credentials owner) {
        return HostChanges.mkdir(this, entry, createMode, owner);
    }

    @Override
    public Inode symlink(String entry, String target, Credentials owner) {
        return HostChanges.symlink(this, entry, target, owner);
    }

    @Override
    public void link(String entry, Inode target) {
        HostChanges.link(this, entry, (HostInode) target);
    }

    @Override
    public void unlink(String entry, Inode victim) {
        HostChanges.unlink(this, entry, (HostInode) victim, 0);
    }

    @Override
    public void rmdir(String entry, Inode victim) {
        HostChanges.unlink(this, entry, (HostInode) victim, Files.AT_REMOVEDIR);
    }

    @Override
    public void rename(
            String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        HostChanges.rename(this, oldName, (HostInode) moved, (HostInode) newParent, newName, replaced, flags);
    }

    // --- all kinds ---

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        if (Mode.isDir(mode)) {
            return fs.options.immutable()
                    ? new HostListingFile(this, path, flags, who)
                    : new HostDirectoryFile(this, path, flags, who);
        }
        if (!Mode.isRegular(mode)) {
            throw Errno.ENXIO.exception();
        }
        return HostFile.open(this, path, flags, who);
    }

    @Override
    public void evict() {
        fs.forget(this, hostDevice, hostIno);
    }

    @Override
    public String readlink(@Nullable Task task) {
        String known = linkTarget;
        if (known != null && fs.options.immutable()) {
            return known;
        }
        HostHandle link = acquire(HostHandle.PATH);
        try {
            MemorySegment room = Scratch.room();
            long n = HostErrors.check(Files.readlinkat(link.fd, Scratch.path(""), room, Scratch.PATH_MAX));
            String target = new String(Le.getBytes(room, 0, (int) n), StandardCharsets.ISO_8859_1);
            linkTarget = target;
            return target;
        } finally {
            link.release();
        }
    }

    @Override
    public void truncate(long length) {
        HostHandle file = acquire(HostHandle.WRITE);
        try {
            HostErrors.check(Files.ftruncate(file.fd, length));
        } finally {
            file.release();
        }
        reload();
    }

    /** The host keeps the times of what it reads and writes. */
    @Override
    public void touch(int mask, long now) {}

    @Override
    public void setAttributes(AttributeChange change) {
        HostChanges.setAttributes(this, change);
    }

    // --- extended attributes ---

    @Override
    public byte @Nullable [] getXattr(String attribute) {
        return HostXattrs.get(this, attribute);
    }

    @Override
    public void setXattr(String attribute, byte[] value, int flags) {
        HostXattrs.set(this, attribute, value, flags);
    }

    @Override
    public List<String> listXattr() {
        return HostXattrs.list(this);
    }

    @Override
    public void removeXattr(String attribute) {
        HostXattrs.remove(this, attribute);
    }
}
