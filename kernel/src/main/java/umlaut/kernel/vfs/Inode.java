package umlaut.kernel.vfs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.WindowSource;
import umlaut.kernel.task.Task;

/**
 * A file system object (Linux: struct inode and inode_operations, inode(7)). Attributes live here and are the truth for the VFS; a file system with
 * attributes elsewhere (hostfs) brings them up to date in {@link #refresh()}.
 *
 * <p>Directory operations are called with this directory's {@link #lock} held (parents before children; two directories in order of address of
 * rename's lock rules), after the VFS has checked permissions, read-only mounts and existence. Names are Latin-1, without '/' and never "." or "..".
 * The file system keeps {@link #nlink}, {@link #size} and {@link #blocks}; the VFS sets time stamps by {@link #touch} and calls {@link #evictIfUnused()}.
 * The defaults are what Linux answers for an inode without that operation.
 */
public abstract class Inode {
    private static final VarHandle HOLDERS = handle("holders");
    private static final VarHandle WRITERS = handle("writers");

    public final SuperBlock superBlock;
    public final long ino;

    /** Guards the attributes and, for directories, the entries. */
    public final ReentrantLock lock = new ReentrantLock();

    /** Type and permission bits, S_IF* | 07777. */
    public volatile int mode;

    public volatile int uid;
    public volatile int gid;
    public volatile int nlink = 1;
    /** Somebody has been told the time stamps since they last changed. */
    volatile boolean timesSeen;
    /** Device number of a device node, as makedev. */
    public volatile long rdev;
    /** Bytes. */
    public volatile long size;
    /** 512-byte units allocated. */
    public volatile long blocks;
    /** ns since 1970. */
    public volatile long atime;

    public volatile long mtime;
    public volatile long ctime;
    public volatile long btime;

    /** FS_*_FL flags of ioctl_iflags(2): FS_IMMUTABLE_FL and FS_APPEND_FL are obeyed by the VFS. */
    public volatile int flags;

    /** What stands beside the permission bits, acl(5). */
    private volatile @Nullable Acl accessAcl;

    private volatile @Nullable Acl defaultAcl;

    /** It has, or has had, the attribute security.capability, which writing takes away. */
    public volatile boolean fileCapabilities;

    /** In use by swapon(2): not to be written, cut or removed. */
    public volatile boolean swap;

    /** Made by O_TMPFILE without O_EXCL: linkat(2) may give it a name. */
    public volatile boolean linkable;

    /** Open files and mappings that keep a nameless object alive; -1 = evicted. Changed through {@link #HOLDERS}. */
    private volatile int holders;
    /** Open for writing, if above 0; being executed, and so not to be written, if below. Changed through {@link #WRITERS}. */
    private volatile int writers;
    /** Bytes of a symbolic link's target, kept by the path walk. */
    byte @Nullable [] linkBytes;

    /** What the VFS attaches: pipe of a FIFO, listening socket, file locks, inotify marks (see {@link InodeState}). */
    private volatile @Nullable InodeState state;

