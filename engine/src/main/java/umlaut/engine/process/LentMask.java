package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.engine.MaskLoan;
import umlaut.host.Layouts;

/** The JVM's end of {@link StubSignals}: lends a thread its signal mask, reads it and takes it back. What stands in the area is hearsay, but a thread may set its mask as it likes anyway. */
final class LentMask implements MaskLoan {
    private final NativeAddressSpace space;
    private final MemorySegment area;
    private boolean closed;
    /** Lent, and not read since it was taken back: a stub that was too slow for that may still change it. */
    private boolean out;

    private long toldRip, toldHostRip;

    LentMask(NativeAddressSpace space, MemorySegment area) {
        this.space = space;
        this.area = area;
        area.set(Layouts.INT, Area.LENT, 0); // a host thread may have served another before
        area.set(Layouts.BYTE, Area.MASK_CHANGED, (byte) 0);
        forgetFrame();
    }

    @Override
    public synchronized boolean lend(long mask) {
        if (closed) {
            return false;
        }
        area.set(Layouts.LONG, Area.MASK, mask);
        area.set(Layouts.BYTE, Area.MASK_CHANGED, (byte) 0);
        Layouts.WORD.setRelease(area, (long) Area.LENT, StubLease.LEASED);
        out = true;
        return true;
    }

    /** RIP as {@link NativeThread#registers} told it, and what that is on the host. */
    void told(long rip, long hostRip) {
        toldRip = rip;
        toldHostRip = hostRip;
    }

    @Override
    public void frame(long address, long[] stack) {
        long[] words = {address, toldRip, toldHostRip, stack[0], stack[1], stack[2]};
        MemorySegment.copy(words, 0, area, Layouts.LONG, Area.FRAME, words.length);
    }

    @Override
    public synchronized void forgetFrame() {
        if (!closed) {
            area.set(Layouts.LONG, Area.FRAME, 0L);
        }
    }

    @Override
    public synchronized long take(long known, boolean end) {
        if (closed || !out || end && !LeasedMemory.withdraw(space, area, Area.LENT)) {
            return known;
        }
        out = !end;
        area.set(Layouts.BYTE, Area.MASK_CHANGED, (byte) 0);
        return area.get(Layouts.LONG, Area.MASK) & StubSignals.BLOCKABLE;
    }

    @Override
    public synchronized long peek(long known) {
        return closed || !out ? known : (long) Layouts.QUAD.getVolatile(area, (long) Area.MASK) & StubSignals.BLOCKABLE;
    }

    /** The area may be another's soon. */
    synchronized void close() {
        closed = true;
    }
}
