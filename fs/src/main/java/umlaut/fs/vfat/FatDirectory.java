package umlaut.fs.vfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A directory: entries of 32 bytes, each name one of its own and those of its long form before it. All of it is read when it is first used; what changes is written at once, in sectors. The
 * root of FAT12 and FAT16 lies before the clusters, and cannot grow.
 */
final class FatDirectory extends FatInode {
    private static final int DELETED = 0xe5, SECTOR = 512;
    /** A directory has 2 MiB at most. */
    private static final int MOST_ENTRIES = 65536;

    /**
     * A name.
     *
     * @param first its first entry
     * @param index the one that is not of the long name
     * @param name as it is shown, wide
     * @param shortName eleven letters
     */
    record Slot(int first, int index, String name, String shortName) {}

    /** It lies before the clusters. */
    private final boolean fixed;

    @GuardedBy("fs.lock") private byte @Nullable [] bytes;

    @GuardedBy("fs.lock") private final TreeMap<Integer, Slot> slots = new TreeMap<>();

    @GuardedBy("fs.lock") private final Map<String, Slot> names = new HashMap<>();

    @GuardedBy("fs.lock") private final Map<String, Slot> shortNames = new HashMap<>();

    /** Before this one all entries are in use. */
    @GuardedBy("fs.lock") private int hint;

    FatDirectory(FatFs fs, long ino, byte[] entry, FatDirectory parent, Slot slot) {
        super(fs, ino, entry, parent, slot);
        fixed = false;
        count();
    }

    /** The root. */
    FatDirectory(FatFs fs, long ino) {
        super(fs, ino, fs.sb.rootCluster);
        fixed = fs.sb.rootCluster == 0;
        count();
    }

    private void count() {
        fs.lock.lock();
        try {
            size = bytes().length;
            counted((int) (size / fs.sb.clusterSize));
            nlink = 2;
            for (Slot slot : slots.values()) {
                nlink += isDirectory(slot) ? 1 : 0;
            }
        } finally {
            fs.lock.unlock();
        }
    }

    // --- bytes ---

    @GuardedBy("fs.lock") private byte[] bytes() {
        byte[] known = bytes;
        if (known == null) {
            known = load();
            bytes = known;
            parse(known);
        }
        return known;
    }

    private byte[] load() {
        if (fixed) {
            return fs.read(fs.sb.rootStart, fs.sb.rootEntries * ENTRY);
        }
        int cluster = fs.sb.clusterSize;
        int[] chain = chain();
        if (chain.length == 0 || (long) chain.length * cluster > (long) MOST_ENTRIES * ENTRY) {
            throw fs.damaged("a directory of " + chain.length + " clusters");
        }
        byte[] all = new byte[chain.length * cluster];
        for (int i = 0; i < chain.length; i++) {
            System.arraycopy(fs.read(fs.sb.place(chain[i]), cluster), 0, all, i * cluster, cluster);
        }
        return all;
    }

    @GuardedBy("fs.lock") private long place(int index) {
        long at = (long) index * ENTRY;
        return fixed
                ? fs.sb.rootStart + at
                : fs.sb.place(chain()[(int) (at / fs.sb.clusterSize)]) + at % fs.sb.clusterSize;
    }

    @GuardedBy("fs.lock") long placeOf(Slot slot) {
        return place(slot.index);
    }

    /** Entries have been changed: the sectors they are in go to the disk. */
    @GuardedBy("fs.lock") private void written(int first, int count) {
        int perSector = SECTOR / ENTRY;
        for (int i = first / perSector * perSector; i < first + count; i += perSector) {
            fs.write(bytes(), i * ENTRY, SECTOR, place(i));
        }
    }

    @GuardedBy("fs.lock") byte[] entry(Slot slot) {
        return Arrays.copyOfRange(bytes(), slot.index * ENTRY, (slot.index + 1) * ENTRY);
    }

    @GuardedBy("fs.lock")
    void putEntry(Slot slot, byte[] entry) {
        System.arraycopy(entry, 0, bytes(), slot.index * ENTRY, ENTRY);
        written(slot.index, 1);
    }

