package umlaut.fs.hostfs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory of each thread's own for data on its way between a host file and a guest: small enough to stay in the CPU's cache. */
final class TransferBuffer {
    static final int BYTES = 128 << 10;

    private static final ThreadLocal<MemorySegment> OF_THREAD =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES, 4096));

    private TransferBuffer() {}

    /** Good until the same thread moves data again. */
    static MemorySegment get() {
        return OF_THREAD.get();
    }
}
