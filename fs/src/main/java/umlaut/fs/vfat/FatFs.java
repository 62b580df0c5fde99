package umlaut.fs.vfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.disk.Bytes;
import umlaut.host.Scratch;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * A mounted vfat. Its objects have no numbers on the disk: one is known by the place of its entry, and gets a number when it is first looked at. Names that differ in capital letters only are
 * the same, so the VFS asks again on each walk ({@link #revalidates}).
 */
final class FatFs extends SuperBlock implements AutoCloseable {
    private static final long MAGIC = 0x4d44;
    private static final int ROOT = 1;
    /** In the sector that FAT32 has for them: signatures, free clusters, where to look for one. */
    private static final int INFO_MAGIC_1 = 0x41615252,
            INFO_MAGIC_2 = 0x61417272,
            INFO_2 = 484,
            INFO_FREE = 488,
            INFO_NEXT = 492;

    private static final int ZEROS = 64 << 10;
    /** So many known objects are never looked through for those that are gone. */
    private static final int LEAST_SWEEP = 4096;

    final ReentrantLock lock = new ReentrantLock();
    final Kernel kernel;
    final BlockDevice disk;
    final FatSuper sb;
    final FatTable table;
    final FatOptions options;
    private final BlockDevices devices;
    private final Runnable atEnd;
    private final FatDirectory root;
    private final MemorySegment zeros = Arena.ofAuto().allocate(ZEROS, PageStore.PAGE);
    private boolean wasDirty;

    @GuardedBy("lock") private final Map<Long, WeakReference<FatInode>> known = new HashMap<>();

    @GuardedBy("lock") private int sweepAt = LEAST_SWEEP;

    @GuardedBy("lock") private final Set<FatInode> dirty = new HashSet<>();

    @GuardedBy("lock") private long lastNumber = ROOT;

    /** @throws ErrnoException EINVAL, EIO */
    FatFs(
            Kernel kernel,
            BlockDevices devices,
            BlockDevice disk,
            long number,
            FatOptions options,
            boolean readOnly,
            Runnable atEnd) {
        super("vfat", number, readOnly);
        this.kernel = kernel;
        this.devices = devices;
        this.disk = disk;
        this.options = options;
        this.atEnd = atEnd;
        if (disk.size < FatSuper.SIZE) {
            throw Errno.EINVAL.exception();
        }
        try {
            sb = new FatSuper(read(0, FatSuper.SIZE), disk.size);
        } catch (ErrnoException e) {
            warn("no FAT file system that makes sense");
            throw e;
        }
        table = new FatTable(this);
        root = new FatDirectory(this, ROOT);
        if (!readOnly) {
            startWriting();
        }
    }

    private void startWriting() {
        wasDirty = sb.isDirty();
        if (wasDirty) {
            warn("Volume was not properly unmounted. Some data may be corrupt. Please run fsck.");
        }
        setDirty(true);
        devices.addUser(this);
    }

    private void setDirty(boolean on) {
        sb.setDirty(on);
        write(sb.raw, 0, FatSuper.SIZE, 0);
        disk.flush();
    }

    // --- the disk ---

    byte[] read(long position, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(length);
            disk.read(room, 0, length, position);
            return room.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    void write(byte[] bytes, int from, int length, long position) {
        MemorySegment room = Scratch.room();
        MemorySegment.copy(bytes, from, room, ValueLayout.JAVA_BYTE, 0, length);
        disk.write(room, 0, length, position);
    }

    void zero(long position, long length) {
        for (long done = 0; done < length; done += ZEROS) {
            disk.write(zeros, 0, Math.min(ZEROS, length - done), position + done);
        }
    }

    /** Something on the disk cannot be: noted, and nothing is written any more. @return what to throw */
    ErrnoException damaged(String what) {
        warn("error: " + what);
        if (!readOnly()) {
            wasDirty = true; // and says so to fsck
            setReadOnly(true);
            warn("Filesystem has been set read-only");
        }
        return Errno.EIO.exception();
    }

    void warn(String text) {
        kernel.log.warn("FAT-fs (" + disk.name + "): " + text);
    }

    void requireWritable() {
        if (readOnly()) {
            throw Errno.EROFS.exception();
        }
    }

    long nowNs() {
        return kernel.clock.realtimeNs();
    }

    // --- objects ---

    @GuardedBy("lock") long newNumber() {
        return ++lastNumber;
    }

    /** The object of an entry. */
    @GuardedBy("lock") FatInode inode(FatDirectory parent, FatDirectory.Slot slot) {
        WeakReference<FatInode> reference = known.get(parent.placeOf(slot));
        FatInode inode = reference == null ? null : reference.get();
        if (inode != null) {
            return inode;
        }
        byte[] entry = parent.entry(slot);
        boolean directory = (entry[11] & FatInode.DIRECTORY) != 0;
        FatInode fresh = directory
                ? new FatDirectory(this, newNumber(), entry, parent, slot)
                : new FatRegular(this, newNumber(), entry, parent, slot);
        moved(fresh, -1);
        return fresh;
    }

    /** An object has got an entry, or another one, or (null) none. @param old where it was; -1: nowhere */
    @GuardedBy("lock")
    void moved(FatInode inode, long old) {
        if (old >= 0) {
            known.remove(old);
        }
        long place = inode.entryPlace();
        if (place >= 0) {
            known.put(place, new WeakReference<>(inode));
        }
        if (known.size() > sweepAt) {
            known.values().removeIf(reference -> reference.get() == null);
            sweepAt = Math.max(LEAST_SWEEP, 2 * known.size());
        }
    }

    @GuardedBy("lock")
    void addDirty(FatInode inode) {
        dirty.add(inode);
    }

    @GuardedBy("lock")
    void stored(FatInode inode) {
        dirty.remove(inode);
    }

    // --- the VFS's view ---

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public boolean revalidates() {
        return true;
    }

    @Override
    public StatfsInfo statfs() {
        lock.lock();
        try {
            long free = table.free();
            return new StatfsInfo(MAGIC, sb.clusterSize, sb.clusters, free, free, 0, 0, 1530);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String showOptions() {
        return options.show();
    }

    @Override
    public void sync() {
        lock.lock();
        try {
            List<FatInode> changed = new ArrayList<>(dirty);
            changed.forEach(FatInode::store);
            if (!readOnly()) {
                storeInfo();
                disk.flush();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void storeInfo() {
        if (sb.infoSector == 0 || sb.infoSector + 512L > sb.tableStart) {
            return;
        }
        byte[] info = read(sb.infoSector, 512);
        if (Bytes.i32(info, 0) == INFO_MAGIC_1 && Bytes.i32(info, INFO_2) == INFO_MAGIC_2) {
            Bytes.put32(info, INFO_FREE, table.free());
            Bytes.put32(info, INFO_NEXT, table.hint());
            write(info, 0, 512, sb.infoSector);
        }
    }

    @Override
    public void remount(String text, boolean toReadOnly) {
        if (toReadOnly && !readOnly()) {
            stopWriting();
        } else if (!toReadOnly && readOnly()) {
            if (disk.readOnly()) {
                throw Errno.EACCES.exception();
            }
            startWriting();
        }
    }

    private void stopWriting() {
        if (readOnly()) {
            return;
        }
        sync();
        if (!wasDirty) {
            setDirty(false);
        }
        devices.removeUser(this);
        setReadOnly(true);
    }

    @Override
    public void kill() {
        try {
            stopWriting();
        } catch (ErrnoException e) {
            warn("could not be unmounted cleanly: " + e.errno().message());
        }
        atEnd.run();
    }

    /** The machine ends. */
    @Override
    public void close() {
        stopWriting();
    }
}
