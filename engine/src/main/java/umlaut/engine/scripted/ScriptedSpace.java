package umlaut.engine.scripted;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.engine.AddressSpace;
import umlaut.engine.UserThread;

/** Guest memory in Java: regions by start address, pages made on first touch. Changes happen at once; nothing is left for later. */
final class ScriptedSpace implements AddressSpace {
    private static final int PAGE = 4096;
    private static final long EFAULT = -14;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    /** @param source bytes of a file from the region's start on; null for zeroed memory */
    private record Region(
            long start,
            long end,
            int prot,
            boolean shared,
            @Nullable MemorySegment source) {
        Region part(long from, long to, int protection) {
            MemorySegment rest = source == null ? null : source.asSlice(Math.min(from - start, source.byteSize()));
            return new Region(from, to, protection, shared, rest);
        }
    }

    private final ScriptedEngine engine;

    @GuardedBy("this") private final TreeMap<Long, Region> regions = new TreeMap<>();

    /** Pages of private memory touched so far, by page number. */
    @GuardedBy("this") private final Map<Long, MemorySegment> pages = new HashMap<>();

    @GuardedBy("this") private final List<ScriptedThread> threads = new ArrayList<>();

    private volatile boolean closed;

    ScriptedSpace(ScriptedEngine engine) {
        this.engine = engine;
    }

    ScriptedEngine engine() {
        return engine;
    }

    boolean closed() {
        return closed;
    }

    // --- mappings ---

    @Override
    public synchronized long mapAnonymous(
            @Nullable UserThread self, long address, long length, int prot, boolean noReserve) {
        cut(address, address + length);
        regions.put(address, new Region(address, address + length, prot, false, null));
        return 0;
    }

    @Override
    public synchronized long mapFile(
            @Nullable UserThread self,
            long address,
            long length,
            int prot,
            boolean shared,
            int hostFd,
            long hostOffset) {
        cut(address, address + length);
        MemorySegment bytes = engine.files().bytes(hostFd, hostOffset, length);
        regions.put(address, new Region(address, address + length, prot, shared, bytes));
        return 0;
    }

    @Override
    public synchronized long unmap(@Nullable UserThread self, long address, long length) {
        cut(address, address + length);
        return 0;
    }

    @Override
    public synchronized long protect(@Nullable UserThread self, long address, long length, int prot) {
        for (Region region : overlapping(address, address + length)) {
            long from = Math.max(region.start, address);
            long to = Math.min(region.end, address + length);
            regions.remove(region.start);
            if (region.start < from) {
                regions.put(region.start, region.part(region.start, from, region.prot));
            }
            regions.put(from, region.part(from, to, prot));
            if (to < region.end) {
                regions.put(to, region.part(to, region.end, region.prot));
            }
        }
        return 0;
    }

    @Override
    public synchronized long remap(
            @Nullable UserThread self, long oldAddress, long oldLength, long newAddress, long newLength) {
        Map.Entry<Long, Region> entry = regions.floorEntry(oldAddress);
        if (entry == null || entry.getValue().end < oldAddress + oldLength) {
            return EFAULT;
        }
        Region old = entry.getValue();
        Region moved = old.part(oldAddress, oldAddress + oldLength, old.prot);
        Map<Long, MemorySegment> kept = new HashMap<>();
        for (long a = oldAddress; a < oldAddress + Math.min(oldLength, newLength); a += PAGE) {
            MemorySegment page = pages.get(a / PAGE);
            if (page != null) {
                kept.put((a - oldAddress + newAddress) / PAGE, page);
            }
        }
        cut(oldAddress, oldAddress + oldLength);
        cut(newAddress, newAddress + newLength);
        regions.put(newAddress, new Region(newAddress, newAddress + newLength, old.prot, old.shared, moved.source));
        pages.putAll(kept);
        return 0;
    }

    @Override
    public synchronized long advise(@Nullable UserThread self, long address, long length, int advice) {
        int dontNeed = 4;
        if (advice == dontNeed) {
            dropPages(address, address + length);
        }
        return 0;
    }

    @Override
    public synchronized long residency(long address, long length, MemorySegment vec) {
        for (long i = 0; i < length / PAGE; i++) {
            vec.set(ValueLayout.JAVA_BYTE, i, (byte) (pages.containsKey(address / PAGE + i) ? 1 : 0));
        }
        return 0;
    }

