package umlaut.fs.overlay;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.WindowSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Acl;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A file of an overlay. What it shows is its upper inode once there is one, else the topmost lower; a directory shows
 * the union. Attributes are copies of the real inode's, kept current by every operation that passes through here.
 */
final class OverlayInode extends Inode {
    final OverlayFs fs;
    /**
     * The lower inodes that show through: at most one for a file, the merged directories (topmost first) for a
     * directory.
     */
    final List<Inode> lowers;
    /** Where the lower directories lie in their layers, relative to the root; what a redirect says. */
    final String lowerPath;

    private volatile @Nullable Inode upper;
    /** Where copy-up puts it; null for a root. Changed by rename, when there is an upper already. */
    volatile @Nullable OverlayInode parent;

    volatile String name = "/";
    /** Counts changes of the names in this directory. */
    private volatile int changes;

    private volatile @Nullable SoftReference<MergedListing> listing;
    /** Its only name has gone before it was copied up. Guarded by {@link #copyUpLock()}. */
    boolean unlinked;

    OverlayInode(OverlayFs fs, Inode shown, long ino, @Nullable Inode upper, List<Inode> lowers, String lowerPath) {
        super(fs, ino, shown.mode);
        this.fs = fs;
        this.upper = upper;
        this.lowers = lowers;
        this.lowerPath = lowerPath;
        copyAttributes(shown);
    }

    OverlayInode at(OverlayInode directory, String as) {
        parent = directory;
        name = as;
        return this;
    }

    // --- the real inodes ---

    /**
     * Held while it is copied up, so that this happens once. Shared with other inodes: they are many, and seldom
     * copied.
     */
    ReentrantLock copyUpLock() {
        return fs.copyUpLock(ino);
    }

    @Nullable Inode upper() {
        return upper;
    }

    /** The copy is complete and in place. */
    void setUpper(Inode fresh) {
        upper = fresh;
        copyAttributes(fresh);
    }

    @Override
    public @Nullable WindowSource windowSource() {
        return real().windowSource();
    }

    /** What it shows. */
    Inode real() {
        Inode up = upper;
        return up != null ? up : lowers.getFirst();
    }

    /** The upper inode, made now if need be. @throws umlaut.abi.ErrnoException EROFS, ENOSPC, EIO */
    Inode copiedUp() {
        Inode up = upper;
        return up != null ? up : CopyUp.copyUp(this, Long.MAX_VALUE);
    }

    void copyAttributes(Inode from) {
        mode = from.mode;
        uid = from.uid;
        gid = from.gid;
        nlink = isMerged() && from.nlink > 0 ? 1 : from.nlink;
        rdev = from.rdev;
        size = from.size;
        blocks = from.blocks;
        atime = from.atime;
        mtime = from.mtime;
        ctime = from.ctime;
        btime = from.btime;
        flags = from.flags;
        fileCapabilities = from.fileCapabilities;
        super.setAcls(from.accessAcl(), from.defaultAcl());
    }

    /**
     * Counting the subdirectories of a union would take a listing: a link count of 1 means "unknown" to find(1) and its
     * like.
     */
    private boolean isMerged() {
        return isDirectory() && lowers.size() + (upper == null ? 0 : 1) > 1;
    }

    /** After a write: its times are the VFS's business. */
    void copySize(Inode from) {
        if (size != from.size) {
            size = from.size;
        }
        if (blocks != from.blocks) {
            blocks = from.blocks;
        }
    }

    @Override
    public void refresh() {
        Inode up = upper;
        if (up != null) {
            up.refresh();
            copyAttributes(up);
        }
    }

    /** Times of reading are kept only once there is an upper. */
    @Override
    public void touch(int mask, long now) {
        Inode up = upper;
        if (up != null) {
            up.touch(mask, now);
            super.touch(mask, now);
        }
    }

    // --- directories ---

    /** The merged entries, kept until a name comes or goes. */
    MergedListing listing() {
        SoftReference<MergedListing> kept = listing;
        MergedListing known = kept == null ? null : kept.get();
        if (known != null) {
            return known;
        }
        int before = changes;
        MergedListing fresh = MergedListing.of(this);
        if (changes == before) {
            listing = new SoftReference<>(fresh);
            if (changes != before) {
                listing = null;
            }
        }
        return fresh;
    }

