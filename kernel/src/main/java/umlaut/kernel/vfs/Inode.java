package umlaut.kernel.vfs;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * A file system object (Linux: struct inode and inode_operations, inode(7)). Attributes live here and are the truth for the VFS; a file system with
 * attributes elsewhere (hostfs) brings them up to date in {@link #refresh()}.
 *
 * <p>Directory operations are called with this directory's {@link #lock} held (parents before children; two directories in order of address of
 * rename's lock rules), after the VFS has checked permissions, read-only mounts and existence. Names are Latin-1, without '/' and never "." or "..".
 * The defaults are what Linux answers for an inode without that operation.
 */
public abstract class Inode {
    public final SuperBlock superBlock;
    public final long ino;

    /** Guards the attributes and, for directories, the entries. */
    public final ReentrantLock lock = new ReentrantLock();

    /** Type and permission bits, S_IF* | 07777. */
    public volatile int mode;

    public volatile int uid;
    public volatile int gid;
    public volatile int nlink = 1;
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

    /** What the VFS attaches: pipe of a FIFO, listening socket, file locks, inotify marks (see {@link InodeState}). */
    private volatile @Nullable InodeState state;

    protected Inode(SuperBlock superBlock, long ino, int mode) {
        this.superBlock = superBlock;
        this.ino = ino;
        this.mode = mode;
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
    public void rename(String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        throw Errno.EPERM.exception();
    }

    /** An unnamed regular file (O_TMPFILE). */
    public Inode tmpfile(int mode, Credentials owner) {
        throw Errno.EOPNOTSUPP.exception();
    }

    // --- all kinds ---

    /**
     * Opens it; permissions are checked and O_TRUNC is done by the VFS. Device nodes, FIFOs and sockets never get here: the VFS opens those
     * through the device table and its own pipes.
     */
    public abstract File open(Task task, Path path, int flags);

    /** Target of a symbolic link, Latin-1. */
    public String readlink(Task task) {
        throw Errno.EINVAL.exception();
    }

    /** Magic links (/proc/PID/fd/N, exe, cwd): the place itself, without a walk by name; null: walk {@link #readlink}. */
    public @Nullable Path followMagic(Task task) {
        return null;
    }

    /** Truncates or extends a regular file, {@link #lock} held. */
    public void truncate(long length) {
        throw Errno.EINVAL.exception();
    }

    /** Stores changed attributes: the VFS has checked, and hands the new values; {@link #lock} held. */
    public void setAttributes(AttributeChange change) {
        change.applyTo(this);
    }

    /** Counts of the last name and the last open file have dropped to none: the storage may go. */
    public void evict() {}

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
