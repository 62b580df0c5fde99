package umlaut.fs.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** An object of a {@link ReadOnlyFs}: a directory that says what names it has, a file that says where its bytes are, a link that knows its target, or a node. */
public abstract class ReadOnlyInode extends Inode implements MappingSource, MappedCopy.Stored {
    /**
     * @param name Latin-1
     * @param key what {@link ReadOnlyFs#inode} finds it by
     * @param ino its number, for listings
     * @param type DT_*
     */
    public record Entry(String name, long key, long ino, int type) {}

    private final ReadOnlyFs fs;
    private volatile @Nullable SoftReference<Map<String, Entry>> names;

    @GuardedBy("this") private @Nullable MappedCopy copy;

    @GuardedBy("this") private int mappings;

    protected ReadOnlyInode(ReadOnlyFs fs, long ino, int mode) {
        super(fs, ino, mode);
        this.fs = fs;
    }

    // --- what a file system says of it ---

    /** A directory's entries in order, "." and ".." left out. @throws ErrnoException EIO, EUCLEAN */
    protected List<Entry> entries() {
        throw Errno.ENOTDIR.exception();
    }

    /** The number of the directory it is in, for "..". */
    protected long parentNumber() {
        return ino;
    }

    /** Reads a part of a file that lies within its size. @throws ErrnoException EIO, EUCLEAN */
    protected void readData(MemorySegment to, long start, long length, long offset) {
        throw Errno.EIO.exception();
    }

    /** Where all of the file lies in a row on the disk, so that it can be mapped from there; -1: not so. */
    protected long place() {
        return -1;
    }

    // --- directories ---

    private Map<String, Entry> names() {
        SoftReference<Map<String, Entry>> reference = names;
        Map<String, Entry> known = reference == null ? null : reference.get();
        if (known == null) {
            known = new HashMap<>();
            for (Entry entry : entries()) {
                known.putIfAbsent(entry.name, entry);
            }
            names = new SoftReference<>(known);
        }
        return known;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        if (!isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        Entry entry = names().get(name);
        return entry == null ? null : fs.inode(entry.key);
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        if (isDirectory()) {
            return new ReadOnlyDirectoryFile(this, path, flags, who);
        }
        if (isRegular()) {
            return new ReadOnlyFile(this, path, flags, who);
        }
        throw Errno.ENXIO.exception();
    }

    // --- data ---

    /** @return bytes read: fewer than {@code most} at the end */
    final long read(MemorySegment to, long most, long position) {
        long n = Math.max(0, Math.min(most, size - position));
        if (n > 0) {
            readData(to, 0, n, position);
        }
        return n;
    }

    @Override
    public final void load(MemorySegment to, long start, long length, long offset) {
        readData(to, start, length, offset);
    }

    @Override
    public final void readStored(MemorySegment to, long length, long offset) {
        readData(to, 0, length, offset);
    }

    @Override
    public final void write(MemorySegment from, long start, long length, long offset) {
        throw Errno.EROFS.exception();
    }

    @Override
    public final PageStore pages() {
        return fs.pages();
    }

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final boolean readOnly() {
        return true;
    }

    // --- mappings: the disk's own pages where the file lies on them, else a copy ---

    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        long end = size + PageStore.PAGE - 1 & -(long) PageStore.PAGE;
        long n = Math.min(length, end - offset);
        if (n <= 0) {
            into.set(-1, 0, length);
            return;
        }
        long place = place();
        if (place >= 0 && place % PageStore.PAGE == 0) {
            fs.disk().locate(place + offset, n, false, into);
            if (into.hostFd >= 0) {
                return;
            }
        }
        try {
            copied().extent(offset, n, false, into);
        } catch (ErrnoException e) {
            into.set(-1, 0, length); // SIGBUS, as an error of the disk is
        }
    }

    private synchronized MappedCopy copied() {
        MappedCopy mapped = copy;
        if (mapped == null) {
            mapped = MappedCopy.of(this);
            copy = mapped;
        }
        return mapped;
    }

    @Override
    public synchronized void mapped(Vma vma) {
        mappings++;
    }

    @Override
    public synchronized void unmapped(Vma vma) {
        mappings--;
    }

    /** A file on it is closed: without any, and without mappings, the copy goes. */
    final synchronized void closed() {
        MappedCopy mapped = copy;
        if (mapped != null && mappings == 0 && openCount() <= 1) {
            mapped.release();
            copy = null;
        }
    }
}
