package umlaut.fs.tmpfs;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.RenameFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A directory. Entries are found by name in a map and listed, as Linux does since 6.13, the newest first, in order of their cookies, which rise with each entry made:
 * so a listing in progress neither misses nor repeats an entry that was there all the time. All guarded by {@link #lock}.
 */
final class TmpDirectory extends TmpInode {
    /** What Linux's tmpfs adds to a directory's size for each entry. */
    private static final int ENTRY_SIZE = 20;
    /** Position of the newest entry, whichever that is. Behind "." stands 1. */
    static final long NEWEST = 2;

    private static final long FIRST_COOKIE = 4;

    /** One entry; removed ones stay in {@link #order} without inode until it is packed. */
    static final class Entry {
        final String name;
        final long cookie;

        @Nullable TmpInode inode;

        Entry(String name, long cookie, TmpInode inode) {
            this.name = name;
            this.cookie = cookie;
            this.inode = inode;
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private Entry[] order = new Entry[4];
    private int ordered;
    private long nextCookie = FIRST_COOKIE;
    private volatile TmpDirectory parent = this;

    TmpDirectory(TmpFs fs, int mode) {
        super(fs, Mode.S_IFDIR | mode & Mode.S_IALLUGO);
        nlink = 2;
        size = 2 * ENTRY_SIZE;
    }

    TmpDirectory parent() {
        return parent;
    }

    // --- entries ---

    private void add(String name, TmpInode inode) {
        Entry entry = new Entry(name, nextCookie++, inode);
        if (ordered == order.length) {
            if (entries.size() < ordered / 2) {
                pack();
            } else {
                order = Arrays.copyOf(order, ordered * 2);
            }
        }
        order[ordered++] = entry;
        entries.put(name, entry);
        size += ENTRY_SIZE;
    }

    private void remove(String name) {
        Entry entry = entries.remove(name);
        if (entry == null) {
            throw Errno.ENOENT.exception();
        }
        entry.inode = null;
        size -= ENTRY_SIZE;
        if (ordered > 16 && entries.size() < ordered / 4) {
            pack();
        }
    }

    private void pack() {
        int n = 0;
        for (int i = 0; i < ordered; i++) {
            if (order[i].inode != null) {
                order[n++] = order[i];
            }
        }
        Arrays.fill(order, n, ordered, null);
        ordered = n;
    }

    /** Index of the newest entry with this cookie or a lower one; -1 if there is none. */
    int indexOf(long cookie) {
        int low = 0;
        int high = ordered;
        while (low < high) {
            int middle = low + high >>> 1;
            if (order[middle].cookie <= cookie) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    Entry at(int index) {
        return order[index];
    }

    @Override
    public @Nullable Inode lookup(String name) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.inode;
    }

    // --- changes ---

    private <T extends TmpInode> T enter(String name, T inode, Credentials owner) {
        inode.init(this, owner);
        add(name, inode);
        return inode;
    }

    @Override
    public Inode create(String name, int mode, long device, Credentials owner) {
        fs.reserveInode();
        TmpInode inode = Mode.isRegular(mode) ? new TmpRegular(fs, mode) : new TmpInode(fs, mode);
        inode.rdev = device;
        return enter(name, inode, owner);
    }

    @Override
    public Inode mkdir(String name, int mode, Credentials owner) {
        fs.reserveInode();
        TmpDirectory directory = enter(name, new TmpDirectory(fs, mode), owner);
        directory.parent = this;
        nlink++;
        return directory;
    }

    @Override
    public Inode symlink(String name, String target, Credentials owner) {
        fs.reserveInode();
        return enter(name, new TmpSymlink(fs, target), owner);
    }

    @Override
    public Inode tmpfile(int mode, Credentials owner) {
        fs.reserveInode();
        TmpRegular file = new TmpRegular(fs, mode);
        file.init(this, owner);
        file.nlink = 0;
        return file;
    }

    @Override
    public void link(String name, Inode target) {
        if (target.nlink > 0) {
            fs.reserveInode();
        }
        add(name, (TmpInode) target);
        target.nlink++;
    }

    @Override
    public void unlink(String name, Inode victim) {
        remove(name);
        unlinked(victim);
    }

    /** A link more than the last is an inode less in the count. */
    private void unlinked(Inode victim) {
        if (victim.nlink > 1) {
            fs.unreserveInode();
        }
        victim.nlink--;
    }

    @Override
    public void rmdir(String name, Inode victim) {
        requireEmpty(victim);
        remove(name);
        victim.nlink = 0;
        nlink--;
    }

    private static void requireEmpty(Inode victim) {
        if (victim instanceof TmpDirectory directory && !directory.entries.isEmpty()) {
            throw Errno.ENOTEMPTY.exception();
        }
    }

    @Override
    public void rename(
            String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        TmpDirectory to = (TmpDirectory) newParent;
        if ((flags & RenameFlags.RENAME_EXCHANGE) != 0 && replaced != null) {
            exchange(oldName, (TmpInode) moved, to, newName, (TmpInode) replaced);
            return;
        }
        boolean whiteout = (flags & RenameFlags.RENAME_WHITEOUT) != 0;
        if (replaced instanceof TmpDirectory) {
            requireEmpty(replaced);
        }
        TmpInode left = whiteout ? newWhiteout(Credentials.ROOT) : null;
        if (replaced instanceof TmpDirectory) {
            to.rmdir(newName, replaced);
        } else if (replaced != null) {
            to.unlink(newName, replaced);
        }
        remove(oldName);
        to.add(newName, (TmpInode) moved);
        moveParent(moved, to);
        if (left != null) {
            add(oldName, left);
        }
    }

    private TmpInode newWhiteout(Credentials owner) {
        fs.reserveInode();
        TmpInode inode = new TmpInode(fs, Mode.S_IFCHR);
        inode.init(this, owner);
        return inode;
    }

    private void exchange(String oldName, TmpInode moved, TmpDirectory to, String newName, TmpInode other) {
        remove(oldName);
        to.remove(newName);
        add(oldName, other);
        to.add(newName, moved);
        moveParent(moved, to);
        to.moveParent(other, this);
    }

    /** A directory that has come from here to {@code to}. */
    private void moveParent(Inode moved, TmpDirectory to) {
        if (moved instanceof TmpDirectory directory && to != this) {
            directory.parent = to;
            nlink--;
            to.nlink++;
        }
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new TmpDirectoryFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    /** The file system is gone: all memory of the files below goes back, but for what is still mapped. */
    void dropTree() {
        for (int i = 0; i < ordered; i++) {
            TmpInode inode = order[i].inode;
            if (inode instanceof TmpDirectory directory) {
                directory.dropTree();
            } else if (inode != null && inode.nlink > 0) {
                inode.nlink = 0;
                inode.evictIfUnused();
            }
        }
    }
}