    @GuardedBy("this") private void cut(long from, long to) {
        for (Region region : overlapping(from, to)) {
            regions.remove(region.start);
            if (region.start < from) {
                regions.put(region.start, region.part(region.start, from, region.prot));
            }
            if (to < region.end) {
                regions.put(to, region.part(to, region.end, region.prot));
            }
        }
        dropPages(from, to);
    }

    @GuardedBy("this") private void dropPages(long from, long to) {
        pages.keySet().removeIf(page -> page * PAGE >= from && page * PAGE < to);
    }

    @GuardedBy("this") private List<Region> overlapping(long from, long to) {
        List<Region> found = new ArrayList<>();
        Map.Entry<Long, Region> before = regions.lowerEntry(from);
        if (before != null && before.getValue().end > from) {
            found.add(before.getValue());
        }
        found.addAll(regions.subMap(from, to).values());
        return found;
    }

    // --- bytes ---

    @Override
    public long read(long address, MemorySegment to, long offset, long length) {
        return copy(address, to, offset, length, READ);
    }

    @Override
    public long write(long address, MemorySegment from, long offset, long length) {
        return copy(address, from, offset, length, WRITE);
    }

    private synchronized long copy(long address, MemorySegment other, long offset, long length, int access) {
        long done = 0;
        while (done < length) {
            long at = address + done;
            long here = Math.min(length - done, PAGE - (at & PAGE - 1));
            MemorySegment page = page(at, access);
            if (page == null) {
                break;
            }
            if (access == WRITE) {
                MemorySegment.copy(other, offset + done, page, at & PAGE - 1, here);
            } else {
                MemorySegment.copy(page, at & PAGE - 1, other, offset + done, here);
            }
            done += here;
        }
        return done;
    }

    /** The page under an address, made if need be; null where the access faults. */
    @GuardedBy("this") private @Nullable MemorySegment page(long address, int access) {
        Map.Entry<Long, Region> entry =
                address < 0 || address >= ScriptedEngine.TASK_SIZE ? null : regions.floorEntry(address);
        if (entry == null || entry.getValue().end <= address || (entry.getValue().prot & access) == 0) {
            return null;
        }
        Region region = entry.getValue();
        long start = address & -PAGE;
        MemorySegment source = region.source;
        if (region.shared && source != null) {
            long from = start - region.start;
            return from + PAGE <= source.byteSize() ? source.asSlice(from, PAGE) : null;
        }
        return pages.computeIfAbsent(address / PAGE, number -> {
            MemorySegment fresh = MemorySegment.ofArray(new byte[PAGE]);
            long from = start - region.start;
            if (source != null && from < source.byteSize()) {
                MemorySegment.copy(source, from, fresh, 0, Math.min(PAGE, source.byteSize() - from));
            }
            return fresh;
        });
    }

    @Override
    public synchronized long compareAndExchange(long address, int expected, int value) {
        MemorySegment page = page(address, WRITE);
        if (page == null) {
            return EFAULT;
        }
        int old = page.get(INT, address & PAGE - 1);
        if (old == expected) {
            page.set(INT, address & PAGE - 1, value);
        }
        return old & 0xffff_ffffL;
    }

    @Override
    public long futexWake(long address, int count, boolean shared) {
        return 0;
    }

    // --- threads ---

    @Override
    public UserThread fork(UserThread parent, Consumer<UserThread> prepare, boolean running) {
        ScriptedSpace copy = new ScriptedSpace(engine);
        synchronized (this) {
            synchronized (copy) {
                copy.regions.putAll(regions);
                pages.forEach((number, page) -> {
                    MemorySegment fresh = MemorySegment.ofArray(new byte[PAGE]);
                    fresh.copyFrom(page);
                    copy.pages.put(number, fresh);
                });
            }
        }
        UserThread thread = copy.newThread(parent);
        prepare.accept(thread);
        return thread;
    }

    @Override
    public UserThread newThread(@Nullable UserThread parent) {
        ScriptedThread thread = new ScriptedThread(this, (ScriptedThread) parent);
        synchronized (this) {
            threads.add(thread);
        }
        return thread;
    }

    @Override
    public synchronized long residentBytes() {
        return (long) pages.size() * PAGE;
    }

    @Override
    public long cpuTimeNs() {
        return 0;
    }

    @Override
    public int hostPid() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        List<ScriptedThread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        all.forEach(ScriptedThread::interrupt);
    }
}
