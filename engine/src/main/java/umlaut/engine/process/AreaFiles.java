package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.engine.KnownFiles;
import umlaut.host.Layouts;

/** What a thread knows of its descriptors, in its area, for {@link StubFiles}: a word for each kind, a bit for each descriptor; and four counters. */
final class AreaFiles implements KnownFiles {
    private static final int KINDS = 3, COUNTERS = 4;

    private final MemorySegment area;
    private final long[] last = new long[COUNTERS];
    private boolean closed;

    /** @param area of a new thread, its host thread may have served another before */
    AreaFiles(MemorySegment area) {
        this.area = area;
        for (int i = 0; i < KINDS + COUNTERS; i++) {
            area.set(Layouts.LONG, Area.KNOWN_ZEROS + 8L * i, 0);
        }
    }

    @Override
    public synchronized void keep(int fd, int kinds) {
        if (closed || fd < 0 || fd >= DESCRIPTORS) {
            return;
        }
        for (int kind = 0; kind < KINDS; kind++) {
            long at = Area.KNOWN_ZEROS + 8L * kind;
            long others = area.get(Layouts.LONG, at) & ~(1L << fd);
            Layouts.QUAD.setVolatile(area, at, others | (kinds >>> kind & 1L) << fd);
        }
    }

    @Override
    public synchronized void addTransfers(long[] sum) {
        for (int i = 0; i < COUNTERS; i++) {
            sum[i] += closed ? last[i] : area.get(Layouts.LONG, Area.KNOWN_COUNTERS + 8L * i);
        }
    }

    /** The area is somebody else's from now on. */
    synchronized void close() {
        addTransfers(last);
        closed = true;
    }
}
