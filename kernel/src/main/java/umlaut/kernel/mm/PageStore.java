package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;

/**
 * The machine's memory for file data (tmpfs, memfd, shared anonymous memory, SysV shm): one sparse file mapped once into the JVM and, piecewise, into guests, so
 * that a shared mapping is the very same pages. Hands out runs of pages; the pages of a fresh run read as zero. Thread-safe. Counterpart: the page
 * allocator under mm/shmem.c.
 *
 * <p>A run is room, not memory: the host gives memory when a page is first written. The owner of a run charges the pages it fills, which is what the
 * machine's memory limit counts.
 */
public interface PageStore extends AutoCloseable {
    int PAGE = 4096;

    /**
     * @param pages length of the run, at least 1
     * @return byte offset of the run in the store
     * @throws umlaut.abi.ErrnoException ENOSPC when the store has no room left
     */
    long allocate(int pages);

    /**
     * Takes the pages that follow a run, if they are free: the run then grows in place.
     *
     * @param end byte offset just behind the run
     * @return false if they are in use
     */
    boolean extend(long end, int pages);

    /**
     * A run of pages that were {@link #recycle}d: they have memory already, with old contents that the owner must overwrite before anybody sees them.
     *
     * @return byte offset, or -1 if there is none
     */
    long allocateUsed(int pages);

    /** How many pages a large page has, which the host gives and takes as one, in a fraction of the time; 0 if the store has none. */
    int largePage();

    /**
     * Room for a run of whole large pages, at a multiple of their size.
     *
     * @param pages a multiple of {@link #largePage}
     * @return byte offset, or -1 if there is none
     */
    long allocateLarge(int pages);

    /**
     * Gives a large page of such a run memory, all of it, which reads as zero.
     *
     * @param offset its byte offset
     * @return false if the host has no large page at present: its pages are small ones then
     */
    boolean fillLarge(long offset);

    /** Gives a run, or part of one, back: its memory returns to the host. Nobody may have it mapped any more. */
    void free(long offset, int pages);

    /** As {@link #free}, for pages that have memory: a limited number is kept for {@link #allocateUsed}. */
    void recycle(long offset, int pages);

    /** Makes part of a run read as zero again and returns its memory to the host, also where guests have it mapped. */
    void discard(long offset, int pages);

    /** Counts pages about to be filled. @return false when the machine's memory is used up: ENOSPC */
    boolean charge(long pages);

    /** Takes back {@link #charge}. */
    void uncharge(long pages);

    /** Copies into fresh pages: cheaper than through {@link #memory}, where each would be zeroed and mapped first. */
    void write(long offset, MemorySegment from, long start, long length);

    /** A buffer of at least 64 KiB to copy through, to be given back. */
    MemorySegment takeBuffer();

    void giveBuffer(MemorySegment buffer);

    /** The whole store as the JVM sees it; slices of it are stable. */
    MemorySegment memory();

    /** Some zero bytes to copy from; at least a page. Never written. */
    MemorySegment zeros();

    /** The host descriptor that guests' mappings are made from. */
    int hostFd();

    /** Bytes of memory in use at present. */
    long allocatedBytes();

    /** Where the next page that holds data lies in part of the store, filled by guests through mappings or by us; {@code end} if there is none. */
    long nextData(long offset, long end);

    /** Where the next page without data lies in part of the store; {@code end} if there is none. */
    long nextHole(long offset, long end);

    @Override
    void close();
}