    // --- names ---

    @GuardedBy("fs.lock") private void parse(byte[] b) {
        StringBuilder wide = new StringBuilder();
        int first = -1;
        int sum = 0;
        for (int i = 0; i < b.length / ENTRY && b[i * ENTRY] != 0; i++) {
            int at = i * ENTRY;
            int attributes = b[at + ATTRIBUTES] & 0x3f;
            if (Bytes.u8(b, at) == DELETED) {
                first = -1;
            } else if (attributes == FatNames.LONG) {
                int order = Bytes.u8(b, at);
                if ((order & FatNames.LAST_LONG) != 0) {
                    first = i;
                    sum = Bytes.u8(b, at + 13);
                    wide.setLength(0);
                }
                boolean follows = first >= 0
                        && (Bytes.u8(b, first * ENTRY) & 0x3f) - (i - first) == (order & 0x3f)
                        && Bytes.u8(b, at + 13) == sum;
                first = follows ? first : -1;
                wide.insert(0, FatNames.longPart(b, at));
            } else {
                boolean named = first >= 0
                        && FatNames.checksum(b, at) == sum
                        && i - first == (Bytes.u8(b, first * ENTRY) & 0x3f)
                        && !wide.isEmpty();
                if ((attributes & VOLUME) == 0 && !isDot(b, at)) {
                    String name = named ? wide.toString().replace('/', '_') : FatNames.shown(b, at);
                    know(new Slot(named ? first : i, i, name, shortName(b, at)));
                }
                first = -1;
            }
        }
    }

    private static boolean isDot(byte[] b, int at) {
        return b[at] == '.' && (b[at + 1] == ' ' || b[at + 1] == '.' && b[at + 2] == ' ');
    }

    private static String shortName(byte[] b, int at) {
        return new String(b, at, FatNames.SHORT_LENGTH, StandardCharsets.ISO_8859_1);
    }

    @GuardedBy("fs.lock") private void know(Slot slot) {
        slots.put(slot.index, slot);
        names.put(FatNames.fold(slot.name), slot);
        shortNames.put(slot.shortName, slot);
    }

    @GuardedBy("fs.lock") private boolean isDirectory(Slot slot) {
        return (bytes()[slot.index * ENTRY + ATTRIBUTES] & DIRECTORY) != 0;
    }

    /** By its long name, or by its short one as that would be shown. */
    @GuardedBy("fs.lock") private @Nullable Slot find(String name) {
        String wide = FatNames.decode(name);
        bytes();
        Slot slot = names.get(FatNames.fold(wide));
        return slot != null || !FatNames.isShort(wide.toUpperCase(java.util.Locale.ROOT))
                ? slot
                : shortNames.get(new String(FatNames.shorten(wide, any -> false), StandardCharsets.ISO_8859_1));
    }

    @Override
    public @Nullable Inode lookup(String name) {
        fs.lock.lock();
        try {
            Slot slot = find(name);
            return slot == null ? null : fs.inode(this, slot);
        } catch (umlaut.abi.ErrnoException e) {
            if (e.errno() == Errno.EINVAL) {
                return null; // no name that could be here
            }
            throw e;
        } finally {
            fs.lock.unlock();
        }
    }

    // --- for listings ---

    /** A name that is listed. */
    record Listed(String name, long ino, int index, boolean directory) {}

    /** The first name whose entry is at {@code index} or behind; null: there is none. */
    @Nullable Listed next(int index) {
        fs.lock.lock();
        try {
            bytes();
            Map.Entry<Integer, Slot> found = slots.ceilingEntry(index);
            if (found == null) {
                return null;
            }
            Slot slot = found.getValue();
            return new Listed(FatNames.encode(slot.name), fs.inode(this, slot).ino, slot.index, isDirectory(slot));
        } finally {
            fs.lock.unlock();
        }
    }

