package umlaut.kernel.mm;

/**
 * What a file gives mmap(2): where its bytes lie on the host (Linux: address_space). The Mm keeps a reference per VMA.
 */
public interface MappingSource {
    /**
     * Finds the host memory behind a part of the file. Called with an offset that is a multiple of the page size. Must not sleep nor take the
     * inode's lock: an Mm's lock is held.
     *
     * @param writable the pages will be written through a shared mapping
     * @param into filled with host descriptor, offset and length (at most {@code length}; a multiple of the page size; above 0); descriptor -1 means
     *     "no bytes there" (behind the end of the file): accesses raise SIGBUS
     */
    void extent(long offset, long length, boolean writable, Extent into);

    /** A VMA over the file has come; called once per VMA, also for copies by fork or split. */
    default void mapped(Vma vma) {}

    /** A VMA has gone, and nothing in its address space can reach the pages any more. */
    default void unmapped(Vma vma) {}

    /** MADV_REMOVE: punches a hole. @throws umlaut.abi.ErrnoException EOPNOTSUPP */
    default void remove(long offset, long length) {
        throw umlaut.abi.Errno.EOPNOTSUPP.exception();
    }

    /** No shared mapping of it may ever be made writable (a memfd with F_SEAL_WRITE or F_SEAL_FUTURE_WRITE). */
    default boolean writeSealed() {
        return false;
    }

    /** Result slot for {@link #extent}. */
    final class Extent {
        public int hostFd;
        public long hostOffset;
        public long length;

        public void set(int fd, long offset, long bytes) {
            hostFd = fd;
            hostOffset = offset;
            length = bytes;
        }
    }
}