    protected Inode(SuperBlock superBlock, long ino, int mode) {
        this.superBlock = superBlock;
        this.ino = ino;
        this.mode = mode;
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(Inode.class, field, int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // --- life ---

    /** One more open file. @return false if the object has been evicted: its last name went before */
    public final boolean hold() {
        while (true) {
            int n = holders;
            if (n < 0) {
                // A removed directory can still be entered and opened by who stands in it.
                return isDirectory();
            }
            if (HOLDERS.compareAndSet(this, n, n + 1)) {
                return true;
            }
        }
    }

    /** One open file less. */
    public final void unhold() {
        while (true) {
            int n = holders;
            if (n < 0) {
                return;
            }
            if (HOLDERS.compareAndSet(this, n, n - 1)) {
                if (n == 1) {
                    evictIfUnused();
                }
                return;
            }
        }
    }

    /** After a name was removed and {@link #nlink} lowered: evicts the object if that was the last and nothing holds it. Repeating it is harmless. */
    public final void evictIfUnused() {
        if (nlink == 0 && HOLDERS.compareAndSet(this, 0, -1)) {
            Vfs vfs = superBlock.vfs;
            FsNotify listener = vfs == null ? null : vfs.notifier();
            if (listener != null) {
                listener.gone(this);
            }
            evict();
        }
    }

    /** Opening for writing (get_write_access). @throws umlaut.abi.ErrnoException ETXTBSY while it is executed */
    public final void beginWrite() {
        while (true) {
            int n = writers;
            if (n < 0) {
                throw Errno.ETXTBSY.exception();
            }
            if (WRITERS.compareAndSet(this, n, n + 1)) {
                return;
            }
        }
    }

    public final void endWrite() {
        WRITERS.getAndAdd(this, -1);
    }

    /** Starting to execute it (deny_write_access). @throws umlaut.abi.ErrnoException ETXTBSY while it is open for writing */
    public final void denyWrite() {
        while (true) {
            int n = writers;
            if (n > 0) {
                throw Errno.ETXTBSY.exception();
            }
            if (WRITERS.compareAndSet(this, n, n - 1)) {
                return;
            }
        }
    }

    public final void allowWrite() {
        WRITERS.getAndAdd(this, 1);
    }

    /** Open files on it. */
    public final int openCount() {
        return Math.max(holders, 0);
    }

    /** Open for writing by how many. */
    public final int writerCount() {
        return Math.max(writers, 0);
    }

    public final boolean isDirectory() {
        return Mode.isDir(mode);
    }

    public final boolean isRegular() {
        return Mode.isRegular(mode);
    }

    public final boolean isSymlink() {
        return Mode.isSymlink(mode);
    }

    /** Made on first use. */
    public final InodeState state() {
        InodeState s = state;
        if (s == null) {
            synchronized (this) {
                s = state;
                if (s == null) {
                    s = new InodeState();
                    state = s;
                }
            }
        }
        return s;
    }

    public final @Nullable InodeState stateOrNull() {
        return state;
    }

    /** Brings the attributes up to date before they are shown. */
    public void refresh() {}

    /**
     * May someone with {@code credentials} do this? (Linux: inode_permission without read-only mounts.)
     *
     * @param mask {@link Permissions#MAY_READ} and its like, or'ed
     */
    public boolean permits(Credentials credentials, int mask) {
        return Permissions.generic(this, credentials, mask);
    }

    /** Reading or writing through the VFS has changed time stamps: stores {@code now} for those that {@code mask} of {@link AttributeChange} names. */
    public void touch(int mask, long now) {
        if ((mask & AttributeChange.ATIME) != 0) {
            atime = now;
        }
        if ((mask & AttributeChange.MTIME) != 0) {
            mtime = now;
        }
        if ((mask & AttributeChange.CTIME) != 0) {
            ctime = now;
        }
    }

    /** Where guest threads may copy its bytes from by themselves; null: nowhere. */
    public @Nullable WindowSource windowSource() {
        return null;
    }

    /** FS_IOC_SETFLAGS after its checks. */
    public void setFlags(int fresh) {
        flags = fresh;
    }

    /** Has flags of ioctl_iflags(2)? Those a file of this kind may have; 0: none, ENOTTY. */
    public int supportedFlags() {
        return 0;
    }

    /**
     * For a new inode, by the file system: owner, group and set-group-id bit as the directory and the creator make them, all times now (Linux: inode_init_owner).
     */
    protected final void own(Inode directory, Credentials owner, long now) {
        uid = owner.fsuid();
        gid = owner.fsgid();
        if ((directory.mode & Mode.S_ISGID) != 0) {
            gid = directory.gid;
            if (isDirectory()) {
                mode |= Mode.S_ISGID;
            }
        }
        atime = now;
        mtime = now;
        ctime = now;
        btime = now;
    }

    /** st_dev. */
    public long device() {
        return superBlock.device;
    }

    /** The optimal I/O size, st_blksize. */
    public int blockSize() {
        return 4096;
    }

    // --- directories ---

    /** @return the entry's inode, or null if there is none */
    public @Nullable Inode lookup(String name) {
        throw Errno.ENOTDIR.exception();
    }

    /**
     * Makes a regular file, FIFO, socket or device node owned by {@code owner}'s fsuid and the right group.
     *
     * @param mode type and permission bits, umask already applied
     */
    public Inode create(String name, int mode, long rdev, Credentials owner) {
        throw Errno.EPERM.exception();
    }

    public Inode mkdir(String name, int mode, Credentials owner) {
        throw Errno.EPERM.exception();
    }

    public Inode symlink(String name, String target, Credentials owner) {
        throw Errno.EPERM.exception();
    }

    public void link(String name, Inode target) {
        throw Errno.EPERM.exception();
    }

    public void unlink(String name, Inode victim) {
        throw Errno.EPERM.exception();
    }

    public void rmdir(String name, Inode victim) {
        throw Errno.EPERM.exception();
    }

    /**
     * @param replaced what stands at the new name, or null
     * @param flags RENAME_NOREPLACE (already checked), RENAME_EXCHANGE, RENAME_WHITEOUT
     */
    public void rename(
            String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        throw Errno.EPERM.exception();
    }

    /** An unnamed regular file (O_TMPFILE). */
    public Inode tmpfile(int mode, Credentials owner) {
        throw Errno.EOPNOTSUPP.exception();
    }

    // --- all kinds ---

    /**
     * Opens it; permissions are checked and O_TRUNC is done by the VFS. {@code task} is null at boot. Device nodes, FIFOs and sockets never get here: the VFS opens those
     * through the device table and its own pipes.
     */
    public abstract File open(@Nullable Task task, Path path, int flags);

    /** Target of a symbolic link, Latin-1. */
    public String readlink(@Nullable Task task) {
        throw Errno.EINVAL.exception();
    }

    /** Magic links (/proc/PID/fd/N, exe, cwd): the place itself, without a walk by name; null: walk {@link #readlink}. */
    public @Nullable Path followMagic(@Nullable Task task) {
        return null;
    }

    /** Does {@link #followMagic} answer? Then openat2's RESOLVE_NO_MAGICLINKS refuses it. */
    public boolean isMagicLink() {
        return false;
    }

    /** Truncates or extends a regular file, {@link #lock} held. Time stamps and set-id bits are the VFS's business. */
    public void truncate(long length) {
        throw Errno.EINVAL.exception();
    }

    /** Takes pieces of a file one by one: where they lie on the device, all in bytes. */
    @FunctionalInterface
    public interface ExtentSink {
        /** Flags of an extent (FIEMAP_EXTENT_*): not aligned, within metadata, allocated but not written, several blocks in one. */
        int NOT_ALIGNED = 0x100, INLINE = 0x200, UNWRITTEN = 0x800, MERGED = 0x1000;

        /** @return false to stop */
        boolean add(long logical, long physical, long length, int flags);
    }

    /** Does {@link #extents} answer? */
    public boolean mapsExtents() {
        return false;
    }

    /** Where the part of the file from {@code start} on lies, from the block that has its first byte to that of its last. Holes are left out. */
    public void extents(long start, long length, ExtentSink sink) {
        throw Errno.EOPNOTSUPP.exception();
    }

    /** Can its files be opened with O_DIRECT? */
    public boolean hasDirectIo() {
        return isRegular() || Mode.isBlock(mode);
    }

    /** What stat(2) says. */
    public int shownMode() {
        return mode;
    }

    /** Stores changed attributes: the VFS has checked, and hands the new values; {@link #lock} held. */
    public void setAttributes(AttributeChange change) {
        change.applyTo(this);
    }

    /** The last name and the last open file have gone: the storage may go. Called once, maybe with the directory's lock held. */
    public void evict() {}

    // --- access control lists ---

    /** Can files here have access control lists? */
    public boolean supportsAcl() {
        return false;
    }

    public final @Nullable Acl accessAcl() {
        return accessAcl;
    }

    public final @Nullable Acl defaultAcl() {
        return defaultAcl;
    }

    /** Stores both lists; {@link #lock} held, or the object is new. A file system that keeps them elsewhere does so and calls this. */
    public void setAcls(@Nullable Acl access, @Nullable Acl inherited) {
        accessAcl = access;
        defaultAcl = inherited;
    }

    // --- extended attributes, names with prefix ---

    public byte @Nullable [] getXattr(String name) {
        throw Errno.EOPNOTSUPP.exception();
    }

    /** @param flags XATTR_CREATE, XATTR_REPLACE */
    public void setXattr(String name, byte[] value, int flags) {
        throw Errno.EOPNOTSUPP.exception();
    }

    public java.util.List<String> listXattr() {
        return java.util.List.of();
    }

    public void removeXattr(String name) {
        throw Errno.EOPNOTSUPP.exception();
    }
}