    long parentNumber() {
        fs.lock.lock();
        try {
            FatDirectory directory = parent;
            return directory == null ? ino : directory.ino;
        } finally {
            fs.lock.unlock();
        }
    }

    // --- adding and removing names ---

    /** Puts a name and an entry in, of which the short name is filled in here. @throws umlaut.abi.ErrnoException ENOSPC, EINVAL */
    @GuardedBy("fs.lock") private Slot add(String name, byte[] entry) {
        String wide = FatNames.decode(name);
        bytes();
        boolean plain = FatNames.isShort(wide);
        byte[] letters = FatNames.shorten(wide, plain ? any -> false : shortNames::containsKey);
        System.arraycopy(letters, 0, entry, 0, letters.length);
        entry[12] = 0;
        int count = plain ? 0 : FatNames.longEntries(wide);
        int first = room(count + 1);
        byte[] b = bytes();
        int sum = FatNames.checksum(entry, 0);
        for (int i = 0; i < count; i++) {
            FatNames.putLong(b, (first + i) * ENTRY, wide, count - i, sum);
        }
        System.arraycopy(entry, 0, b, (first + count) * ENTRY, ENTRY);
        written(first, count + 1);
        Slot slot = new Slot(first, first + count, wide, new String(letters, StandardCharsets.ISO_8859_1));
        know(slot);
        hint = first + count + 1;
        return slot;
    }

    /** Finds entries in a row that are free, behind the last ones if there are none. */
    @GuardedBy("fs.lock") private int room(int count) {
        while (true) {
            byte[] b = bytes();
            int run = 0;
            for (int i = hint; i < b.length / ENTRY; i++) {
                int state = Bytes.u8(b, i * ENTRY);
                run = state == 0 || state == DELETED ? run + 1 : 0;
                if (run == count) {
                    return i - count + 1;
                }
            }
            if (hint > 0) {
                hint = 0;
            } else {
                grow(b);
            }
        }
    }

    @GuardedBy("fs.lock") private void grow(byte[] before) {
        int clusters = chain().length;
        if (fixed || before.length + fs.sb.clusterSize > MOST_ENTRIES * ENTRY || extend(clusters + 1) == clusters) {
            throw Errno.ENOSPC.exception();
        }
        fs.zero(fs.sb.place(chain()[clusters]), fs.sb.clusterSize);
        bytes = Arrays.copyOf(before, before.length + fs.sb.clusterSize);
        size = before.length + fs.sb.clusterSize;
    }

    @GuardedBy("fs.lock") private void remove(Slot slot) {
        byte[] b = bytes();
        for (int i = slot.first; i <= slot.index; i++) {
            b[i * ENTRY] = (byte) DELETED;
        }
        written(slot.first, slot.index - slot.first + 1);
        slots.remove(slot.index);
        names.remove(FatNames.fold(slot.name), slot);
        shortNames.remove(slot.shortName, slot);
        hint = Math.min(hint, slot.first);
    }

    // --- the VFS's changes ---

    private <T> T changing(Supplier<T> body) {
        fs.lock.lock();
        try {
            fs.requireWritable();
            return body.get();
        } finally {
            fs.lock.unlock();
        }
    }

    private static byte[] freshEntry(FatFs fs, int type, int start) {
        byte[] entry = new byte[ENTRY];
        entry[ATTRIBUTES] = (byte) type;
        long now = fs.nowNs();
        Bytes.put16(entry, 14, FatTime.time(now));
        Bytes.put16(entry, 16, FatTime.date(now));
        Bytes.put16(entry, 18, FatTime.date(now));
        Bytes.put16(entry, 20, fs.sb.bits == 32 ? start >>> 16 : 0);
        Bytes.put16(entry, 22, FatTime.time(now));
        Bytes.put16(entry, 24, FatTime.date(now));
        Bytes.put16(entry, 26, start);
        return entry;
    }

