package umlaut.fs.ext4;

/**
 * Where a file's blocks lie on the disk: {@link ExtentMap} or, in older files, {@link IndirectMap}. The caller holds the inode's map lock (directories: the inode's lock), and for
 * changes is inside a transaction.
 */
interface BlockMap {
    /** Part of a file that lies in one piece. */
    final class Piece {
        /** On the disk; 0: a hole. */
        long physical;
        /** Blocks; of a hole at least 1. */
        long count;
        /** Has blocks, but reads as zero. */
        boolean unwritten;

        boolean isData() {
            return physical != 0 && !unwritten;
        }

        void set(long block, long blocks, boolean fresh) {
            physical = block;
            count = blocks;
            unwritten = fresh;
        }
    }

    /** @throws umlaut.abi.ErrnoException EUCLEAN, EIO */
    void find(long logical, Piece into);

    /** Fills a hole. */
    void insert(long logical, long physical, int count, boolean unwritten);

    /** Blocks that were unwritten have data now. */
    void setWritten(long logical, long count);

    /**
     * Takes blocks out and gives them back, from the end of the range, as many as fit well into a transaction.
     *
     * @return true when all is done
     */
    boolean remove(long from, long to);

    /**
     * Moves all from {@code from} on by {@code by} blocks, back over a hole of that length or forward, which makes one. For {@link #knowsUnwritten} maps.
     *
     * @throws umlaut.abi.ErrnoException EFBIG
     */
    void shift(long from, long by);

    /** Can blocks be given to a file without being written? */
    boolean knowsUnwritten();

    /** Most blocks a file can have. */
    long limit();
}
