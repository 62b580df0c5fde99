package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import umlaut.engine.MemoryChanges;
import umlaut.engine.MemoryLease;
import umlaut.host.Layouts;

/**
 * The JVM's end of {@link StubLease}: gives a thread's lease out, ends it, and reads the notes. All of it stands in the thread's area, so the notes are hearsay.
 *
 * <p>Nobody but the stub changes the notes while the lease is out and guest code runs; whoever ends it from another thread takes LEASED away and then waits for the stub to be no longer BUSY.
 */
final class LeasedMemory {
    /** How long a stub that has not finished is waited for: its host thread may be waiting for a processor. Then the notes come with its next trap. */
    private static final long PATIENCE_NS = 1_000_000_000;

    private final NativeAddressSpace space;
    private final MemorySegment area;
    private @Nullable MemoryLease lease;
    private boolean closed;

    LeasedMemory(NativeAddressSpace space, MemorySegment area) {
        this.space = space;
        this.area = area;
        area.set(Layouts.INT, Area.LEASE, 0); // a host thread may have served another before
        area.set(Layouts.INT, Area.CHANGE_COUNT, 0);
    }

    /** By the kernel thread. */
    synchronized boolean give(MemoryLease lease) {
        if (closed || !space.texts.leaves(lease.low(), lease.end())) {
            return false;
        }
        this.lease = lease;
        MemoryLease.Heap heap = lease.heap();
        long[] bounds = {
            lease.low(),
            lease.top(),
            lease.end(),
            lease.hole(),
            lease.from(),
            lease.to(),
            lease.top(),
            heap.start(),
            heap.brk(),
            heap.end()
        };
        MemorySegment.copy(bounds, 0, area, Layouts.LONG, Area.LEASE_LOW, bounds.length);
        Layouts.WORD.setRelease(area, (long) Area.LEASE, StubLease.LEASED);
        return true;
    }

    synchronized void take(MemoryChanges to, boolean end) {
        to.begin(Long.MAX_VALUE);
        MemoryLease given = lease;
        if (given == null || closed || end && !withdraw(space, area, Area.LEASE)) {
            return;
        }
        int count = Math.clamp(area.get(Layouts.INT, Area.CHANGE_COUNT), 0, MemoryChanges.MOST);
        to.begin(Math.max(given.low(), area.get(Layouts.LONG, Area.LEASE_LOWEST)));
        for (int i = 0; i < count; i++) {
            long at = Area.CHANGE + ((long) i << Area.CHANGE_SHIFT);
            int what = area.get(Layouts.INT, at);
            long address = area.get(Layouts.LONG, at + 8);
            long length = area.get(Layouts.LONG, at + 16);
            if (given.covers(what & 0xff, address, length)) {
                to.add(what, address, length);
            }
        }
        area.set(Layouts.INT, Area.CHANGE_COUNT, 0);
        noteAll(to);
    }

    /**
     * Takes back what a word of the area has lent to the stub, and waits for it to be no longer BUSY with that.
     *
     * @return false: it does not come to an end, so that its notes can't be read now
     */
    static boolean withdraw(NativeAddressSpace space, MemorySegment area, long word) {
        int old = (int) Layouts.WORD.getAndBitwiseAnd(area, word, ~StubLease.LEASED);
        long until = 0;
        while ((old & StubLease.BUSY) != 0 && !space.isDead()) {
            long now = System.nanoTime();
            until = until == 0 ? now + PATIENCE_NS : until;
            if (now - until > 0) {
                return false;
            }
            LockSupport.parkNanos(20_000);
            old = (int) Layouts.WORD.getVolatile(area, word);
        }
        VarHandle.acquireFence();
        return true;
    }

    /** The engine's own record of what is mapped. */
    private void noteAll(MemoryChanges changes) {
        for (int i = 0; i < changes.count(); i++) {
            long from = changes.address(i);
            if (changes.kind(i) == MemoryChanges.MAP) {
                space.noteMapped(null, from, from + changes.length(i));
            } else if (changes.kind(i) == MemoryChanges.UNMAP) {
                space.noteUnmapped(null, from, from + changes.length(i));
            }
        }
    }

    /** The area may be another's soon. */
    synchronized void close() {
        closed = true;
    }
}
