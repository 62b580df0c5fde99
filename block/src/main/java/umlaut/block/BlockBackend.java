package umlaut.block;

import java.lang.foreign.MemorySegment;
import umlaut.kernel.mm.MappingSource.Extent;

/**
 * What holds the bytes of a disk. Positions and lengths are in bytes and within {@link #size}, which callers check; segments are native memory. Thread-safe: transfers that
 * overlap may mix, as on a disk.
 */
public interface BlockBackend extends AutoCloseable {
    /** Bytes, a multiple of 512. */
    long size();

    boolean readOnly();

    /** @throws umlaut.abi.ErrnoException EIO */
    void read(MemorySegment to, long start, long length, long position);

    /** @throws umlaut.abi.ErrnoException EIO, ENOSPC when the host has no room */
    void write(MemorySegment from, long start, long length, long position);

    /** All that was written is on stable storage when this returns. @throws umlaut.abi.ErrnoException EIO */
    void flush();

    /** The range reads as zero from now on; its room on the host is given back where that is possible. */
    void discard(long position, long length);

    /**
     * Where bytes lie in a file of the host, so that guests can map them.
     *
     * @param writable they will be written through the mapping: they are moved to where that is allowed
     * @param into the file, the place in it, and how many of the bytes lie there in a row; descriptor -1 when they lie nowhere as they are
     */
    default void locate(long position, long length, boolean writable, Extent into) {
        into.set(-1, 0, length);
    }

    /** Would a write leave the bytes where {@link #locate} finds them? */
    default boolean inPlace(long position, long length) {
        return true;
    }

    @Override
    void close();
}