    /** A name has come or gone; its lock is held. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void namesChanged(Inode upperDirectory) {
        changes++;
        listing = null;
        copyAttributes(upperDirectory);
    }

    @Override
    public @Nullable Inode lookup(String entry) {
        if (!isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        return OverlayLookup.lookup(this, entry);
    }

    @Override
    public Inode create(String entry, int createMode, long device, Credentials owner) {
        return OverlayChanges.make(this, entry, up -> up.create(entry, createMode, device, owner));
    }

    @Override
    public Inode mkdir(String entry, int createMode, Credentials owner) {
        return OverlayChanges.make(this, entry, up -> up.mkdir(entry, createMode, owner));
    }

    @Override
    public Inode symlink(String entry, String target, Credentials owner) {
        return OverlayChanges.make(this, entry, up -> up.symlink(entry, target, owner));
    }

    @Override
    public Inode tmpfile(int createMode, Credentials owner) {
        Inode made = copiedUp().tmpfile(createMode, owner);
        OverlayInode shown = new OverlayInode(fs, made, fs.inoOf(made), made, List.of(), "");
        return fs.keep(made, shown.at(this, "#" + made.ino));
    }

    @Override
    public void link(String entry, Inode target) {
        OverlayChanges.link(this, entry, (OverlayInode) target);
    }

    @Override
    public void unlink(String entry, Inode victim) {
        OverlayChanges.remove(this, entry, (OverlayInode) victim);
    }

    @Override
    public void rmdir(String entry, Inode victim) {
        OverlayChanges.remove(this, entry, (OverlayInode) victim);
    }

    @Override
    public void rename(
            String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        OverlayRename.rename(
                this, oldName, (OverlayInode) moved, (OverlayInode) newParent, newName, (OverlayInode) replaced, flags);
    }

    // --- all kinds ---

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        if (isDirectory()) {
            return new OverlayDirectoryFile(this, path, flags, who);
        }
        if (OpenFlags.mayWrite(flags) && upper == null) {
            CopyUp.copyUp(this, (flags & OpenFlags.O_TRUNC) != 0 ? 0 : Long.MAX_VALUE);
        }
        Inode real = real();
        return new OverlayFile(this, real, real.open(task, path, flags), path, flags, who);
    }

    @Override
    public String readlink(@Nullable Task task) {
        return real().readlink(task);
    }

    @Override
    public void truncate(long length) {
        Inode up = upper;
        if (up == null) {
            up = CopyUp.copyUp(this, length);
        }
        up.lock.lock();
        try {
            up.truncate(length);
        } finally {
            up.lock.unlock();
        }
        copyAttributes(up);
    }

    @Override
    public void setAttributes(AttributeChange change) {
        Inode up = copiedUp();
        up.lock.lock();
        try {
            up.setAttributes(change);
        } finally {
            up.lock.unlock();
        }
        copyAttributes(up);
    }

    @Override
    public void evict() {
        Inode up = upper;
        if (up != null) {
            fs.drop(up);
        }
    }

    @Override
    public boolean supportsAcl() {
        Inode up = upper;
        return up == null ? fs.supportsAcl() : up.supportsAcl();
    }

    @Override
    public void setAcls(@Nullable Acl access, @Nullable Acl inherited) {
        Inode up = copiedUp();
        up.lock.lock();
        try {
            up.setAcls(access, inherited);
        } finally {
            up.lock.unlock();
        }
        copyAttributes(up);
    }

    @Override
    public int supportedFlags() {
        return fs.supportedFlags();
    }

    @Override
    public void setFlags(int fresh) {
        copiedUp().setFlags(fresh);
        super.setFlags(fresh);
    }

    // --- extended attributes ---

    @Override
    public byte @Nullable [] getXattr(String attribute) {
        if (attribute.startsWith(Marks.PREFIX)) {
            throw Errno.EOPNOTSUPP.exception();
        }
        return real().getXattr(attribute);
    }

    @Override
    public void setXattr(String attribute, byte[] value, int flags) {
        if (attribute.startsWith(Marks.PREFIX)) {
            throw Errno.EPERM.exception();
        }
        Inode up = copiedUp();
        up.lock.lock();
        try {
            up.setXattr(attribute, value, flags);
        } finally {
            up.lock.unlock();
        }
        copyAttributes(up);
    }

    @Override
    public List<String> listXattr() {
        List<String> shown = new ArrayList<>(real().listXattr());
        shown.removeIf(attribute -> attribute.startsWith(Marks.PREFIX));
        return shown;
    }

    @Override
    public void removeXattr(String attribute) {
        if (attribute.startsWith(Marks.PREFIX)) {
            throw Errno.EPERM.exception();
        }
        Inode up = copiedUp();
        up.lock.lock();
        try {
            up.removeXattr(attribute);
        } finally {
            up.lock.unlock();
        }
        copyAttributes(up);
    }
}
