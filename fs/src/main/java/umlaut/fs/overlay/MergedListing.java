package umlaut.fs.overlay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import umlaut.abi.DirentType;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Inode;

/**
 * The entries of a directory of an overlay: those of its layers, the topmost of each name, whiteouts taken out (Linux:
 * fs/overlayfs/readdir.c). Immutable once built.
 */
final class MergedListing {
    /** One name; {@code type} is DT_*. */
    record Entry(String name, long ino, int type) {}

    private final List<Entry> entries = new ArrayList<>();

    private MergedListing() {}

    static MergedListing of(OverlayInode directory) {
        MergedListing listing = new MergedListing();
        Map<String, Boolean> seen = new HashMap<>();
        Inode up = directory.upper();
        if (up != null) {
            for (Entry e : raw(up)) {
                Inode child = OverlayLookup.find(up, e.name);
                if (child == null) {
                    continue;
                }
                seen.put(e.name, true);
                if (!Marks.isWhiteout(child)) {
                    listing.entries.add(new Entry(e.name, directory.fs.inoOfUpper(child), e.type));
                }
            }
        }
        boolean mayHide = directory.lowers.size() > 1;
        for (Inode lower : directory.lowers) {
            for (Entry e : raw(lower)) {
                if ((up != null || mayHide) && seen.put(e.name, true) != null) {
                    continue;
                }
                if (e.type == DirentType.DT_CHR && hidden(lower, e.name)) {
                    continue;
                }
                listing.entries.add(new Entry(e.name, directory.fs.inoOf(lower.superBlock, e.ino), e.type));
            }
        }
        return listing;
    }

    private static boolean hidden(Inode lower, String name) {
        Inode child = OverlayLookup.find(lower, name);
        return child == null || Marks.isWhiteout(child);
    }

    static List<String> namesOf(Inode directory) {
        List<String> names = new ArrayList<>();
        for (Entry e : raw(directory)) {
            names.add(e.name);
        }
        return names;
    }

    int size() {
        return entries.size();
    }

    Entry get(int index) {
        return entries.get(index);
    }

    /** A layer's own entries without "." and "..". */
    private static List<Entry> raw(Inode directory) {
        List<Entry> all = new ArrayList<>();
        RealFiles.list(directory, new DirectorySink() {
            @Override
            public long position() {
                return 0;
            }

            @Override
            public boolean add(String name, long ino, int type, long next) {
                if (!name.equals(".") && !name.equals("..")) {
                    all.add(new Entry(name, ino, type));
                }
                return true;
            }
        });
        return all;
    }
}
