package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;

/**
 * The machine's memory for file data (tmpfs, memfd, shared anonymous memory, SysV shm): one sparse memfd mapped once into the JVM and, piecewise, into guests, so
 * that a shared mapping is the very same pages. Hands out runs of pages; the pages of a fresh run read as zero. Thread-safe. Counterpart: the page
 * allocator under mm/shmem.c.
 */
public interface PageStore extends AutoCloseable {
    int PAGE = 4096;

    /**
     * @param pages length of the run, at least 1
     * @return byte offset of the run in the store
     * @throws umlaut.abi.ErrnoException ENOSPC when the machine's memory is used up
     */
    long allocate(int pages);

    /** Gives a run, or part of one, back: its memory returns to the host. */
    void free(long offset, int pages);

    /** The whole store as the JVM sees it; slices of it are stable. */
    MemorySegment memory();

    /** The host descriptor that guests' mappings are made from. */
    int hostFd();

    /** Bytes allocated at present. */
    long allocatedBytes();

    @Override
    void close();
}
