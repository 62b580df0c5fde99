package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;

/**
 * The bytes of one tmpfs file, memfd, shared anonymous mapping or System V segment, in pages of the machine's {@link PageStore} (Linux:
 * mm/shmem.c, tmpfs(5)). Guests map the very pages that read and write copy from and to. What was never written is a hole and reads as zero.
 *
 * <p>Thread-safe. {@link #lock} is held shared to copy, exclusively to change size or runs; it comes after an Mm's lock and nothing is taken under
 * it but the store's. Guest memory that must first be faulted in is repaired without it. Counted: born with one holder, each VMA holds one more;
 * when the last has gone so is the storage.
 */
public final class Shmem implements MappingSource, WindowSource {
    private static final int PAGE = PageStore.PAGE;
    private static final int SHIFT = 12;
    private static final int STEP_PAGES = 1024;
    /** Linux's MAX_LFS_FILESIZE. */
    public static final long MAX_SIZE = Long.MAX_VALUE;

    private final PageStore store;
    private final StampedLock lock = new StampedLock();
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile long size;

    /** Guarded by {@link #lock}. */
    private final ShmemRuns runs;
    /** A guest has or had it mapped: pages may be filled without our knowing. */
    private volatile boolean mappedOnce;

    /** Large pages may have memory for pages that are not filled; set under {@link #lock}. */
    private volatile boolean filledAhead;

    /** See {@link #writeSealed()}; set under the owner's lock. */
    private volatile boolean writeSealed;

    private final SourceWindows windows = new SourceWindows();

    @GuardedBy("vmas") private final Set<Vma> vmas = Collections.newSetFromMap(new IdentityHashMap<>(4));

    public Shmem(PageStore store) {
        this.store = store;
        this.runs = new ShmemRuns(store);
    }

    // --- holders ---

    public Shmem acquire() {
        holders.incrementAndGet();
        return this;
    }

    /** One holder less; the last one's going frees the storage. */
    public void release() {
        if (holders.decrementAndGet() == 0) {
            long stamp = lock.writeLock();
            try {
                freeAll(runs.cut(0));
                size = 0;
            } finally {
                lock.unlockWrite(stamp);
            }
        }
    }

    // --- bytes ---

    @Override
    public long size() {
        return size;
    }

    /** Copies out from {@code offset} on, up to the end of the file. @return bytes moved, 0 at or behind the end, or -EFAULT */
    public long read(IovIter to, long offset) {
        long done = 0;
        while (true) {
            long stamp = lock.readLock();
            try {
                done += copyOut(to, offset + done);
            } finally {
                lock.unlockRead(stamp);
            }
            if (!to.fault() || !to.repair(true)) {
                return to.result(done);
            }
        }
    }

    private long copyOut(IovIter to, long offset) {
        long length = Math.min(to.remaining(), size - offset);
        long pages = offset + length + PAGE - 1 >> SHIFT;
        long done = 0;
        while (done < length && !to.fault()) {
            long at = offset + done;
            long page = at >> SHIFT;
            int i = runs.indexOf(page);
            ShmemRun run = i < runs.count() ? runs.get(i) : null;
            if (run == null || run.filePage > page) {
                long holeEnd = run == null ? Long.MAX_VALUE : run.filePage << SHIFT;
                done += zeros(to, Math.min(length - done, holeEnd - at));
                continue;
            }
            boolean all = mappedOnce && !run.used && !run.large;
            long next = all ? page : nextData(run, page, pages);
            boolean data = next == page;
            long end = all ? run.endPage() : data ? nextHole(run, page, pages) : next;
            long n = Math.min(length - done, (end << SHIFT) - at);
            done += data ? to.copyOut(store.memory(), run.storeAt(page) + (at & PAGE - 1), n) : zeros(to, n);
        }
        return done;
    }

    private long zeros(IovIter to, long length) {
        MemorySegment zeros = store.zeros();
        long done = 0;
        while (done < length && !to.fault()) {
            done += to.copyOut(zeros, 0, Math.min(length - done, zeros.byteSize()));
        }
        return done;
    }

