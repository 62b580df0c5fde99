package umlaut.fs.overlay;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.RenameFlags;
import umlaut.kernel.vfs.Inode;

/**
 * rename(2) in an overlay (Linux: fs/overlayfs/dir.c ovl_rename, with redirect_dir=on). Both overlay directories' locks
 * are held by the VFS.
 */
final class OverlayRename {
    private OverlayRename() {}

    static void rename(
            OverlayInode from,
            String oldName,
            OverlayInode moved,
            OverlayInode to,
            String newName,
            @Nullable OverlayInode replaced,
            int flags) {
        if ((flags & RenameFlags.RENAME_WHITEOUT) != 0) {
            throw Errno.EINVAL.exception();
        }
        Inode source = from.copiedUp();
        Inode target = to.copiedUp();
        Inode what = moved.copiedUp();
        boolean exchange = (flags & RenameFlags.RENAME_EXCHANGE) != 0;
        if (exchange && replaced != null) {
            exchange(from, source, oldName, moved, what, to, target, newName, replaced);
            return;
        }
        if (replaced != null && replaced.isDirectory()) {
            OverlayChanges.makeEmpty(replaced);
        }
        boolean lowerAtOld = !OverlayLookup.lowers(from.lowers, oldName).isEmpty();
        boolean lowerAtNew = !OverlayLookup.lowers(to.lowers, newName).isEmpty();
        mark(moved, what, lowerAtNew);
        if (replaced == null) {
            move(source, oldName, what, target, newName, null, lowerAtOld, lowerAtNew);
        } else {
            replaced.copyUpLock().lock();
            try {
                move(source, oldName, what, target, newName, replaced.upper(), lowerAtOld, lowerAtNew);
                OverlayChanges.gone(replaced);
            } finally {
                replaced.copyUpLock().unlock();
            }
        }
        moved.at(to, newName);
        moved.copyAttributes(what);
        from.namesChanged(source);
        to.namesChanged(target);
    }

    private static void move(
            Inode source,
            String oldName,
            Inode what,
            Inode target,
            String newName,
            @Nullable Inode replaced,
            boolean lowerAtOld,
            boolean lowerAtNew) {
        lock(source, target);
        try {
            if (lowerAtNew && replaced == null) {
                Marks.clearWhiteout(target, newName);
            }
            source.rename(oldName, what, target, newName, replaced, 0);
            if (lowerAtOld) {
                Marks.whiteout(source, oldName);
            }
        } finally {
            unlock(source, target);
        }
    }

    private static void exchange(
            OverlayInode from,
            Inode source,
            String oldName,
            OverlayInode moved,
            Inode what,
            OverlayInode to,
            Inode target,
            String newName,
            OverlayInode other) {
        Inode otherUpper = other.copiedUp();
        mark(moved, what, !OverlayLookup.lowers(to.lowers, newName).isEmpty());
        mark(other, otherUpper, !OverlayLookup.lowers(from.lowers, oldName).isEmpty());
        lock(source, target);
        try {
            source.rename(oldName, what, target, newName, otherUpper, RenameFlags.RENAME_EXCHANGE);
        } finally {
            unlock(source, target);
        }
        moved.at(to, newName);
        other.at(from, oldName);
        moved.copyAttributes(what);
        other.copyAttributes(otherUpper);
        from.namesChanged(source);
        to.namesChanged(target);
    }

    /** A directory must find its lower parts again under its new name, and only those. */
    private static void mark(OverlayInode moved, Inode upper, boolean lowerAtNew) {
        if (!moved.isDirectory()) {
            return;
        }
        if (!moved.lowers.isEmpty()) {
            Marks.set(upper, Marks.REDIRECT, OverlayFs.latin1("/" + moved.lowerPath));
        } else if (lowerAtNew) {
            Marks.set(upper, Marks.OPAQUE, new byte[] {'y'});
        }
    }

    private static void lock(Inode one, Inode two) {
        one.lock.lock();
        two.lock.lock();
    }

    private static void unlock(Inode one, Inode two) {
        two.lock.unlock();
        one.lock.unlock();
    }
}
