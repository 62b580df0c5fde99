package umlaut.fs.overlay;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.vfs.Inode;

/** Making and removing names (Linux: fs/overlayfs/dir.c). The overlay directory's lock is held by the VFS. */
final class OverlayChanges {
    private OverlayChanges() {}

    /** Makes a new object in the upper directory. */
    static Inode make(OverlayInode directory, String name, Function<Inode, Inode> maker) {
        Inode up = directory.copiedUp();
        boolean lowerName = !OverlayLookup.lowers(directory.lowers, name).isEmpty();
        Inode made;
        up.lock.lock();
        try {
            if (!directory.lowers.isEmpty()) {
                Marks.clearWhiteout(up, name);
            }
            made = maker.apply(up);
        } finally {
            up.lock.unlock();
        }
        if (made.isDirectory() && lowerName) {
            Marks.set(made, Marks.OPAQUE, new byte[] {'y'});
        }
        directory.namesChanged(up);
        OverlayFs fs = directory.fs;
        OverlayInode shown = new OverlayInode(
                fs, made, fs.inoOf(made), made, List.of(), OverlayLookup.join(directory.lowerPath, name));
        return fs.keep(made, shown.at(directory, name));
    }

    static void link(OverlayInode directory, String name, OverlayInode target) {
        Inode file = target.copiedUp();
        Inode up = directory.copiedUp();
        up.lock.lock();
        try {
            if (!directory.lowers.isEmpty()) {
                Marks.clearWhiteout(up, name);
            }
            up.link(name, file);
        } finally {
            up.lock.unlock();
        }
        directory.namesChanged(up);
        target.copyAttributes(file);
    }

    /** unlink and rmdir. */
    static void remove(OverlayInode directory, String name, OverlayInode victim) {
        Inode up = directory.copiedUp();
        if (victim.isDirectory()) {
            makeEmpty(victim);
        }
        boolean lowerName = !OverlayLookup.lowers(directory.lowers, name).isEmpty();
        victim.copyUpLock().lock();
        try {
            up.lock.lock();
            try {
                removeUpper(up, name, victim.upper());
                if (lowerName) {
                    Marks.whiteout(up, name);
                }
            } finally {
                up.lock.unlock();
            }
            gone(victim);
        } finally {
            victim.copyUpLock().unlock();
        }
        directory.namesChanged(up);
    }

    /** Takes an upper name away, if there is one; the upper directory's lock is held. */
    private static void removeUpper(Inode up, String name, @Nullable Inode victim) {
        if (victim == null) {
            return;
        }
        if (victim.isDirectory()) {
            up.rmdir(name, victim);
        } else {
            up.unlink(name, victim);
        }
    }

    /** The overlay's inode has lost a name; its copy-up lock is held. */
    static void gone(OverlayInode victim) {
        Inode upper = victim.upper();
        if (upper == null) {
            victim.unlinked = true;
            victim.nlink = 0;
        } else {
            victim.copyAttributes(upper);
            if (victim.isDirectory()) {
                victim.nlink = 0;
            }
        }
    }

    /**
     * Whiteouts alone are left in a directory that looks empty: clears them out of its upper one.
     *
     * @throws umlaut.abi.ErrnoException ENOTEMPTY
     */
    static void makeEmpty(OverlayInode directory) {
        MergedListing listing = directory.listing();
        if (listing.size() > 0) {
            throw Errno.ENOTEMPTY.exception();
        }
        Inode up = directory.upper();
        if (up == null) {
            return;
        }
        List<String> names = MergedListing.namesOf(up);
        up.lock.lock();
        try {
            for (String name : names) {
                Marks.clearWhiteout(up, name);
            }
        } finally {
            up.lock.unlock();
        }
    }
}