    /**
     * Copies in at {@code offset}, growing the file.
     *
     * @return bytes moved (fewer when the machine's memory is used up), or -EFAULT
     * @throws ErrnoException ENOSPC when nothing could be written for want of memory, EFBIG
     */
    public long write(IovIter from, long offset) {
        if (offset < 0 || offset + from.remaining() < 0) {
            throw Errno.EFBIG.exception();
        }
        long done = 0;
        while (from.remaining() > 0) {
            done += overwrite(from, offset + done);
            if (from.remaining() > 0 && !from.fault()) {
                try {
                    done += fillAndWrite(from, offset + done);
                } catch (ErrnoException e) {
                    if (done == 0) {
                        throw e;
                    }
                    return done;
                }
            }
            if (from.fault() && !from.repair(false)) {
                break;
            }
        }
        return from.result(done);
    }

    /** The part of a write that needs no new pages, under the shared lock. */
    private long overwrite(IovIter from, long offset) {
        long done = 0;
        long stamp = lock.readLock();
        try {
            while (from.remaining() > 0 && !from.fault()) {
                long at = offset + done;
                long page = at >> SHIFT;
                int i = runs.indexOf(page);
                ShmemRun run = i < runs.count() ? runs.get(i) : null;
                if (at >= size || run == null || run.filePage > page || !run.isFilled(page)) {
                    break;
                }
                long last = at + from.remaining() + PAGE - 1 >> SHIFT;
                long end = Math.min(size, run.stateEnd(page, last, true) << SHIFT);
                long n = Math.min(from.remaining(), end - at);
                long to = run.storeAt(page) + (at & PAGE - 1);
                done += run.large ? from.copyIn(store.memory(), to, n) : copyThrough(from, to, n, 0);
            }
        } finally {
            lock.unlockRead(stamp);
        }
        return done;
    }

