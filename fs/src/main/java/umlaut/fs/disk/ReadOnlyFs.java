package umlaut.fs.disk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.block.BlockDevice;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * A mounted file system that is only read. Its objects are found by a key of the file system's own (where they lie, mostly), and each key has one object as long as somebody uses it.
 * Whatever contradicts itself on the disk is an error of the call that meets it ({@link #damaged}).
 */
public abstract class ReadOnlyFs extends SuperBlock {
    private final Kernel kernel;
    private final BlockDevice disk;
    private final Errno damage;
    private final Runnable atEnd;
    private final ConcurrentHashMap<Long, WeakReference<ReadOnlyInode>> known = new ConcurrentHashMap<>();

    /** @param damage what calls fail with that meet what cannot be: EIO for most, EUCLEAN for some */
    protected ReadOnlyFs(Kernel kernel, String type, BlockDevice disk, long number, Errno damage, Runnable atEnd) {
        super(type, number, true);
        this.kernel = kernel;
        this.disk = disk;
        this.damage = damage;
        this.atEnd = atEnd;
    }

    @Override
    public boolean namesSettled() {
        return true;
    }

    // --- objects ---

    protected abstract long rootKey();

    /** Reads an object. @throws ErrnoException EIO, EUCLEAN */
    protected abstract ReadOnlyInode load(long key);

    /** @throws ErrnoException EIO, EUCLEAN */
    public final ReadOnlyInode inode(long key) {
        WeakReference<ReadOnlyInode> reference = known.get(key);
        ReadOnlyInode inode = reference == null ? null : reference.get();
        if (inode != null) {
            return inode;
        }
        ReadOnlyInode fresh = load(key);
        while (true) {
            WeakReference<ReadOnlyInode> mine = new WeakReference<>(fresh);
            WeakReference<ReadOnlyInode> other =
                    known.merge(key, mine, (old, added) -> old.get() == null ? added : old);
            ReadOnlyInode one = other.get();
            if (one != null) {
                return one;
            }
        }
    }

    @Override
    public final Inode root() {
        return inode(rootKey());
    }

    // --- the disk ---

    /** @throws ErrnoException EIO, also behind the end */
    public final byte[] bytes(long position, int length) {
        if (length < 0 || position < 0 || position + length > disk.size) {
            throw damaged("something lies outside: " + length + " bytes at " + position);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(Math.max(1, length));
            disk.read(room, 0, length, position);
            return room.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    public final BlockDevice disk() {
        return disk;
    }

    final PageStore pages() {
        return kernel.pages;
    }

    /** Something on the disk cannot be: noted. @return what to throw */
    public final ErrnoException damaged(String what) {
        warn(what);
        return damage.exception();
    }

    public final void warn(String what) {
        kernel.log.warn(type + " (" + disk.name + "): " + what);
    }

    // --- the VFS's view ---

    @Override
    public boolean exportable() {
        return true;
    }

    @Override
    public void remount(String options, boolean readOnly) {
        if (!readOnly) {
            throw Errno.EROFS.exception();
        }
    }

    @Override
    public void kill() {
        atEnd.run();
    }
}
