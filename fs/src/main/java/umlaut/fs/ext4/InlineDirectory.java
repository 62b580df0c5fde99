package umlaut.fs.ext4;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.vfs.Inode;

/** A small directory that lies in its inode (inline_data; Linux: fs/ext4/inline.c): the parent's number, then entries, the rest of them as an attribute. One that is changed gets a block. */
final class InlineDirectory {
    private InlineDirectory() {}

    /** Takes one entry. */
    interface Visitor {
        /** @return false to stop */
        boolean visit(String name, long ino, int type, long position);
    }

    static @Nullable Inode lookup(Ext4Directory dir, String name) {
        long[] found = new long[1];
        each(dir, (entry, ino, type, position) -> {
            if (entry.equals(name)) {
                found[0] = ino;
            }
            return found[0] == 0;
        });
        return found[0] == 0 ? null : dir.fs.inode(found[0]);
    }

    static List<HTree.Named> entries(Ext4Directory dir) {
        List<HTree.Named> all = new ArrayList<>();
        each(dir, (name, ino, type, position) -> all.add(new HTree.Named(name, ino, type, 0)));
        return all;
    }

    /** Entries in order; positions count from 2, for "." and ".." come before. */
    static void each(Ext4Directory dir, Visitor visitor) {
        byte[] head =
                java.util.Arrays.copyOfRange(dir.raw, Ext4Inode.BLOCK + 4, Ext4Inode.BLOCK + Ext4Inode.BLOCK_SIZE);
        if (part(dir, head, 2, visitor)) {
            part(dir, dir.xattrs().inlineData(), 2 + head.length, visitor);
        }
    }

    private static boolean part(Ext4Directory dir, byte[] b, int base, Visitor visitor) {
        if (!DirBlock.isSane(b, b.length)) {
            throw dir.fs.corrupt(Errno.EUCLEAN, "directory " + dir.ino + ": what is in its inode is damaged");
        }
        for (int at = 0; at < b.length; at += DirBlock.length(b, at)) {
            boolean used = DirBlock.ino(b, at) != 0;
            if (used && !visitor.visit(DirBlock.name(b, at), DirBlock.ino(b, at), DirBlock.type(b, at), base + at)) {
                return false;
            }
        }
        return true;
    }
}
