package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.RenameFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.PathRights;

/**
 * rename(2) (Linux: fs/namei.c do_renameat2, vfs_rename).
 *
 * <p>Two directories are locked the ancestor first; renames between directories of one file system happen one at a time, so that the tree does not change shape meanwhile
 * (Documentation/filesystems/directory-locking.rst). The replaced object is locked below both.
 */
final class Rename {
    private final Vfs vfs;
    private final PathWalk from;
    private final PathWalk to;
    private final int flags;
    private final Inode oldParent;
    private final Inode newParent;
    private final Credentials who;

    private Rename(Vfs vfs, PathWalk from, PathWalk to, int flags) {
        this.vfs = vfs;
        this.from = from;
        this.to = to;
        this.flags = flags;
        this.oldParent = from.inode();
        this.newParent = to.inode();
        this.who = from.who;
    }

    /** @throws umlaut.abi.ErrnoException EINVAL, which comes before all else */
    static void checkFlags(int flags) {
        int exclusive = RenameFlags.RENAME_NOREPLACE | RenameFlags.RENAME_WHITEOUT;
        int known = exclusive | RenameFlags.RENAME_EXCHANGE;
        boolean exchange = (flags & RenameFlags.RENAME_EXCHANGE) != 0;
        if ((flags & ~known) != 0 || exchange && (flags & exclusive) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    /**
     * @param from at the parent of what is to be renamed ({@link PathWalk#toParent}), which is looked up before the new name is read
     * @param flags RENAME_*
     */
    static void rename(Vfs vfs, PathWalk from, PathWalk to, int flags) {
        checkFlags(flags);
        to.toParent();
        if (from.mount != to.mount) {
            throw Errno.EXDEV.exception();
        }
        if (from.lastType != PathWalk.Last.NORM) {
            throw Errno.EBUSY.exception();
        }
        if (to.lastType != PathWalk.Last.NORM) {
            boolean noReplace = (flags & RenameFlags.RENAME_NOREPLACE) != 0;
            throw (noReplace ? Errno.EEXIST : Errno.EBUSY).exception();
        }
        Permissions.requireWritable(from.mount);
        new Rename(vfs, from, to, flags).locked();
    }

    private void locked() {
        if (from.dentry == to.dentry) {
            oldParent.lock.lock();
            try {
                names(null);
            } finally {
                oldParent.lock.unlock();
            }
            return;
        }
        oldParent.superBlock.renameLock.lock();
        try {
            boolean newInside = to.dentry.isBelow(from.dentry);
            Inode first = newInside ? oldParent : newParent;
            Inode second = newInside ? newParent : oldParent;
            first.lock.lock();
            second.lock.lock();
            try {
                names(trap(newInside));
            } finally {
                second.lock.unlock();
                first.lock.unlock();
            }
        } finally {
            oldParent.superBlock.renameLock.unlock();
        }
    }

    /** The child of the one directory on the way to the other, which can't be moved nor replaced (lock_rename). */
    private @Nullable Dentry trap(boolean newInside) {
        Dentry upper = newInside ? from.dentry : to.dentry;
        Dentry d = newInside ? to.dentry : from.dentry;
        while (d != null && d.parent() != upper) {
            d = d.parent();
        }
        return d;
    }

    private boolean exchange() {
        return (flags & RenameFlags.RENAME_EXCHANGE) != 0;
    }

    private void names(@Nullable Dentry trap) {
        Dentry moved = from.childLocked();
        Inode source = moved.inodeOrNull();
        if (source == null) {
            throw Errno.ENOENT.exception();
        }
        Dentry place = to.childLocked();
        Inode target = place.inodeOrNull();
        if ((flags & RenameFlags.RENAME_NOREPLACE) != 0 && target != null) {
            throw Errno.EEXIST.exception();
        }
        if (exchange()) {
            if (target == null) {
                throw Errno.ENOENT.exception();
            }
            if (!target.isDirectory() && to.lastSlash) {
                throw Errno.ENOTDIR.exception();
            }
        }
        if (!source.isDirectory() && (from.lastSlash || !exchange() && to.lastSlash)) {
            throw Errno.ENOTDIR.exception();
        }
        if (moved == trap) {
            throw Errno.EINVAL.exception();
        }
        if (trap != null && place == trap) {
            throw (exchange() ? Errno.EINVAL : Errno.ENOTEMPTY).exception();
        }
        PathRights.refer(who, from.path(), source, to.path(), target, true, exchange());
        if (source == target) {
            return;
        }
        permissions(source, target);
        if (moved.isMountpoint() || place.isMountpoint()) {
            throw Errno.EBUSY.exception();
        }
        perform(moved, source, place, target);
    }

    private void permissions(Inode source, @Nullable Inode target) {
        Permissions.requireDelete(oldParent, source, who, source.isDirectory());
        if (target == null) {
            Permissions.requireCreate(newParent, who);
        } else {
            Permissions.requireDelete(newParent, target, who, exchange() ? target.isDirectory() : source.isDirectory());
        }
        if (oldParent == newParent) {
            return;
        }
        // A directory that changes its parent has its ".." rewritten.
        if (source.isDirectory()) {
            Permissions.require(source, who, Permissions.MAY_WRITE);
        }
        if (exchange() && target != null && target.isDirectory()) {
            Permissions.require(target, who, Permissions.MAY_WRITE);
        }
    }

    private void perform(Dentry moved, Inode source, Dentry place, @Nullable Inode target) {
        String oldName = moved.name();
        String newName = place.name();
        if ((newParent.flags & Ioctl.FS_APPEND_FL) != 0 && target != null) {
            throw Errno.EPERM.exception();
        }
        if (target != null && !exchange()) {
            target.lock.lock();
        }
        try {
            oldParent.rename(oldName, source, newParent, newName, target, flags);
            moveNames(moved, oldName, place, newName, target);
        } finally {
            if (target != null && !exchange()) {
                target.lock.unlock();
            }
        }
        long now = vfs.kernel.clock.realtimeNs();
        Times.modified(oldParent, now);
        Times.modified(newParent, now);
        Times.changed(source, now);
        if (target != null) {
            Times.changed(target, now);
        }
        tell(source, oldName, newName, target);
    }

    private void moveNames(Dentry moved, String oldName, Dentry place, String newName, @Nullable Inode target) {
        to.dentry.drop(place, target == null || !exchange());
        if (exchange()) {
            from.dentry.drop(moved, false);
            moved.move(to.dentry, newName);
            place.move(from.dentry, oldName);
        } else {
            moved.move(to.dentry, newName);
        }
    }

    private void tell(Inode source, String oldName, String newName, @Nullable Inode target) {
        FsNotify listener = vfs.notifier();
        if (listener != null) {
            int cookie = vfs.nextCookie();
            listener.renamed(
                    source.isDirectory() ? InotifyFlags.IN_ISDIR : 0, oldParent, oldName, newParent, newName, source);
            Notify.entry(vfs, InotifyFlags.IN_MOVED_FROM, oldParent, oldName, source, cookie);
            Notify.entry(vfs, InotifyFlags.IN_MOVED_TO, newParent, newName, source, cookie);
            Notify.inode(vfs, InotifyFlags.IN_MOVE_SELF, source, null);
            if (target != null && !exchange()) {
                Notify.inode(vfs, InotifyFlags.IN_ATTRIB, target, null);
            }
        }
        if (target != null && !exchange()) {
            target.evictIfUnused();
        }
    }
}
