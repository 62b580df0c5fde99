package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.MappingSource.Extent;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * A mounted ext2, ext3 or ext4 (Linux: fs/ext4/super.c). Objects in memory are found by number, so that each has one; those changed are kept until the next commit, which puts them into
 * the tables.
 */
final class Ext4Fs extends SuperBlock implements Journal.Owner, AutoCloseable {
    private static final long MAGIC = 0xef53;
    private static final int ROOT = 2;
    private static final int ZERO_PAGES = 512;
    private static final int ZEROS = 64 << 10;

    final Kernel kernel;
    final BlockDevice disk;
    final BlockDevices devices;
    final Super sb;
    final BufferCache cache;
    final Groups groups;
    final Allocator blocks;
    final InodeAllocator inodes;
    final Orphans orphans = new Orphans(this);
    private final Ext4Options usual;
    private volatile Ext4Options options;
    private volatile @Nullable Journal journal;
    private volatile boolean dead;
    private volatile boolean superDirty;
    private volatile boolean failed;
    private @Nullable Runnable atEnd;

    private final ConcurrentHashMap<Long, WeakReference<Ext4Inode>> known = new ConcurrentHashMap<>();

    @GuardedBy("dirty") private final Map<Long, Ext4Inode> dirty = new LinkedHashMap<>();

    private final Committer committer = new Committer(this);
    private final MemorySegment zeros = Arena.ofAuto().allocate(ZEROS, PageStore.PAGE);

    @GuardedBy("this") private long zeroPages = -1;

    private Ext4Fs(
            Kernel kernel,
            String type,
            BlockDevices devices,
            BlockDevice disk,
            long number,
            Super sb,
            Ext4Options usual,
            Ext4Options options,
            boolean readOnly) {
        super(type, number, readOnly);
        this.kernel = kernel;
        this.devices = devices;
        this.disk = disk;
        this.sb = sb;
        this.usual = usual;
        this.options = options;
        cache = new BufferCache(disk, sb.blockSize);
        groups = new Groups(sb, cache);
        blocks = new Allocator(this);
        inodes = new InodeAllocator(this);
    }

    // --- mounting ---

