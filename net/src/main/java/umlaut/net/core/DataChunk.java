package umlaut.net.core;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Native memory that holds packets' data, shared by all who refer to it (Linux: a page of skb_frag_t): the sender's queue until it is acknowledged, the receiver's until it is
 * read. Bytes once written and referred to do not change. The last {@link #release} gives it back to its pool; one that is never released is the garbage collector's.
 */
public final class DataChunk {
    public final MemorySegment memory;
    private final ChunkPool pool;
    private final AtomicInteger references = new AtomicInteger(1);

    DataChunk(ChunkPool pool, int size) {
        this.pool = pool;
        this.memory = Arena.ofAuto().allocate(size, 64);
    }

    public int size() {
        return (int) memory.byteSize();
    }

    public DataChunk acquire() {
        references.getAndIncrement();
        return this;
    }

    public void release() {
        int left = references.decrementAndGet();
        if (left == 0) {
            pool.put(this);
        } else if (left < 0) {
            throw new IllegalStateException("released too often");
        }
    }

    void reuse() {
        references.set(1);
    }
}