    @Override
    public Inode create(String name, int mode, long device, Credentials owner) {
        if (!Mode.isRegular(mode)) {
            throw Errno.EPERM.exception();
        }
        return changing(() -> {
            byte[] entry = freshEntry(fs, (mode & 0222) == 0 ? ARCHIVE | READ_ONLY : ARCHIVE, 0);
            FatInode made = fs.inode(this, add(name, entry));
            made.touch(umlaut.kernel.vfs.AttributeChange.MTIME, fs.nowNs());
            return made;
        });
    }

    @Override
    public Inode mkdir(String name, int mode, Credentials owner) {
        return changing(() -> {
            int cluster = fs.table.take(0);
            Slot slot;
            try {
                fs.zero(fs.sb.place(cluster), fs.sb.clusterSize);
                byte[] dots = new byte[SECTOR];
                dot(dots, 0, ".", cluster);
                dot(dots, ENTRY, "..", parent == null ? 0 : start());
                fs.write(dots, 0, SECTOR, fs.sb.place(cluster));
                slot = add(name, freshEntry(fs, DIRECTORY, cluster));
            } catch (RuntimeException e) {
                fs.table.cut(new int[] {cluster}, 0);
                throw e;
            }
            nlink++;
            return fs.inode(this, slot);
        });
    }

    private void dot(byte[] b, int at, String name, int cluster) {
        System.arraycopy(freshEntry(fs, DIRECTORY, cluster), 0, b, at, ENTRY);
        Arrays.fill(b, at, at + FatNames.SHORT_LENGTH, (byte) ' ');
        System.arraycopy(name.getBytes(StandardCharsets.ISO_8859_1), 0, b, at, name.length());
    }

    @GuardedBy("fs.lock") private void detach(FatInode victim) {
        Slot slot = victim.slot;
        if (slot == null) {
            throw Errno.ENOENT.exception();
        }
        long old = victim.entryPlace();
        remove(slot);
        victim.parent = null;
        victim.slot = null;
        fs.moved(victim, old);
        victim.nlink = 0;
    }

    @Override
    public void unlink(String name, Inode victim) {
        changing(() -> {
            detach((FatInode) victim);
            return victim;
        });
    }

    @Override
    public void rmdir(String name, Inode victim) {
        changing(() -> {
            ((FatDirectory) victim).requireEmpty();
            detach((FatInode) victim);
            nlink--;
            return victim;
        });
    }

    private void requireEmpty() {
        bytes();
        Collection<Slot> all = slots.values();
        if (!all.isEmpty()) {
            throw Errno.ENOTEMPTY.exception();
        }
    }

    @Override
    public void rename(
            String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        if ((flags & ~umlaut.abi.RenameFlags.RENAME_NOREPLACE) != 0) {
            throw Errno.EINVAL.exception();
        }
        changing(() -> {
            move((FatInode) moved, (FatDirectory) newParent, newName, (FatInode) replaced);
            return moved;
        });
    }

    @GuardedBy("fs.lock") private void move(FatInode inode, FatDirectory to, String newName, @Nullable FatInode replaced) {
        Slot from = inode.slot;
        if (from == null) {
            throw Errno.ENOENT.exception();
        }
        if (replaced instanceof FatDirectory directory) {
            directory.requireEmpty();
        }
        byte[] entry = entry(from);
        inode.put(entry);
        if (replaced != null) {
            to.detach(replaced);
        }
        Slot slot = to.add(newName, entry);
        long old = inode.entryPlace();
        remove(from);
        inode.parent = to;
        inode.slot = slot;
        fs.moved(inode, old);
        if (inode instanceof FatDirectory directory) {
            nlink--;
            to.nlink += replaced == null ? 1 : 0;
            directory.pointUp(to);
        }
    }

    /** The second entry names the directory above; the root is 0. */
    private void pointUp(FatDirectory above) {
        int cluster = above.parent == null ? 0 : above.start();
        byte[] b = bytes();
        Bytes.put16(b, ENTRY + 26, cluster);
        Bytes.put16(b, ENTRY + 20, fs.sb.bits == 32 ? cluster >>> 16 : 0);
        written(1, 1);
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new FatDirectoryFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }
}
