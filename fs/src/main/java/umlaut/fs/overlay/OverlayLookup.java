package umlaut.fs.overlay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.vfs.Inode;

/** Finds what a name stands for in an overlay's directory (Linux: fs/overlayfs/namei.c). */
final class OverlayLookup {
    private OverlayLookup() {}

    static @Nullable Inode lookup(OverlayInode directory, String name) {
        Inode upperDirectory = directory.upper();
        Inode up = upperDirectory == null ? null : find(upperDirectory, name);
        if (up != null && Marks.isWhiteout(up)) {
            return null;
        }
        if (up != null) {
            OverlayInode known = directory.fs.known(up);
            if (known != null) {
                return known;
            }
            return ofUpper(directory, name, up);
        }
        String lowerPath = join(directory.lowerPath, name);
        List<Inode> lowers = lowers(directory.lowers, name);
        if (lowers.isEmpty()) {
            return null;
        }
        Inode shown = lowers.getFirst();
        OverlayFs fs = directory.fs;
        return new OverlayInode(fs, shown, fs.inoOf(shown), null, lowers, lowerPath).at(directory, name);
    }

    private static OverlayInode ofUpper(OverlayInode directory, String name, Inode up) {
        OverlayFs fs = directory.fs;
        List<Inode> lowers = List.of();
        String lowerPath = join(directory.lowerPath, name);
        if (up.isDirectory() && !Marks.isOpaque(up)) {
            byte @Nullable [] redirect = Marks.get(up, Marks.REDIRECT);
            if (redirect == null) {
                lowers = directories(lowers(directory.lowers, name));
            } else {
                lowerPath = new String(redirect, 1, redirect.length - 1, StandardCharsets.ISO_8859_1);
                lowers = directories(walk(fs, lowerPath));
            }
        }
        OverlayInode shown = new OverlayInode(fs, up, fs.inoOfUpper(up), up, lowers, lowerPath).at(directory, name);
        return fs.keep(up, shown);
    }

    static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /** What stands at a name in merged directories: one file, or the directories that are merged in turn. */
    static List<Inode> lowers(List<Inode> directories, String name) {
        List<Inode> found = List.of();
        for (Inode directory : directories) {
            Inode lower = find(directory, name);
            if (lower == null) {
                continue;
            }
            if (Marks.isWhiteout(lower)) {
                break;
            }
            if (!lower.isDirectory()) {
                return found.isEmpty() ? List.of(lower) : found;
            }
            if (found.isEmpty()) {
                found = new ArrayList<>(directories.size());
            }
            found.add(lower);
            if (Marks.isOpaque(lower)) {
                break;
            }
        }
        return found;
    }

    private static List<Inode> directories(List<Inode> found) {
        return found.isEmpty() || found.getFirst().isDirectory() ? found : List.of();
    }

    private static List<Inode> walk(OverlayFs fs, String path) {
        List<Inode> here = fs.lowerRoots();
        for (String name : path.split("/")) {
            here = directories(lowers(here, name));
        }
        return here;
    }

    /** A look-up in a layer, under the lock that it asks for. */
    static @Nullable Inode find(Inode directory, String name) {
        directory.lock.lock();
        try {
            return directory.lookup(name);
        } finally {
            directory.lock.unlock();
        }
    }
}
