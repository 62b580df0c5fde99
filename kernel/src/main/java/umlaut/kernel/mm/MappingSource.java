package umlaut.kernel.mm;

/**
 * What a file gives mmap(2): where its bytes lie on the host (Linux: address_space). The Mm keeps a reference per VMA.
 */
public interface MappingSource {
    /**
     * Finds the host memory behind a part of the file. Called with an offset that is a multiple of the page size.
     *
     * @param writable the pages will be written through a shared mapping
     * @param into filled with host descriptor, offset and length (at most {@code length}; a multiple of the page size); descriptor -1 means
     *     "no bytes there" (behind the end of the file): accesses raise SIGBUS
     */
    void extent(long offset, long length, boolean writable, Extent into);

    /** A VMA over the file has come; called once per VMA, also for copies by fork or split. */
    default void mapped() {}

    /** A VMA has gone. */
    default void unmapped() {}

    /** Result slot for {@link #extent}. */
    final class Extent {
        public int hostFd;
        public long hostOffset;
        public long length;
    }
}
