package umlaut.fs.ext4;

import org.jspecify.annotations.Nullable;

/**
 * One metadata block in memory (Linux: struct buffer_head). Changed only inside a transaction ({@link Journal#dirty}) and under the lock of what it describes; whoever only looks may
 * keep it as long as he likes.
 */
final class Buffer {
    /** Completes a block before it is written: its checksum. */
    @FunctionalInterface
    interface Sealer {
        void seal(byte[] data);
    }

    final long block;
    final byte[] data;
    /** In the running transaction. */
    volatile boolean dirty;
    /** A commit has a copy of it, and has yet to write that to its place. */
    volatile boolean committing;
    /** Its checksum and structure have been found right. */
    volatile boolean verified;

    volatile @Nullable Sealer sealer;
    /** Looked at since the cache last went round. */
    volatile boolean used = true;

    Buffer(long block, byte[] data) {
        this.block = block;
        this.data = data;
    }

    /** Does the disk have the same in the block's place? */
    boolean isInPlace() {
        return !dirty && !committing;
    }
}