    static Super readSuper(BlockDevice disk) {
        MemorySegment room = Arena.ofAuto().allocate(Super.SIZE, 8);
        if (disk.size < Super.OFFSET + Super.SIZE) {
            throw Errno.EINVAL.exception();
        }
        disk.read(room, 0, Super.SIZE, Super.OFFSET);
        return new Super(room.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), disk.size);
    }

    /** @throws ErrnoException EINVAL for no or an unknown file system, EUCLEAN, EIO; the kernel's log says why */
    static Ext4Fs mount(
            Kernel kernel,
            String type,
            BlockDevices devices,
            BlockDevice disk,
            long number,
            String text,
            boolean readOnly) {
        Ext4Mount mount = new Ext4Mount(kernel, disk, readOnly);
        Super sb = mount.prepare(text);
        Ext4Options usual = Ext4Options.of(sb);
        Ext4Options options = usual.with(text);
        Ext4Fs fs;
        try {
            fs = new Ext4Fs(kernel, type, devices, disk, number, sb, usual, options, readOnly);
        } catch (ErrnoException e) {
            throw mount.refuse(e.errno(), "bad group descriptors");
        }
        if (!(fs.inode(ROOT) instanceof Ext4Directory)) {
            throw mount.refuse(Errno.EUCLEAN, "corrupt root inode");
        }
        if (!readOnly) {
            fs.startWriting();
        }
        fs.info("mounted filesystem " + (readOnly ? "ro" : "r/w"));
        return fs;
    }

    /** From here on it may be written: the journal is open, orphans are finished. */
    private void startWriting() {
        String problem = sb.problem(false);
        if (problem != null) {
            warn(problem);
            throw Errno.EINVAL.exception();
        }
        committer.restart();
        journal = Ext4Mount.openJournal(this, options.barrier());
        begin();
        try {
            int state = Bytes.u16(sb.raw, Super.STATE);
            if (!sb.compat(Feature.COMPAT_HAS_JOURNAL)) {
                Bytes.put16(sb.raw, Super.STATE, state & ~Super.VALID);
            } else {
                Bytes.put32(sb.raw, Super.INCOMPAT, Bytes.i32(sb.raw, Super.INCOMPAT) | Feature.INCOMPAT_RECOVER);
            }
            Bytes.put16(sb.raw, Super.MNT_COUNT, Bytes.u16(sb.raw, Super.MNT_COUNT) + 1);
            Bytes.put32(sb.raw, Super.MTIME, nowNs() / 1_000_000_000L);
            superChanged();
        } finally {
            end();
        }
        // In its place before anything is logged: whoever finds the journal must know that there is something in it.
        writeSuper();
        devices.addUser(this);
        orphans.recover();
        journal().commit();
    }

    void onEnd(Runnable body) {
        atEnd = body;
    }

    private void writeSuper() {
        sb.seal();
        MemorySegment room = Arena.ofAuto().allocate(Super.SIZE, 8);
        MemorySegment.copy(sb.raw, 0, room, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, Super.SIZE);
        disk.write(room, 0, Super.SIZE, Super.OFFSET);
        cache.drop(Super.OFFSET >> sb.blockShift);
        if (options.barrier()) {
            disk.flush();
        }
    }

    // --- messages and errors ---

    void info(String text) {
        kernel.log.info("EXT4-fs (" + disk.name + "): " + text);
    }

    void warn(String text) {
        kernel.log.warn("EXT4-fs (" + disk.name + "): " + text);
    }

    /** Damage has been found: noted, and what errors= says is done. @return what to throw */
    ErrnoException corrupt(Errno errno, String what) {
        warn("error: " + what);
        if (!readOnly() && !dead && !failed) {
            failed = true;
            synchronized (sb) {
                Bytes.put16(sb.raw, Super.STATE, Bytes.u16(sb.raw, Super.STATE) | Super.ERROR);
                Bytes.put32(sb.raw, Super.ERROR_COUNT, Bytes.i32(sb.raw, Super.ERROR_COUNT) + 1);
                Bytes.put32(sb.raw, Super.LAST_ERROR_TIME, nowNs() / 1_000_000_000L);
            }
            superDirty = true;
            if (options.errors() != Ext4Options.Errors.CONTINUE) {
                setReadOnly(true);
                Journal j = journal;
                if (j != null) {
                    j.abort();
                }
                warn("Remounting filesystem read-only");
            }
        }
        return errno.exception();
    }

    /** Has damage been found? */
    boolean hasFailed() {
        return failed;
    }

    @Override
    public void failed(Errno why) {
        setReadOnly(true);
        kernel.log.error("EXT4-fs (" + disk.name + "): the journal cannot be written (" + why.message()
                + "): remounting read-only");
    }

    // --- transactions ---

    Journal journal() {
        Journal j = journal;
        if (j == null) {
            throw Errno.EROFS.exception();
        }
        return j;
    }

    /** Enters a transaction. @throws ErrnoException EROFS */
    void begin() {
        journal().begin();
    }

    /** As {@link Journal#enter}. */
    void enter() {
        journal().enter();
    }

    void end() {
        journal().end();
    }

    void requireWritable() {
        if (readOnly() || dead) {
            throw Errno.EROFS.exception();
        }
    }

    /** Does {@code body} in a transaction; if there is no room, once more after a commit, which may set some free. */
    void changing(Runnable body) {
        for (int attempt = 0; ; attempt++) {
            Journal j = journal();
            boolean outermost = j.barrier.getReadHoldCount() == 0;
            j.begin();
            try {
                body.run();
                return;
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOSPC || attempt > 1 || !outermost || !blocks.hasPending()) {
                    throw e;
                }
            } finally {
                j.end();
            }
            j.commit();
        }
    }

    void addDirty(Ext4Inode inode) {
        synchronized (dirty) {
            inode.dirty = true;
            dirty.put(inode.ino, inode);
        }
        committer.wake();
    }

    void superChanged() {
        superDirty = true;
        committer.wake();
    }

    int commitSeconds() {
        return options.commitSeconds();
    }

    /** What waits for a commit, with nobody inside a transaction, goes into buffers. */
    @Override
    public void beforeCommit() {
        List<Ext4Inode> changed;
        synchronized (dirty) {
            changed = new ArrayList<>(dirty.values());
            dirty.clear();
            changed.forEach(inode -> inode.dirty = false);
        }
        for (Ext4Inode inode : changed) {
            storeNow(inode);
        }
        blocks.seal();
        if (!changed.isEmpty() || superDirty) {
            superDirty = false;
            storeSuper();
        }
    }

    private void storeSuper() {
        synchronized (sb) {
            long free = blocks.free();
            Bytes.put32(sb.raw, Super.FREE_BLOCKS_LO, free);
            Bytes.put32(sb.raw, Super.FREE_BLOCKS_HI, sb.wide ? free >>> 32 : 0);
            Bytes.put32(sb.raw, Super.FREE_INODES, inodes.free());
            Bytes.put32(sb.raw, Super.WTIME, nowNs() / 1_000_000_000L);
            sb.seal();
        }
        Buffer buffer = cache.get(Super.OFFSET >> sb.blockShift);
        System.arraycopy(sb.raw, 0, buffer.data, Super.OFFSET & sb.blockSize - 1, Super.SIZE);
        journal().dirty(buffer);
    }

    @Override
    public void committed(List<Transaction.Extent> freed) {
        if (options.discard()) {
            for (Transaction.Extent extent : freed) {
                disk.discard(extent.block() << sb.blockShift, (long) extent.count() << sb.blockShift);
            }
        }
        blocks.committed(freed);
    }

    /** FITRIM: gives free blocks back to the image. @param least bytes in a row @return bytes given back */
    long trim(long least) {
        requireWritable();
        long[] sum = new long[1];
        journal().commit();
        for (int g = 0; g < sb.groupCount; g++) {
            blocks.eachFree(g, (block, count) -> {
                long bytes = (long) count << sb.blockShift;
                if (bytes >= least) {
                    disk.discard(block << sb.blockShift, bytes);
                    sum[0] += bytes;
                }
            });
        }
        return sum[0];
    }

    // --- inodes ---

    /** Where an inode lies on the disk, bytes. */
    long tablePlace(long ino) {
        int g = (int) ((ino - 1) / sb.inodesPerGroup);
        long at = (ino - 1) % sb.inodesPerGroup * sb.inodeSize;
        return (groups.inodeTable(g) << sb.blockShift) + at;
    }

    /** The object with that number, which a directory names. @throws ErrnoException EUCLEAN if there is none */
    Ext4Inode inode(long ino) {
        WeakReference<Ext4Inode> reference = known.get(ino);
        Ext4Inode inode = reference == null ? null : reference.get();
        return inode != null ? inode : load(ino);
    }

    private synchronized Ext4Inode load(long ino) {
        WeakReference<Ext4Inode> reference = known.get(ino);
        Ext4Inode inode = reference == null ? null : reference.get();
        if (inode != null) {
            return inode;
        }
        if (ino < 1 || ino > sb.inodes || ino != ROOT && ino < sb.firstInode && ino != sb.journalInode) {
            throw corrupt(Errno.EUCLEAN, "bad inode number " + ino);
        }
        byte[] raw = new byte[sb.inodeSize];
        long place = tablePlace(ino);
        byte[] block = cache.get(place >> sb.blockShift).data;
        System.arraycopy(block, (int) (place & sb.blockSize - 1), raw, 0, raw.length);
        if (sb.checksums && !Ext4Inode.sumFits(this, ino, raw)) {
            throw corrupt(Errno.EBADMSG, "inode " + ino + " has a bad checksum");
        }
        boolean extraSane = raw.length == 128 || 128 + Bytes.u16(raw, Ext4Inode.EXTRA) <= raw.length;
        if (Bytes.u16(raw, 0) == 0 || !extraSane) {
            throw corrupt(Errno.EUCLEAN, "inode " + ino + " is not in use or damaged");
        }
        inode = Ext4Inode.of(this, ino, raw);
        boolean mapped = inode.isRegular() || inode.isDirectory();
        if (mapped && inode.size >>> sb.blockShift > ExtentMap.MOST_BLOCKS) {
            throw corrupt(Errno.EUCLEAN, "inode " + ino + " has an impossible size");
        }
        if (inode.size < 0
                || Bytes.u16(raw, Ext4Inode.LINKS) == 0 && Bytes.i32(raw, Ext4Inode.DTIME) != 0 && !isOrphan(ino)) {
            throw corrupt(Errno.EUCLEAN, "inode " + ino + " has been deleted");
        }
        inode.loadAcls();
        known.put(ino, new WeakReference<>(inode));
        return inode;
    }

    /** While orphans are finished, deleted objects are looked at. */
    private boolean isOrphan(long ino) {
        return journal != null && Bytes.u32(sb.raw, Super.LAST_ORPHAN) == ino;
    }

    /** A new object under a number just taken, within a transaction. */
    Ext4Inode newInode(long ino, int mode) {
        byte[] raw = new byte[sb.inodeSize];
        Bytes.put16(raw, 0, mode);
        if (raw.length > Ext4Inode.EXTRA) {
            Bytes.put16(raw, Ext4Inode.EXTRA, sb.wantExtra);
        }
        Bytes.put32(raw, Ext4Inode.GENERATION, nowNs() * 0x9e3779b97f4a7c15L >>> 32);
        boolean mapped = Mode.isRegular(mode) || Mode.isDir(mode) || Mode.isSymlink(mode);
        if (mapped && sb.incompat(Feature.INCOMPAT_EXTENTS)) {
            Bytes.put32(raw, Ext4Inode.FLAGS, Ext4Inode.EXTENTS_FL);
            ExtentMap.format(raw);
        }
        Ext4Inode inode = Ext4Inode.of(this, ino, raw);
        inode.nlink = 1;
        inode.loadAcls();
        known.put(ino, new WeakReference<>(inode));
        return inode;
    }

    /** A new object that could not be entered in its directory goes again, within the same transaction. */
    void discardNew(Ext4Inode inode) {
        inode.nlink = 0;
        orphans.evict(inode);
    }

    /** Puts an object into its table, within a transaction. */
    void storeNow(Ext4Inode inode) {
        inode.store();
        long place = tablePlace(inode.ino);
        Buffer buffer = cache.get(place >> sb.blockShift);
        System.arraycopy(inode.raw, 0, buffer.data, (int) (place & sb.blockSize - 1), inode.raw.length);
        journal().dirty(buffer);
    }

    /** The object is no more: its number may be given to another. */
    void forget(Ext4Inode inode) {
        synchronized (dirty) {
            dirty.remove(inode.ino, inode);
        }
        known.remove(inode.ino);
    }

    /** The bytes of a large attribute, which has an inode of its own. */
    byte[] attributeInode(long ino, long length) {
        if (!(inode(ino) instanceof Ext4Regular file) || length > 1 << 16 || length > file.size) {
            throw corrupt(Errno.EUCLEAN, "attribute inode " + ino + " is damaged");
        }
        MemorySegment room = Arena.ofAuto().allocate(Math.max(1, length), 8);
        file.read(room, 0, length, 0);
        return room.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    // --- for files ---

    /** May the caller take what is kept for root? */
    boolean mayUseReserve() {
        Task task = kernel.current();
        if (task == null) {
            return true;
        }
        int uid = task.credentials().fsuid();
        return uid == 0
                || uid == Bytes.u16(sb.raw, 80)
                || task.credentials().capable(umlaut.abi.Capability.CAP_SYS_RESOURCE);
    }

    MemorySegment zeros() {
        return zeros;
    }

    /** Can blocks be mapped as they are: are they pages, in a file of the host? */
    boolean blocksArePages() {
        if (sb.blockSize != PageStore.PAGE) {
            return false;
        }
        Extent first = new Extent();
        disk.locate(0, PageStore.PAGE, false, first);
        return first.hostFd >= 0;
    }

    /** Does a write leave data where mappings have it? */
    boolean mapsStay() {
        return disk.inPlace(0, 0);
    }

    /** Pages of zeros, for mappings of holes that are only read. */
    synchronized void zeroPages(long length, Extent into) {
        if (zeroPages < 0) {
            zeroPages = kernel.pages.allocate(ZERO_PAGES);
        }
        into.set(kernel.pages.hostFd(), zeroPages, Math.min(length, (long) ZERO_PAGES * PageStore.PAGE));
    }

    long nowNs() {
        return kernel.clock.realtimeNs();
    }

    boolean isDead() {
        return dead;
    }

    // --- the VFS's view ---

    @Override
    public Inode root() {
        return inode(ROOT);
    }

    @Override
    public boolean exportable() {
        return true;
    }

    @Override
    public boolean namesSettled() {
        return true;
    }

    @Override
    public StatfsInfo statfs() {
        long free = blocks.free();
        long available = Math.max(0, free - sb.reservedBlocks);
        return new StatfsInfo(
                MAGIC,
                sb.blockSize,
                sb.blocks - Ext4Mount.overhead(this),
                free,
                available,
                sb.inodes,
                inodes.free(),
                255);
    }

    @Override
    public String showOptions() {
        return options.show(usual);
    }

    @Override
    public void sync() {
        Journal j = journal;
        if (j == null || dead) {
            return;
        }
        if (!j.commitIfNeeded()) {
            disk.flush();
        }
    }

    boolean hasDirty() {
        synchronized (dirty) {
            return !dirty.isEmpty() || superDirty;
        }
    }

    @Override
    public void remount(String text, boolean toReadOnly) {
        Ext4Options fresh = options.with(text);
        if (toReadOnly && !readOnly()) {
            stopWriting();
        } else if (!toReadOnly && readOnly()) {
            if (disk.readOnly()) {
                throw Errno.EACCES.exception();
            }
            if (failed) {
                throw Errno.EROFS.exception();
            }
            options = fresh;
            startWriting();
        }
        options = fresh;
    }

    /** Everything is in its place, and says so. */
    private void stopWriting() {
        Journal j = journal;
        if (j == null) {
            return;
        }
        setReadOnly(true);
        committer.stop();
        try {
            if (!j.aborted()) {
                j.close();
                boolean pending = Bytes.i32(sb.raw, Super.LAST_ORPHAN) != 0;
                Bytes.put32(sb.raw, Super.INCOMPAT, Bytes.i32(sb.raw, Super.INCOMPAT) & ~Feature.INCOMPAT_RECOVER);
                if (!pending && (Bytes.u16(sb.raw, Super.STATE) & Super.ERROR) == 0) {
                    Bytes.put16(sb.raw, Super.STATE, Bytes.u16(sb.raw, Super.STATE) | Super.VALID);
                }
                writeSuper();
            } else if (failed) {
                writeSuper(); // at least that something is wrong
            }
        } finally {
            journal = null;
            devices.removeUser(this);
        }
    }

    @Override
    public void kill() {
        if (dead) {
            return;
        }
        try {
            stopWriting();
        } catch (ErrnoException e) {
            warn("could not be unmounted cleanly: " + e.errno().message());
        } finally {
            dead = true;
            Runnable end = atEnd;
            if (end != null) {
                end.run();
            }
            synchronized (this) {
                if (zeroPages >= 0) {
                    kernel.pages.free(zeroPages, ZERO_PAGES);
                }
            }
        }
    }

    /** The machine ends. */
    @Override
    public void close() {
        stopWriting();
        dead = true;
    }
}
