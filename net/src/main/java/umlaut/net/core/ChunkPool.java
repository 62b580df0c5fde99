package umlaut.net.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;

/** Chunks of two sizes kept for reuse, since native memory is slow to get. One a machine; thread-safe, its monitor is a leaf. */
public final class ChunkPool {
    public static final int SMALL = 4096;
    /** Holds the largest packet. */
    public static final int LARGE = 65536;

    private static final int KEPT_SMALL = 1024;
    private static final int KEPT_LARGE = 128;

    @GuardedBy("this") private final ArrayDeque<DataChunk> small = new ArrayDeque<>();

    @GuardedBy("this") private final ArrayDeque<DataChunk> large = new ArrayDeque<>();

    /** A chunk of at least {@code size} bytes, at most {@link #LARGE}, with one reference. */
    public DataChunk get(int size) {
        boolean big = size > SMALL;
        DataChunk chunk;
        synchronized (this) {
            chunk = (big ? large : small).pollLast();
        }
        if (chunk == null) {
            return new DataChunk(this, big ? LARGE : SMALL);
        }
        chunk.reuse();
        return chunk;
    }

    synchronized void put(DataChunk chunk) {
        boolean big = chunk.size() > SMALL;
        ArrayDeque<DataChunk> free = big ? large : small;
        if (free.size() < (big ? KEPT_LARGE : KEPT_SMALL)) {
            free.addLast(chunk);
        }
    }
}
