package umlaut.fs.overlay;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.Inode;

/** What an overlay writes into its layers: extended attributes and whiteouts. */
final class Marks {
    static final String PREFIX = "trusted.overlay.";
    /** "y": lower directories of that name do not show through. */
    static final String OPAQUE = PREFIX + "opaque";
    /** Where in the lower layers a renamed directory comes from: a path from the root, or a name. */
    static final String REDIRECT = PREFIX + "redirect";
    /** The inode number shown before the copy-up, 8 bytes. */
    static final String ORIGIN = PREFIX + "origin";

    private Marks() {}

    static byte @Nullable [] get(Inode real, String name) {
        try {
            return real.getXattr(name);
        } catch (ErrnoException e) {
            return null; // a layer without such attributes has no marks
        }
    }

    static void set(Inode real, String name, byte[] value) {
        real.lock.lock();
        try {
            real.setXattr(name, value, 0);
        } finally {
            real.lock.unlock();
        }
    }

    /** A mark that only makes things nicer. */
    static void trySet(Inode real, String name, byte[] value) {
        try {
            set(real, name, value);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
        }
    }

    static boolean isOpaque(Inode directory) {
        byte @Nullable [] mark = get(directory, OPAQUE);
        return mark != null && mark.length == 1 && mark[0] == 'y';
    }

    static boolean isWhiteout(Inode inode) {
        return Mode.isChar(inode.mode) && inode.rdev == 0;
    }

    /** Makes a whiteout; the upper directory's lock is held. */
    static void whiteout(Inode upperDirectory, String name) {
        upperDirectory.create(name, Mode.S_IFCHR, 0, Credentials.ROOT);
    }

    /** Removes the whiteout of that name, if there is one; the upper directory's lock is held. */
    static void clearWhiteout(Inode upperDirectory, String name) {
        Inode there = upperDirectory.lookup(name);
        if (there != null && isWhiteout(there)) {
            upperDirectory.unlink(name, there);
            there.evictIfUnused();
        }
    }
}