    /** Fills the pages behind {@code offset} as far as one run goes, and writes there. */
    private long fillAndWrite(IovIter from, long offset) {
        long stamp = lock.writeLock();
        try {
            long page = offset >> SHIFT;
            long lastPage = offset + from.remaining() - 1 >> SHIFT;
            ShmemRun run = runs.obtain(page, lastPage + 1 - page, true);
            boolean fresh = !run.isFilled(page);
            // In steps: what a bad address keeps from being written is not to have memory for long.
            long end = run.stateEnd(page, Math.min(lastPage + 1, page + STEP_PAGES), !fresh);
            boolean direct = run.large && (!fresh || fillLarge(run, page, end));
            if (fresh) {
                end = chargeSome(run, page, end);
            }
            long n = Math.min(from.remaining(), (end << SHIFT) - offset);
            long at = run.storeAt(page) + (offset & PAGE - 1);
            int tail = 0;
            if (fresh && run.used) {
                zero(at & -PAGE, at & PAGE - 1);
                tail = (int) (-(at + n) & PAGE - 1);
            }
            long moved = direct ? from.copyIn(store.memory(), at, n) : copyThrough(from, at, n, tail);
            if (fresh && run.used && moved < n) {
                zero(at + moved, n - moved + tail);
            }
            if (offset + moved > size) {
                size = offset + moved;
            }
            return moved;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /**
     * Before pages of a large run are first written: gives the large pages memory of which none is filled. Not where guests may have the file mapped: what they
     * touch is told from what they do not by what has memory.
     *
     * @return whether it is to be written through the store's mapping
     */
    private boolean fillLarge(ShmemRun run, long from, long to) {
        if (mappedOnce) {
            return false;
        }
        int pages = store.largePage();
        for (long p = from / pages * pages; p < to; p += pages) {
            boolean empty =
                    p >= run.filePage && run.stateEnd(p, p + pages, false) >= Math.min(p + pages, run.endPage());
            if (empty) {
                filledAhead = true;
                if (!store.fillLarge(run.storeAt(p))) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Data for small pages comes by the store's own way, through a buffer: touching its mapping in the JVM would cost a page fault a page.
     *
     * @param tail zero bytes written behind the data
     */
    private long copyThrough(IovIter from, long at, long length, int tail) {
        MemorySegment buffer = store.takeBuffer();
        long done = 0;
        while (done < length && !from.fault()) {
            long n = from.copyIn(buffer, 0, Math.min(length - done, buffer.byteSize() - PAGE));
            int zeros = done + n == length ? tail : 0;
            if (zeros > 0) {
                buffer.asSlice(n, zeros).fill((byte) 0);
            }
            store.write(at + done, buffer, 0, n + zeros);
            done += n;
        }
        store.giveBuffer(buffer);
        return done;
    }

    private void zero(long at, long length) {
        MemorySegment zeros = store.zeros();
        for (long done = 0; done < length; ) {
            long n = Math.min(length - done, zeros.byteSize());
            store.write(at + done, zeros, 0, n);
            done += n;
        }
    }

    /** Marks pages filled and counts those that were not. @throws ErrnoException ENOSPC */
    private void charge(ShmemRun run, long from, long to) {
        long missing = 0;
        for (long p = run.stateEnd(from, to, true); p < to; p = run.stateEnd(p, to, true)) {
            long end = run.stateEnd(p, to, false);
            missing += end - p;
            p = end;
        }
        if (missing > 0) {
            if (!store.charge(missing)) {
                throw Errno.ENOSPC.exception();
            }
            run.setFilled(from, to);
        }
    }

    /** As {@link #charge}, but what memory there is will do: the writer comes again for the rest. @return behind the last page charged */
    private long chargeSome(ShmemRun run, long from, long to) {
        for (long count = to - from; ; count = count + 1 >> 1) {
            if (store.charge(count)) {
                run.setFilled(from, from + count);
                return from + count;
            }
            if (count == 1) {
                throw Errno.ENOSPC.exception();
            }
        }
    }

    /** Gives pages memory without data: zeroes what old data they have. @throws ErrnoException ENOSPC */
    private void fill(ShmemRun run, long from, long to) {
        if (run.used) {
            for (long p = run.stateEnd(from, to, true); p < to; p = run.stateEnd(p, to, true)) {
                long end = run.stateEnd(p, to, false);
                zero(run.storeAt(p), end - p << SHIFT);
                p = end;
            }
        }
        charge(run, from, to);
    }

    // --- size and holes ---

    /**
     * Sets the size (ftruncate(2)): what is cut off is gone, also from guests' mappings, where it raises SIGBUS; what is added reads as zero. An
     * inode's lock may be held, an Mm's may not.
     */
    public void truncate(long length) {
        List<ShmemRun> gone;
        long stamp = lock.writeLock();
        try {
            long old = size;
            size = length;
            if (length >= old) {
                return;
            }
            zeroTail(length);
            gone = runs.cut(length + PAGE - 1 >> SHIFT);
        } finally {
            lock.unlockWrite(stamp);
        }
        windows.invalidate(this, length + PAGE - 1 & -(long) PAGE);
        // Faults find nothing there from now on. Mappings made before go away before the pages may serve another file.
        for (Vma vma : mappings()) {
            vma.mm().invalidate(vma, length + PAGE - 1 & -(long) PAGE);
        }
        freeAll(gone);
    }

    /** The rest of the last page must read as zero when the file grows again. */
    private void zeroTail(long length) {
        int inPage = (int) (length & PAGE - 1);
        int i = runs.indexOf(length >> SHIFT);
        if (inPage != 0 && i < runs.count() && runs.get(i).filePage <= length >> SHIFT) {
            ShmemRun run = runs.get(i);
            if (mappedOnce && !run.used || run.isFilled(length >> SHIFT)) {
                zero(run.storeAt(length >> SHIFT) + inPage, PAGE - inPage);
            }
        }
    }

    /** FALLOC_FL_PUNCH_HOLE, MADV_REMOVE: whole pages lose their memory, parts of pages are zeroed; the size stays. */
    public void punchHole(long offset, long length) {
        clear(offset, length);
        windows.invalidate(this, offset);
    }

    private void clear(long offset, long length) {
        long stamp = lock.writeLock();
        try {
            long end = Math.min(offset + length, size + PAGE - 1 & -(long) PAGE);
            long firstPage = offset + PAGE - 1 >> SHIFT;
            long endPage = end >> SHIFT;
            if (firstPage > endPage) {
                zeroInPage(offset, end);
                return;
            }
            zeroInPage(offset, firstPage << SHIFT);
            zeroInPage(endPage << SHIFT, end);
            if (firstPage == endPage) {
                return;
            }
            runs.splitAt(firstPage);
            runs.splitAt(endPage);
            for (int i = runs.indexOf(firstPage); i < runs.count() && runs.get(i).filePage < endPage; i++) {
                ShmemRun run = runs.get(i);
                int filled = run.clearFilled(run.filePage, run.endPage());
                if (filled > 0 || mappedOnce || run.used) {
                    store.discard(run.storeOffset, run.pages);
                    store.uncharge(filled);
                    run.used = false;
                }
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    @Override
    public void remove(long offset, long length) {
        punchHole(offset, length);
    }

    private void zeroInPage(long from, long to) {
        int i = runs.indexOf(from >> SHIFT);
        if (to > from && i < runs.count() && runs.get(i).filePage <= from >> SHIFT) {
            ShmemRun run = runs.get(i);
            if (mappedOnce && !run.used || run.isFilled(from >> SHIFT)) {
                long at = run.storeAt(from >> SHIFT) + (from & PAGE - 1);
                zero(at, to - from);
            }
        }
    }

    /** FALLOC_FL_ZERO_RANGE without change of size. */
    public void zeroRange(long offset, long length) {
        punchHole(offset, length);
        allocate(offset, length, true);
    }

    /**
     * fallocate(2): gives the range memory.
     *
     * @param keepSize FALLOC_FL_KEEP_SIZE
     * @throws ErrnoException ENOSPC
     */
    public void allocate(long offset, long length, boolean keepSize) {
        long stamp = lock.writeLock();
        try {
            long end = offset + length + PAGE - 1 >>> SHIFT;
            requireRoom(end - (offset >> SHIFT) - runs.filledPages());
            for (long page = offset >> SHIFT; page < end; ) {
                ShmemRun run = runs.obtain(page, end - page, false);
                long to = Math.min(end, run.endPage());
                fill(run, page, to);
                page = to;
            }
            if (!keepSize && offset + length > size) {
                size = offset + length;
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** What cannot be had is refused before any of it is taken. @throws ErrnoException ENOSPC */
    private void requireRoom(long pages) {
        if (pages > 0) {
            if (!store.charge(pages)) {
                throw Errno.ENOSPC.exception();
            }
            store.uncharge(pages);
        }
    }

    private void freeAll(List<ShmemRun> gone) {
        for (ShmemRun run : gone) {
            store.uncharge(run.filledPages);
            if (run.large || mappedOnce && !run.used) {
                store.free(run.storeOffset, run.pages);
                continue;
            }
            for (long p = run.filePage; p < run.endPage(); ) {
                boolean filled = run.isFilled(p) || run.used;
                long end = run.used ? run.endPage() : run.stateEnd(p, Long.MAX_VALUE, filled);
                if (filled) {
                    store.recycle(run.storeAt(p), (int) (end - p));
                } else {
                    store.free(run.storeAt(p), (int) (end - p));
                }
                p = end;
            }
        }
    }

    /** lseek(2) SEEK_DATA. @return offset of data at or behind {@code offset}, or -ENXIO */
    public long seekData(long offset) {
        long stamp = lock.readLock();
        try {
            if (offset < 0 || offset >= size) {
                return Errno.ENXIO.negative();
            }
            for (int i = runs.indexOf(offset >> SHIFT); i < runs.count(); i++) {
                ShmemRun run = runs.get(i);
                long from = Math.max(offset >> SHIFT, run.filePage);
                long data = nextData(run, from, Long.MAX_VALUE);
                if (data < run.endPage()) {
                    long at = Math.max(offset, data << SHIFT);
                    return at < size ? at : Errno.ENXIO.negative();
                }
            }
            return Errno.ENXIO.negative();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** lseek(2) SEEK_HOLE: the end of the file counts as a hole. @return offset, or -ENXIO */
    public long seekHole(long offset) {
        long stamp = lock.readLock();
        try {
            if (offset < 0 || offset >= size) {
                return Errno.ENXIO.negative();
            }
            long page = offset >> SHIFT;
            for (int i = runs.indexOf(page); i < runs.count() && runs.get(i).filePage <= page; i++) {
                ShmemRun run = runs.get(i);
                long hole = nextHole(run, page, Long.MAX_VALUE);
                if (hole < run.endPage()) {
                    return Math.min(size, Math.max(offset, hole << SHIFT));
                }
                page = run.endPage();
            }
            return Math.min(size, Math.max(offset, page << SHIFT));
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** The first page from {@code page} on that has data, in a run and below {@code end}; the first behind them if there is none. */
    private long nextData(ShmemRun run, long page, long end) {
        long known = run.stateEnd(page, end, false);
        if (!mappedOnce || run.used || known == page) {
            return known;
        }
        long at = store.nextData(run.storeAt(page), run.storeAt(known));
        return run.filePage + (at - run.storeOffset >> SHIFT);
    }

    /** As {@link #nextData}, for a page without data. */
    private long nextHole(ShmemRun run, long page, long end) {
        long limit = Math.min(end, run.endPage());
        long known = run.stateEnd(page, limit, true);
        if (!mappedOnce || run.used || known == limit) {
            return known;
        }
        long at = store.nextHole(run.storeAt(known), run.storeAt(limit));
        return run.filePage + (at - run.storeOffset >> SHIFT);
    }

    /** Bytes of memory it takes: st_blocks times 512. */
    public long allocatedBytes() {
        long stamp = lock.readLock();
        try {
            if (!mappedOnce) {
                return runs.filledPages() << SHIFT;
            }
            long pages = 0;
            for (int i = 0; i < runs.count(); i++) {
                ShmemRun run = runs.get(i);
                for (long p = nextData(run, run.filePage, Long.MAX_VALUE); p < run.endPage(); ) {
                    long hole = nextHole(run, p, Long.MAX_VALUE);
                    pages += hole - p;
                    p = hole < run.endPage() ? nextData(run, hole, Long.MAX_VALUE) : hole;
                }
            }
            return pages << SHIFT;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    // --- mapping ---

    /** As {@link MappingSource#extent}; holes get room in the store, but memory only when touched. */
    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        long stamp = lock.writeLock();
        try {
            long end = Math.min(offset + length, size + PAGE - 1 & -(long) PAGE);
            if (offset >= end) {
                into.set(-1, 0, length);
                return;
            }
            beMapped();
            ShmemRun run = runs.obtain(offset >> SHIFT, end - offset >> SHIFT, false);
            long n = Math.min(end - offset, (run.endPage() << SHIFT) - offset);
            if (run.used) {
                fill(run, offset >> SHIFT, offset + n >> SHIFT);
            }
            into.set(store.hostFd(), run.storeAt(offset >> SHIFT), n);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    @Override
    public SourceWindows windows() {
        return windows;
    }

    @Override
    public boolean dataExtent(long offset, long length, Extent into) {
        long stamp = lock.readLock();
        try {
            long page = offset >> SHIFT;
            int i = runs.indexOf(page);
            if (offset >= size || i >= runs.count() || runs.get(i).filePage > page) {
                return false;
            }
            ShmemRun run = runs.get(i);
            long end = nextHole(run, page, offset + length >> SHIFT);
            into.set(store.hostFd(), run.storeAt(page), end - page << SHIFT);
            return end > page;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** From now on guests may fill pages without our knowing: what has memory must be what has data. */
    private void beMapped() {
        discardUnfilled();
        mappedOnce = true;
    }

    private void discardUnfilled() {
        for (int i = 0; filledAhead && i < runs.count(); i++) {
            ShmemRun run = runs.get(i);
            for (long p = run.filePage; run.large && p < run.endPage(); ) {
                long hole = run.stateEnd(p, Long.MAX_VALUE, true);
                p = run.stateEnd(hole, Long.MAX_VALUE, false);
                if (p > hole) {
                    store.discard(run.storeAt(hole), (int) (p - hole));
                }
            }
        }
        filledAhead = false;
    }

    /** It will hardly grow soon, nobody having it open for writing: gives back what its large pages have for more. */
    public void trim() {
        if (filledAhead) {
            long stamp = lock.writeLock();
            try {
                discardUnfilled();
            } finally {
                lock.unlockWrite(stamp);
            }
        }
    }

    @Override
    public void mapped(Vma vma) {
        acquire();
        synchronized (vmas) {
            vmas.add(vma);
        }
    }

    @Override
    public void unmapped(Vma vma) {
        synchronized (vmas) {
            vmas.remove(vma);
        }
        release();
    }

    @Override
    public boolean writeSealed() {
        return writeSealed;
    }

    /** No shared mapping may be writable from now on. */
    void sealWriting() {
        writeSealed = true;
    }

    /** The VMAs over it at present. */
    public List<Vma> mappings() {
        synchronized (vmas) {
            return vmas.isEmpty() ? List.of() : new ArrayList<>(vmas);
        }
    }

    /** A shared mapping of it may be written, or made writable (F_SEAL_WRITE refuses then). */
    public boolean mappedWritable() {
        for (Vma vma : mappings()) {
            if (vma.isShared() && vma.mayWrite()) {
                return true;
            }
        }
        return false;
    }
}
