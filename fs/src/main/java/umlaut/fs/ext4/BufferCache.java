package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import umlaut.block.BlockDevice;
import umlaut.host.Scratch;

/**
 * Metadata blocks in memory. Buffers leave it only while nobody is inside a transaction, and only those that are in their places on the disk: neither dirty ones nor those that a commit has
 * yet to write. So a block has one buffer, which is never older than the disk. A limited number is kept.
 */
final class BufferCache {
    /** Most memory for buffers that could go, bytes. */
    private static final long LIMIT = 24L << 20;

    final BlockDevice device;
    final int blockSize;
    private final ConcurrentHashMap<Long, Buffer> buffers = new ConcurrentHashMap<>();
    private final int most;
    /** Grows when buffers leave. */
    @GuardedBy("this") private volatile int departures;

    BufferCache(BlockDevice device, int blockSize) {
        this.device = device;
        this.blockSize = blockSize;
        this.most = (int) (LIMIT / blockSize);
    }

    /** Reads the block if it is not there. @throws umlaut.abi.ErrnoException EIO */
    Buffer get(long block) {
        Buffer known = buffers.get(block);
        while (known == null) {
            int before = departures;
            known = enter(new Buffer(block, read(block)), before);
        }
        if (!known.used) {
            known.used = true;
        }
        return known;
    }

    /** What was read may be old by now, if buffers have gone since {@code before}: their blocks were written meanwhile. @return the block's buffer, or null: read it again */
    private synchronized @Nullable Buffer enter(Buffer read, int before) {
        if (departures != before) {
            return buffers.get(read.block);
        }
        Buffer known = buffers.putIfAbsent(read.block, read);
        return known == null ? read : known;
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
    synchronized void shrink() {
        for (int round = 0; round < 2 && buffers.size() > most / 4 * 3; round++) {
            buffers.values().removeIf(buffer -> {
                boolean stay = !buffer.isInPlace() || buffer.used || buffers.size() <= most / 2;
                buffer.used = false;
                return !stay;
            });
        }
        departures++;
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
