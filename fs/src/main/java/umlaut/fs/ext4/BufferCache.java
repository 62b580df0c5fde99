package umlaut.fs.ext4;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentHashMap;
import umlaut.block.BlockDevice;
import umlaut.host.Scratch;

/**
 * Metadata blocks in memory. Buffers leave it only while nobody is inside a transaction, and never dirty ones: so within a transaction a block has one buffer. A limited number is kept.
 */
final class BufferCache {
    /** Most memory for buffers that could go, bytes. */
    private static final long LIMIT = 24L << 20;

    final BlockDevice device;
    final int blockSize;
    private final ConcurrentHashMap<Long, Buffer> buffers = new ConcurrentHashMap<>();
    private final int most;

    BufferCache(BlockDevice device, int blockSize) {
        this.device = device;
        this.blockSize = blockSize;
        this.most = (int) (LIMIT / blockSize);
    }

    /** Reads the block if it is not there. @throws umlaut.abi.ErrnoException EIO */
    Buffer get(long block) {
        Buffer known = buffers.get(block);
        if (known == null) {
            Buffer read = new Buffer(block, read(block));
            known = buffers.putIfAbsent(block, read);
            if (known == null) {
                return read;
            }
        }
        if (!known.used) {
            known.used = true;
        }
        return known;
    }

    /** A block whose old contents do not matter; zeroed. For new metadata, within a transaction. */
    Buffer fresh(long block) {
        Buffer buffer = new Buffer(block, new byte[blockSize]);
        buffer.verified = true;
        buffers.put(block, buffer);
        return buffer;
    }

    void drop(long block) {
        buffers.remove(block);
    }

    /** Forgets all: what is on the disk has changed. */
    void clear() {
        buffers.clear();
    }

    boolean isFull() {
        return buffers.size() > most;
    }

    /** Second chance for what was looked at. Nobody is inside a transaction. */
    void shrink() {
        for (int round = 0; round < 2 && buffers.size() > most / 4 * 3; round++) {
            buffers.values().removeIf(buffer -> {
                boolean stay = buffer.dirty || buffer.used || buffers.size() <= most / 2;
                buffer.used = false;
                return !stay;
            });
        }
    }

    byte[] read(long block) {
        MemorySegment room = Scratch.room();
        device.read(room, 0, blockSize, block * blockSize);
        byte[] data = new byte[blockSize];
        MemorySegment.copy(room, ValueLayout.JAVA_BYTE, 0, data, 0, blockSize);
        return data;
    }

    void write(long block, byte[] data) {
        MemorySegment room = Scratch.room();
        MemorySegment.copy(data, 0, room, ValueLayout.JAVA_BYTE, 0, blockSize);
        device.write(room, 0, blockSize, block * blockSize);
    }
}
