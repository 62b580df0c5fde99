package umlaut.fs.vfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.fs.disk.MappedCopy;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** A regular file. There are no holes: what is skipped is zeroed. Clusters lie anywhere, so that mappings have a copy. */
final class FatRegular extends FatInode implements MappingSource, MappedCopy.Stored {
    /** The size has 32 bits. */
    static final long LARGEST = 0xffff_ffffL;

    @GuardedBy("vmas") private final Set<Vma> vmas = Collections.newSetFromMap(new IdentityHashMap<>(2));

    @GuardedBy("fs.lock") private @Nullable MappedCopy copy;

    FatRegular(FatFs fs, long ino, byte[] entry, FatDirectory parent, FatDirectory.Slot slot) {
        super(fs, ino, entry, parent, slot);
        counted((int) ((size + fs.sb.clusterSize - 1) / fs.sb.clusterSize));
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new FatFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    // --- data ---

    private interface Transfer {
        /** Moves a piece that lies in a row on the disk. @param done bytes moved before */
        void move(long place, long done, long length);
    }

    /** Cuts a part of the file into pieces. @throws ErrnoException EIO if the chain is shorter than the file */
    @GuardedBy("fs.lock") private void eachPiece(long offset, long length, Transfer transfer) {
        int[] chain = chain();
        int cluster = fs.sb.clusterSize;
        for (long done = 0; done < length; ) {
            long at = offset + done;
            int i = (int) (at / cluster);
            if (i >= chain.length) {
                throw fs.damaged("a file of " + size + " bytes has " + chain.length + " clusters");
            }
            int run = 1;
            while (i + run < chain.length && chain[i + run] == chain[i] + run) {
                run++;
            }
            long n = Math.min(length - done, (long) run * cluster - at % cluster);
            transfer.move(fs.sb.place(chain[i]) + at % cluster, done, n);
            done += n;
        }
    }

    /** @return bytes read: fewer than {@code most} at the end */
    long read(MemorySegment to, long most, long offset) {
        fs.lock.lock();
        try {
            long n = Math.max(0, Math.min(most, size - offset));
            MappedCopy mapped = copy;
            if (mapped != null && mapped.written()) {
                mapped.read(to, 0, n, offset);
            } else {
                load(to, 0, n, offset);
            }
            return n;
        } finally {
            fs.lock.unlock();
        }
    }

    @Override
    @GuardedBy("fs.lock") public void load(MemorySegment to, long start, long length, long offset) {
        eachPiece(offset, length, (place, done, n) -> fs.disk.read(to, start + done, n, place));
    }

    @Override
    public void readStored(MemorySegment to, long length, long offset) {
        fs.lock.lock();
        try {
            load(to, 0, Math.min(length, Math.max(0, size - offset)), offset);
        } finally {
            fs.lock.unlock();
        }
    }

    @Override
    public void write(MemorySegment from, long start, long length, long offset) {
        if (writeSome(from, start, length, offset) < length) {
            throw Errno.ENOSPC.exception();
        }
    }

    /** @return bytes written, fewer than wanted when the disk is full. @throws ErrnoException ENOSPC if none */
    long writeSome(MemorySegment from, long start, long length, long offset) {
        fs.lock.lock();
        try {
            fs.requireWritable();
            long end = offset + length;
            if (end > size) {
                end = Math.min(end, grow(end));
                if (end <= offset) {
                    throw Errno.ENOSPC.exception();
                }
                if (offset > size) {
                    zeroUntil(offset);
                }
            }
            long n = end - offset;
            eachPiece(offset, n, (place, done, part) -> fs.disk.write(from, start + done, part, place));
            MappedCopy mapped = copy;
            if (mapped != null) {
                mapped.write(from, start, n, offset);
            }
            if (end > size) {
                size = end;
                store();
            }
            return n;
        } finally {
            fs.lock.unlock();
        }
    }

    /** Gets clusters for {@code end} bytes, or as many as there are. @return how many bytes there is room for */
    @GuardedBy("fs.lock") private long grow(long end) {
        int cluster = fs.sb.clusterSize;
        return (long) extend((int) ((end + cluster - 1) / cluster)) * cluster;
    }

    @GuardedBy("fs.lock") private void zeroUntil(long end) {
        eachPiece(size, end - size, (place, done, n) -> fs.zero(place, n));
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.truncate(end);
        }
        size = end;
    }

    @Override
    public void truncate(long length) {
        if (length > LARGEST || length < 0) {
            throw Errno.EFBIG.exception();
        }
        boolean shrinks = length < size;
        fs.lock.lock();
        try {
            fs.requireWritable();
            if (shrinks) {
                size = length;
                cut((int) ((length + fs.sb.clusterSize - 1) / fs.sb.clusterSize));
            } else if (grow(length) < length) {
                throw Errno.ENOSPC.exception();
            } else {
                zeroUntil(length);
            }
            store();
        } finally {
            fs.lock.unlock();
        }
        if (shrinks) {
            for (Vma vma : mappings()) {
                vma.mm().invalidate(vma, length + PageStore.PAGE - 1 & -(long) PageStore.PAGE);
            }
            cutCopy(length);
        }
    }

    private void cutCopy(long length) {
        fs.lock.lock();
        try {
            MappedCopy mapped = copy;
            if (mapped != null) {
                mapped.truncate(length);
            }
        } finally {
            fs.lock.unlock();
        }
    }

    @Override
    public void evict() {
        dropCopy(0);
        super.evict();
    }

    // --- mappings ---

    /** What guests have written through mappings goes to the disk. */
    void writeBack() {
        MappedCopy mapped;
        fs.lock.lock();
        try {
            mapped = copy;
        } finally {
            fs.lock.unlock();
        }
        if (mapped != null) {
            mapped.writeBack(this);
        }
    }

    /** A file is closed. @param others open files that do not count */
    void dropCopy(int others) {
        if (openCount() > others || isMapped()) {
            return;
        }
        writeBack();
        fs.lock.lock();
        try {
            MappedCopy mapped = copy;
            if (mapped != null) {
                mapped.release();
                copy = null;
            }
        } finally {
            fs.lock.unlock();
        }
    }

    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        fs.lock.lock();
        try {
            long end = size + PageStore.PAGE - 1 & -(long) PageStore.PAGE;
            if (offset >= end) {
                into.set(-1, 0, length);
                return;
            }
            MappedCopy mapped = copy;
            if (mapped == null) {
                mapped = MappedCopy.of(this);
                copy = mapped;
            }
            mapped.extent(offset, Math.min(length, end - offset), writable && !fs.readOnly(), into);
        } catch (ErrnoException e) {
            into.set(-1, 0, length); // SIGBUS, as an error of the disk is
        } finally {
            fs.lock.unlock();
        }
    }

    @Override
    public void mapped(Vma vma) {
        synchronized (vmas) {
            vmas.add(vma);
        }
    }

    @Override
    public void unmapped(Vma vma) {
        synchronized (vmas) {
            vmas.remove(vma);
        }
    }

    private List<Vma> mappings() {
        synchronized (vmas) {
            return new ArrayList<>(vmas);
        }
    }

    private boolean isMapped() {
        synchronized (vmas) {
            return !vmas.isEmpty();
        }
    }

    @Override
    public PageStore pages() {
        return fs.kernel.pages;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return fs.readOnly();
    }
}
