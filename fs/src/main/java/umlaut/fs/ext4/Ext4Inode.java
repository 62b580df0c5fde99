package umlaut.fs.ext4;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Acl;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * An object on disk (struct ext4_inode); by itself a device node, FIFO or socket. {@link #raw} is the inode as in the table: what the VFS knows is put in when it is stored, which happens
 * for all that are dirty just before a commit.
 */
class Ext4Inode extends Inode {
    static final int BLOCK = 40, BLOCK_SIZE = 60;
    static final int LINKS = 26,
            BLOCKS_LO = 28,
            FLAGS = 32,
            DTIME = 20,
            GENERATION = 100,
            FILE_ACL = 104,
            SIZE_HIGH = 108;
    static final int BLOCKS_HIGH = 116, FILE_ACL_HIGH = 118, UID_HIGH = 120, GID_HIGH = 122, SUM = 124;
    static final int EXTRA = 128, SUM_HIGH = 130, CTIME_EXTRA = 132, MTIME_EXTRA = 136, ATIME_EXTRA = 140, BTIME = 144;
    static final int INDEX_FL = 0x1000, HUGE_FILE_FL = 0x40000, EXTENTS_FL = 0x80000, EA_INODE_FL = 0x200000;
    static final int INLINE_DATA_FL = 0x10000000;
    /** Flags that a user may see and those he may set. */
    private static final int VISIBLE = 0x725bdfff;

    private static final int SETTABLE = Ioctl.FS_IMMUTABLE_FL
            | Ioctl.FS_APPEND_FL
            | Ioctl.FS_NODUMP_FL
            | Ioctl.FS_NOATIME_FL
            | 0x8 // FS_SYNC_FL
            | 0x10000 // FS_DIRSYNC_FL
            | 0x20000; // FS_TOPDIR_FL

    /** What a link count that has no room is shown as. */
    private static final int MOST_LINKS = 65000;

    final Ext4Fs fs;
    final byte[] raw;
    private @Nullable BlockMap map;
    private final Xattrs xattrs;
    private boolean aclsLoaded;
    /** Is to be stored before the next commit; changed by {@link Ext4Fs}. */
    volatile boolean dirty;

    Ext4Inode(Ext4Fs fs, long ino, byte[] raw) {
        super(fs, ino, Bytes.u16(raw, 0));
        this.fs = fs;
        this.raw = raw;
        this.xattrs = new Xattrs(this);
        uid = Bytes.u16(raw, 2) | Bytes.u16(raw, UID_HIGH) << 16;
        gid = Bytes.u16(raw, 24) | Bytes.u16(raw, GID_HIGH) << 16;
        nlink = Bytes.u16(raw, LINKS);
        size = Bytes.u32(raw, 4) | (isRegular() || isDirectory() ? Bytes.u32(raw, SIZE_HIGH) << 32 : 0);
        long count = Bytes.u32(raw, BLOCKS_LO) | (long) Bytes.u16(raw, BLOCKS_HIGH) << 32;
        blocks = has(HUGE_FILE_FL) ? count << fs.sb.blockShift - 9 : count;
        atime = time(8, ATIME_EXTRA);
        ctime = time(12, CTIME_EXTRA);
        mtime = time(16, MTIME_EXTRA);
        btime = hasField(BTIME + 8) ? time(BTIME, BTIME + 4) : 0;
        flags = Bytes.i32(raw, FLAGS) & VISIBLE;
        if (Mode.isChar(mode) || Mode.isBlock(mode)) {
            rdev = loadDevice();
        }
        fileCapabilities = mode != 0 && isRegular() && xattrs.has("security.capability");
    }

    static Ext4Inode of(Ext4Fs fs, long ino, byte[] raw) {
        return switch (Bytes.u16(raw, 0) & Mode.S_IFMT) {
            case Mode.S_IFREG -> new Ext4Regular(fs, ino, raw);
            case Mode.S_IFDIR -> new Ext4Directory(fs, ino, raw);
            case Mode.S_IFLNK -> new Ext4Symlink(fs, ino, raw);
            default -> new Ext4Inode(fs, ino, raw);
        };
    }

    // --- fields ---

    final boolean has(int flag) {
        return (Bytes.i32(raw, FLAGS) & flag) != 0;
    }

    final void setFlag(int flag, boolean on) {
        int f = Bytes.i32(raw, FLAGS);
        Bytes.put32(raw, FLAGS, on ? f | flag : f & ~flag);
        flags = Bytes.i32(raw, FLAGS) & VISIBLE;
    }

    /** Does the inode reach as far as {@code end}? Small inodes have no fields behind 128. */
    final boolean hasField(int end) {
        return raw.length > EXTRA && EXTRA + Bytes.u16(raw, EXTRA) >= end;
    }

    private long time(int at, int extraAt) {
        long seconds = Bytes.i32(raw, at);
        long nanos = 0;
        if (hasField(extraAt + 4)) {
            int extra = Bytes.i32(raw, extraAt);
            seconds += (long) (extra & 3) << 32;
            nanos = extra >>> 2;
        }
        return seconds * 1_000_000_000 + nanos;
    }

    private void putTime(int at, int extraAt, long ns) {
        long seconds = Math.floorDiv(ns, 1_000_000_000L);
        Bytes.put32(raw, at, seconds);
        if (hasField(extraAt + 4)) {
            long epoch = seconds - (int) seconds >>> 32 & 3;
            Bytes.put32(raw, extraAt, Math.floorMod(ns, 1_000_000_000L) << 2 | epoch);
        }
    }

    private long loadDevice() {
        int old = Bytes.i32(raw, BLOCK);
        if (old != 0) {
            return DeviceTable.number(old >> 8 & 0xff, old & 0xff);
        }
        int fresh = Bytes.i32(raw, BLOCK + 4);
        return DeviceTable.number(fresh >> 8 & 0xfff, fresh & 0xff | fresh >>> 12 & 0xfff00);
    }

    private void putDevice() {
        int major = DeviceTable.major(rdev);
        int minor = DeviceTable.minor(rdev);
        boolean old = major < 256 && minor < 256;
        Bytes.put32(raw, BLOCK, old ? major << 8 | minor : 0);
        Bytes.put32(raw, BLOCK + 4, old ? 0 : minor & 0xff | major << 8 | (minor & ~0xff) << 12);
    }

    /** What checksums of things that belong to this inode start with. */
    final int seed() {
        int c = Checksum.crc32c(fs.sb.seed, (int) ino);
        return Checksum.crc32c(c, Bytes.i32(raw, GENERATION));
    }

    /** Extended attributes' block; 0: none. */
    final long fileAcl() {
        return Bytes.u32(raw, FILE_ACL) | (fs.sb.wide ? (long) Bytes.u16(raw, FILE_ACL_HIGH) << 32 : 0);
    }

    final void setFileAcl(long block) {
        Bytes.put32(raw, FILE_ACL, block);
        Bytes.put16(raw, FILE_ACL_HIGH, (int) (block >>> 32));
        markDirty();
    }

    final BlockMap map() {
        BlockMap m = map;
        if (m == null) {
            m = has(EXTENTS_FL) ? new ExtentMap(this) : new IndirectMap(this);
            map = m;
        }
        return m;
    }

    /** What lay in the inode will lie in blocks: the map is empty. Within a transaction. */
    final void leaveInode() {
        xattrs.removeInlineData();
        java.util.Arrays.fill(raw, BLOCK, BLOCK + BLOCK_SIZE, (byte) 0);
        setFlag(INLINE_DATA_FL, false);
        if (fs.sb.incompat(Feature.INCOMPAT_EXTENTS)) {
            setFlag(EXTENTS_FL, true);
            ExtentMap.format(raw);
        }
        dropMap();
        markDirty();
    }

    /** The map in memory may not be what is on disk, after a failure: it is read again. */
    final void dropMap() {
        map = null;
    }

    final void addBlocks(long count) {
        blocks += count << fs.sb.blockShift - 9;
        markDirty();
    }

    final Xattrs xattrs() {
        return xattrs;
    }

    /** Where new blocks lie best when nothing is known: in the inode's group. */
    long goal() {
        return fs.sb.groupStart((int) ((ino - 1) / fs.sb.inodesPerGroup));
    }

    final void markDirty() {
        if (!dirty) {
            fs.addDirty(this);
        }
    }

    // --- the table ---

    /** Makes {@link #raw} what is to be on disk. */
    final void store() {
        Bytes.put16(raw, 0, mode);
        Bytes.put16(raw, 2, uid);
        Bytes.put16(raw, UID_HIGH, uid >>> 16);
        Bytes.put16(raw, 24, gid);
        Bytes.put16(raw, GID_HIGH, gid >>> 16);
        Bytes.put16(raw, LINKS, isDirectory() && nlink > MOST_LINKS ? 1 : nlink);
        Bytes.put32(raw, 4, size);
        if (isRegular() || isDirectory()) {
            Bytes.put32(raw, SIZE_HIGH, size >>> 32);
        }
        Bytes.put32(raw, BLOCKS_LO, blocks);
        Bytes.put16(raw, BLOCKS_HIGH, (int) (blocks >>> 32));
        setFlag(HUGE_FILE_FL, false);
        putTime(8, ATIME_EXTRA, atime);
        putTime(12, CTIME_EXTRA, ctime);
        putTime(16, MTIME_EXTRA, mtime);
        if (hasField(BTIME + 8)) {
            putTime(BTIME, BTIME + 4, btime);
        }
        if (Mode.isChar(mode) || Mode.isBlock(mode)) {
            putDevice();
        }
        if (fs.sb.checksums) {
            putSum(raw, checksum(fs.sb.seed, ino, raw));
        }
    }

    /** @param seed what checksums of this file system start with */
    static int checksum(int seed, long ino, byte[] raw) {
        int c = Checksum.crc32c(seed, (int) ino);
        c = Checksum.crc32c(c, Bytes.i32(raw, GENERATION));
        byte[] plain = raw.clone();
        Bytes.put16(plain, SUM, 0);
        if (hasHighSum(raw)) {
            Bytes.put16(plain, SUM_HIGH, 0);
        }
        return Checksum.crc32c(c, plain, 0, plain.length);
    }

    private static boolean hasHighSum(byte[] raw) {
        return raw.length > EXTRA && Bytes.u16(raw, EXTRA) >= 4;
    }

    static void putSum(byte[] raw, int sum) {
        Bytes.put16(raw, SUM, sum);
        if (hasHighSum(raw)) {
            Bytes.put16(raw, SUM_HIGH, sum >>> 16);
        }
    }

    static boolean sumFits(Ext4Fs fs, long ino, byte[] raw) {
        int sum = checksum(fs.sb.seed, ino, raw);
        boolean low = Bytes.u16(raw, SUM) == (sum & 0xffff);
        return low && (!hasHighSum(raw) || Bytes.u16(raw, SUM_HIGH) == sum >>> 16);
    }

    // --- the VFS's view ---

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        throw Errno.ENXIO.exception();
    }

    @Override
    public int blockSize() {
        return fs.sb.blockSize;
    }

    @Override
    public void touch(int mask, long now) {
        super.touch(mask, now);
        if (!fs.readOnly()) {
            markDirty();
        }
    }

    @Override
    public void setAttributes(AttributeChange change) {
        fs.begin();
        try {
            change.applyTo(this);
            markDirty();
        } finally {
            fs.end();
        }
    }

    @Override
    public int supportedFlags() {
        return VISIBLE;
    }

    @Override
    public void setFlags(int fresh) {
        if ((fresh & ~VISIBLE) != 0 || ((fresh ^ flags) & ~SETTABLE) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        fs.begin();
        try {
            int kept = Bytes.i32(raw, FLAGS) & ~SETTABLE;
            Bytes.put32(raw, FLAGS, kept | fresh & SETTABLE);
            flags = Bytes.i32(raw, FLAGS) & VISIBLE;
            markDirty();
        } finally {
            fs.end();
        }
    }

    /** The storage goes: blocks, attributes, the inode itself. */
    @Override
    public void evict() {
        if (fs.isDead() || fs.readOnly()) {
            return;
        }
        try {
            fs.orphans.evict(this);
        } catch (umlaut.abi.ErrnoException e) {
            fs.warn("inode " + ino + " could not be freed: " + e.errno().name());
        }
    }

    /** Can nobody see the data's blocks but by this inode's map, which is locked? */
    boolean isUnseen() {
        return false;
    }

    /** Gives back what it has of blocks, a transaction's worth. @return true when all has gone */
    boolean releaseBlocks() {
        return true;
    }

    // --- where it lies ---

    @Override
    public boolean mapsExtents() {
        return isRegular() || isDirectory();
    }

    @Override
    public void extents(long start, long length, ExtentSink sink) {
        if (has(INLINE_DATA_FL)) {
            if (start < size) {
                sink.add(0, fs.tablePlace(ino) + BLOCK, size, ExtentSink.INLINE | ExtentSink.NOT_ALIGNED);
            }
            return;
        }
        List<BlockMap.Piece> pieces = new ArrayList<>();
        int shift = fs.sb.blockShift;
        long first = start >> shift;
        // Given to the caller without the lock: he may write to memory that is this file, mapped.
        Lock guard = mapGuard();
        guard.lock();
        try {
            long end = Math.min((start + length - 1 >> shift) + 1, map().limit());
            for (long block = first; block < end; block += pieces.getLast().count) {
                BlockMap.Piece piece = new BlockMap.Piece();
                map().find(block, piece);
                piece.count = Math.min(piece.count, end - block);
                pieces.add(piece);
            }
        } finally {
            guard.unlock();
        }
        int merged = has(EXTENTS_FL) ? 0 : ExtentSink.MERGED;
        long block = first;
        for (BlockMap.Piece piece : pieces) {
            int flags = merged | (piece.unwritten ? ExtentSink.UNWRITTEN : 0);
            boolean more = piece.physical == 0
                    || sink.add(block << shift, piece.physical << shift, piece.count << shift, flags);
            if (!more) {
                return;
            }
            block += piece.count;
        }
    }

    /** What keeps the map of blocks as it is. */
    Lock mapGuard() {
        return lock;
    }

    // --- extended attributes ---

    @Override
    public boolean supportsAcl() {
        return true;
    }

    /** By whoever hands the inode out first: lists stand in attributes. */
    final void loadAcls() {
        if (!aclsLoaded) {
            aclsLoaded = true;
            super.setAcls(xattrs.acl(Xattrs.ACCESS), isDirectory() ? xattrs.acl(Xattrs.DEFAULT) : null);
        }
    }

    @Override
    public void setAcls(@Nullable Acl access, @Nullable Acl inherited) {
        fs.begin();
        try {
            xattrs.setAcl(Xattrs.ACCESS, access);
            if (isDirectory()) {
                xattrs.setAcl(Xattrs.DEFAULT, inherited);
            }
            super.setAcls(access, inherited);
        } finally {
            fs.end();
        }
    }

    @Override
    public byte @Nullable [] getXattr(String name) {
        lock.lock();
        try {
            return xattrs.get(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void setXattr(String name, byte[] value, int how) {
        lock.lock();
        try {
            fs.changing(() -> xattrs.set(name, value, how));
            if (name.equals("security.capability")) {
                fileCapabilities = true;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> listXattr() {
        lock.lock();
        try {
            return xattrs.list();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void removeXattr(String name) {
        lock.lock();
        try {
            fs.changing(() -> xattrs.remove(name));
        } finally {
            lock.unlock();
        }
    }

    /** A new object's attributes; the directory's lock is held. */
    final void init(Ext4Directory directory, Credentials owner, long now) {
        own(directory, owner, now);
        markDirty();
    }
}
