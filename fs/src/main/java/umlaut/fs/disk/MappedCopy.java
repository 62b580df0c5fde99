package umlaut.fs.disk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource.Extent;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.mm.Shmem;

/**
 * A file's pages in the machine's memory, for mappings of files whose blocks are no pages of the host: smaller ones, or on a device that has no file of the host. It is read whole when the file is
 * first mapped. Writes go to both; once a guest may write through a mapping, reads come from here, and what differs is written back on fsync(2) and when the file is closed.
 */
public final class MappedCopy {
    /** The file on its disk. */
    public interface Stored {
        PageStore pages();

        /** Bytes. */
        long size();

        boolean readOnly();

        /** Reads what is there; the lock that keeps its blocks where they are is held. */
        void load(MemorySegment to, long start, long length, long offset);

        /** As {@link #load}, without the lock. */
        void readStored(MemorySegment to, long length, long offset);

        void write(MemorySegment from, long start, long length, long offset);
    }

    private static final int CHUNK = 64 << 10;

    private final Shmem bytes;
    /** A guest may have written to it. */
    private volatile boolean written;

    private MappedCopy(PageStore store) {
        bytes = new Shmem(store);
    }

    /** May a guest have written through a mapping? Then reads must come from here. */
    public boolean written() {
        return written;
    }

    /** Reads the file; its map lock is held. @throws umlaut.abi.ErrnoException ENOSPC without memory, EIO */
    public static MappedCopy of(Stored file) {
        MappedCopy copy = new MappedCopy(file.pages());
        try {
            copy.refill(file, 0);
            return copy;
        } catch (RuntimeException e) {
            copy.bytes.release();
            throw e;
        }
    }

    /** Reads the file anew from {@code offset} on; its map lock is held. */
    public void refill(Stored file, long offset) {
        MemorySegment room = Arena.ofAuto().allocate(CHUNK, PageStore.PAGE);
        for (long at = offset; at < file.size(); at += CHUNK) {
            long n = Math.min(CHUNK, file.size() - at);
            file.load(room, 0, n, at);
            write(room, 0, n, at);
        }
    }

    public void extent(long offset, long length, boolean writable, Extent into) {
        written |= writable;
        bytes.extent(offset, length, writable, into);
    }

    public void read(MemorySegment to, long start, long length, long offset) {
        long n = bytes.read(new IovIter().kernel(to, start, length), offset);
        if (n < length) {
            to.asSlice(start + n, length - n).fill((byte) 0);
        }
    }

    public void write(MemorySegment from, long start, long length, long offset) {
        if (bytes.write(new IovIter().kernel(from, start, length), offset) < length) {
            throw Errno.ENOSPC.exception();
        }
    }

    public void truncate(long length) {
        bytes.truncate(length);
    }

    public void zero(long offset, long length) {
        bytes.punchHole(offset, length);
    }

    /** Pages that differ from the file's go there. */
    public void writeBack(Stored file) {
        if (!written || file.readOnly()) {
            return;
        }
        MemorySegment ours = Arena.ofAuto().allocate(CHUNK, PageStore.PAGE);
        MemorySegment theirs = Arena.ofAuto().allocate(CHUNK, PageStore.PAGE);
        for (long at = 0; at < file.size(); at += CHUNK) {
            long n = Math.min(CHUNK, file.size() - at);
            read(ours, 0, n, at);
            file.readStored(theirs, n, at);
            for (long p = 0; p < n; p += PageStore.PAGE) {
                long part = Math.min(PageStore.PAGE, n - p);
                if (ours.asSlice(p, part).mismatch(theirs.asSlice(p, part)) >= 0) {
                    file.write(ours, p, part, at + p);
                }
            }
        }
    }

    public void release() {
        bytes.release();
    }
}
