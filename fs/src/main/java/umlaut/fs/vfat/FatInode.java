package umlaut.fs.vfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.Inode;

/** A file or directory: an entry of 32 bytes in a directory, as long as it has a name, and a chain of clusters. */
abstract class FatInode extends Inode {
    static final int READ_ONLY = 1, HIDDEN = 2, SYSTEM = 4, VOLUME = 8, DIRECTORY = 16, ARCHIVE = 32;
    static final int ENTRY = 32, ATTRIBUTES = 11;
    private static final int BORN_CS = 13, BORN = 14, BORN_DATE = 16, ACCESS_DATE = 18, START_HIGH = 20;
    private static final int TIME = 22, DATE = 24, START = 26, SIZE = 28;

    final FatFs fs;
    /** Where its entry is; null: it has no name (or is the root). */
    @GuardedBy("fs.lock") @Nullable FatDirectory parent;

    @GuardedBy("fs.lock") FatDirectory.@Nullable Slot slot;

    /** Its clusters, or null if they have not been looked at. */
    @GuardedBy("fs.lock") private int @Nullable [] chain;

    @GuardedBy("fs.lock") private int start;

    FatInode(FatFs fs, long ino, byte[] entry, FatDirectory parent, FatDirectory.Slot slot) {
        super(fs, ino, fs.options.mode((entry[ATTRIBUTES] & DIRECTORY) != 0, (entry[ATTRIBUTES] & READ_ONLY) != 0));
        this.fs = fs;
        this.parent = parent;
        this.slot = slot;
        this.start = startOf(fs, entry);
        uid = fs.options.uid();
        gid = fs.options.gid();
        mtime = FatTime.of(Bytes.u16(entry, DATE), Bytes.u16(entry, TIME), 0);
        ctime = mtime;
        atime = FatTime.of(Bytes.u16(entry, ACCESS_DATE), 0, 0);
        btime = FatTime.of(Bytes.u16(entry, BORN_DATE), Bytes.u16(entry, BORN), Bytes.u8(entry, BORN_CS));
        size = Bytes.u32(entry, SIZE);
    }

    /** The root. */
    FatInode(FatFs fs, long ino, int start) {
        super(fs, ino, fs.options.mode(true, false));
        this.fs = fs;
        this.start = start;
        uid = fs.options.uid();
        gid = fs.options.gid();
    }

    private static int startOf(FatFs fs, byte[] entry) {
        return Bytes.u16(entry, START) | (fs.sb.bits == 32 ? Bytes.u16(entry, START_HIGH) << 16 : 0);
    }

    // --- clusters ---

    @GuardedBy("fs.lock") final int[] chain() {
        int[] known = chain;
        if (known == null) {
            known = start == 0 ? new int[0] : fs.table.chain(start);
            chain = known;
        }
        return known;
    }

    @GuardedBy("fs.lock") final int start() {
        return start;
    }

    /** Makes the chain {@code count} clusters long, or as long as there is room. @return how long it is */
    @GuardedBy("fs.lock") final int extend(int count) {
        int[] before = chain();
        if (count <= before.length) {
            return before.length;
        }
        int[] after = java.util.Arrays.copyOf(before, count);
        int n = before.length;
        try {
            for (; n < count; n++) {
                after[n] = fs.table.take(n == 0 ? 0 : after[n - 1]);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOSPC) {
                throw e;
            }
        }
        chain = java.util.Arrays.copyOf(after, n);
        start = n == 0 ? 0 : after[0];
        counted(n);
        return n;
    }

    /** Keeps the first {@code keep} clusters only. The entry must say so before they serve another. */
    @GuardedBy("fs.lock") final void cut(int keep) {
        int[] before = chain();
        if (keep >= before.length) {
            return;
        }
        chain = java.util.Arrays.copyOf(before, keep);
        start = keep == 0 ? 0 : start;
        counted(keep);
        store();
        fs.table.cut(before, keep);
    }

    final void counted(int clusters) {
        blocks = (long) clusters * fs.sb.clusterSize >> 9;
    }

    // --- the entry ---

    /** Where on the disk; -1: it has none. */
    @GuardedBy("fs.lock") final long entryPlace() {
        FatDirectory directory = parent;
        FatDirectory.Slot at = slot;
        return directory == null || at == null ? -1 : directory.placeOf(at);
    }

    /** Writes the entry. */
    @GuardedBy("fs.lock") final void store() {
        fs.stored(this);
        FatDirectory directory = parent;
        FatDirectory.Slot at = slot;
        if (directory != null && at != null && !fs.readOnly()) {
            byte[] entry = directory.entry(at);
            put(entry);
            directory.putEntry(at, entry);
        }
    }

    @GuardedBy("fs.lock") final void put(byte[] entry) {
        int attributes = entry[ATTRIBUTES] & ~READ_ONLY;
        entry[ATTRIBUTES] = (byte) (attributes | (isRegular() && (mode & 0222) == 0 ? READ_ONLY : 0));
        Bytes.put16(entry, START, start);
        Bytes.put16(entry, START_HIGH, fs.sb.bits == 32 ? start >>> 16 : 0);
        Bytes.put32(entry, SIZE, isDirectory() ? 0 : size);
        Bytes.put16(entry, TIME, FatTime.time(mtime));
        Bytes.put16(entry, DATE, FatTime.date(mtime));
        Bytes.put16(entry, ACCESS_DATE, FatTime.date(atime));
        entry[BORN_CS] = (byte) FatTime.hundredths(btime);
        Bytes.put16(entry, BORN, FatTime.time(btime));
        Bytes.put16(entry, BORN_DATE, FatTime.date(btime));
    }

    // --- the VFS's view ---

    @Override
    public final int blockSize() {
        return fs.sb.clusterSize;
    }

    @Override
    public final void touch(int mask, long now) {
        super.touch(mask, now);
        if (!fs.readOnly()) {
            fs.lock.lock();
            try {
                fs.addDirty(this);
            } finally {
                fs.lock.unlock();
            }
        }
    }

    /** There is one bit for who may write, and none for owners (fat_setattr, fat_sanitize_mode). */
    @Override
    public final void setAttributes(AttributeChange change) {
        boolean owner = change.has(AttributeChange.UID) && change.uid != uid
                || change.has(AttributeChange.GID) && change.gid != gid;
        boolean special = change.has(AttributeChange.MODE) && (change.mode & ~0777) != 0;
        if (owner || special) {
            if (!fs.options.quiet()) {
                throw Errno.EPERM.exception();
            }
            return;
        }
        if (change.has(AttributeChange.MODE)) {
            int mask = isDirectory() ? fs.options.directoryMask() : fs.options.fileMask();
            int wanted = change.mode & ~mask;
            boolean reads = (wanted & 0555) == (mode & 0555);
            int writes = wanted & 0222;
            boolean fits = writes == (0222 & ~mask) || isRegular() && writes == 0;
            if (!reads || !fits) {
                change.mask &= ~AttributeChange.MODE;
            }
            change.mode = wanted;
        }
        fs.lock.lock();
        try {
            change.applyTo(this);
            store();
        } finally {
            fs.lock.unlock();
        }
    }

    /** The last name and the last open file have gone. */
    @Override
    public void evict() {
        if (fs.readOnly()) {
            return;
        }
        fs.lock.lock();
        try {
            fs.stored(this);
            cut(0);
        } catch (ErrnoException e) {
            fs.warn("clusters of a removed file could not be freed: "
                    + e.errno().message());
        } finally {
            fs.lock.unlock();
        }
    }

    static int typeBits(int mode) {
        return Mode.isDir(mode) ? DIRECTORY : ARCHIVE;
    }
}
