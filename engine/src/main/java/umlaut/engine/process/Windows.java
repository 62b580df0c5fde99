package umlaut.engine.process;

import java.util.Arrays;

/**
 * Where a stub process has windows: mappings of host files that its guest threads copy from ({@link umlaut.engine.AddressSpace#openWindow}). They lie above everything else, where guest code can change no mapping, and as
 * the file does in large pages, so that the host can map those whole. An address serves again only when no copy from what was there before can be under way. Not thread-safe: the address space's lock guards it.
 */
final class Windows {
    private static final long LARGE_PAGE = 2 << 20;
    /** Most ranges in use and closed. */
    private static final int MOST = 64;

    private final long[] starts = new long[MOST], ends = new long[MOST];
    private final boolean[] closed = new boolean[MOST];
    private int count;
    private long next = Layout.WINDOWS;
    /** Bytes that are mapped. */
    private volatile long mapped;

    /** Opens a window, at once. @return its address, or 0 */
    long open(Mappings mappings, Service service, int hostFd, long hostOffset, long length, boolean copying) {
        long at = allocate(hostOffset, length, copying);
        int file = at == 0 ? -1 : mappings.mapWindow(at, length, hostFd, hostOffset);
        if (file >= 0 && service.run() >= 0) {
            return at;
        }
        if (file >= 0) {
            mappings.forget(file);
        }
        close(at);
        return 0;
    }

    /**
     * @param hostOffset where in the host's file it begins
     * @param copying whether a thread may still be copying from a closed window
     * @return an address, or 0
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    long allocate(long hostOffset, long length, boolean copying) {
        if (!copying) {
            forgetClosed();
        }
        if (count == MOST || length <= 0 || length > Layout.WINDOWS_END - Layout.WINDOWS - LARGE_PAGE) {
            return 0;
        }
        long at = place(next, hostOffset);
        boolean turned = false;
        for (int tries = 0; tries <= 2 * MOST; tries++) {
            if (at + length > Layout.WINDOWS_END) {
                if (turned) {
                    return 0;
                }
                turned = true;
                at = place(Layout.WINDOWS, hostOffset);
            }
            int taken = overlapping(at, at + length);
            if (taken < 0) {
                starts[count] = at;
                ends[count] = at + length;
                closed[count++] = false;
                mapped += length;
                next = at + length;
                return at;
            }
            at = place(ends[taken], hostOffset);
        }
        return 0;
    }

    /** The first address from {@code from} on with the same place in a large page as the file's bytes. */
    private static long place(long from, long hostOffset) {
        return from + (hostOffset - from & LARGE_PAGE - 1);
    }

    private int overlapping(long from, long to) {
        for (int i = 0; i < count; i++) {
            if (starts[i] < to && from < ends[i]) {
                return i;
            }
        }
        return -1;
    }

    /** Nothing is mapped there any more. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void close(long address) {
        for (int i = 0; i < count; i++) {
            if (starts[i] == address && !closed[i]) {
                closed[i] = true;
                mapped -= ends[i] - starts[i];
            }
        }
    }

    /** From any thread. */
    long mappedBytes() {
        return mapped;
    }

    private void forgetClosed() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!closed[i]) {
                starts[kept] = starts[i];
                ends[kept++] = ends[i];
            }
        }
        Arrays.fill(closed, 0, count, false);
        count = kept;
    }
}
