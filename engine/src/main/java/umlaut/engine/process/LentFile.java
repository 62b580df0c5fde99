package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.engine.FileLoan;
import umlaut.engine.KnownFiles;
import umlaut.host.Layouts;

/** The JVM's end of the loan that {@link StubFiles} reads by. The position is hearsay, but a thread may set it as it likes anyway. */
final class LentFile implements FileLoan {
    private final NativeAddressSpace space;
    private final MemorySegment area;
    private boolean closed;
    /** What may be read. The position only grows but by the kernel, so that the stub looks at the end alone. */
    private long start, end;
    /** Where it ended. */
    private long last;

    LentFile(NativeAddressSpace space, MemorySegment area) {
        this.space = space;
        this.area = area;
        area.set(Layouts.INT, Area.FILE_LENT, 0); // a host thread may have served another before
    }

    @Override
    public synchronized boolean lend(int fd, long window, long position, long start, long end) {
        if (closed || fd < 0 || fd >= KnownFiles.DESCRIPTORS || position < start) {
            return false;
        }
        this.start = start;
        this.end = end;
        area.set(Layouts.INT, Area.FILE_FD, fd);
        area.set(Layouts.LONG, Area.FILE_WINDOW, window);
        area.set(Layouts.LONG, Area.FILE_POSITION, position);
        area.set(Layouts.LONG, Area.FILE_END, end);
        Layouts.WORD.setRelease(area, (long) Area.FILE_LENT, StubLease.LEASED);
        return true;
    }

    @Override
    public synchronized long position() {
        return closed ? last : (long) Layouts.QUAD.getVolatile(area, (long) Area.FILE_POSITION) & Long.MAX_VALUE;
    }

    @Override
    public synchronized void move(long position) {
        last = position;
        if (!closed) {
            area.set(Layouts.LONG, Area.FILE_POSITION, position);
            area.set(Layouts.LONG, Area.FILE_END, position < start ? 0 : end);
        }
    }

    @Override
    public synchronized void end() {
        if (!closed) {
            LeasedMemory.withdraw(space, area, Area.FILE_LENT);
        }
    }

    /** Is a read under way? */
    boolean isBusy() {
        return ((int) Layouts.WORD.getVolatile(area, (long) Area.FILE_LENT) & StubLease.BUSY) != 0;
    }

    /** The area may be another's soon. */
    synchronized void close() {
        last = position();
        closed = true;
    }
}
