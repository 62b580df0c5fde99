package umlaut.fs.tmpfs;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import umlaut.kernel.mm.PageStore;

/** The machine's page store with one file system's size limit before it. */
final class LimitedStore implements PageStore {
    private final PageStore store;
    private final AtomicLong used = new AtomicLong();
    /** Pages; 0 = no limit. */
    private volatile long limit;

    LimitedStore(PageStore store, long limit) {
        this.store = store;
        this.limit = limit;
    }

    void setLimit(long pages) {
        limit = pages;
    }

    long usedPages() {
        return used.get();
    }

    @Override
    public boolean charge(long pages) {
        long most = limit;
        if (used.addAndGet(pages) > most && most != 0 || !store.charge(pages)) {
            used.addAndGet(-pages);
            return false;
        }
        return true;
    }

    @Override
    public void uncharge(long pages) {
        used.addAndGet(-pages);
        store.uncharge(pages);
    }

    @Override
    public long allocate(int pages) {
        return store.allocate(pages);
    }

    @Override
    public boolean extend(long end, int pages) {
        return store.extend(end, pages);
    }

    @Override
    public void free(long offset, int pages) {
        store.free(offset, pages);
    }

    @Override
    public void discard(long offset, int pages) {
        store.discard(offset, pages);
    }

    @Override
    public long allocateUsed(int pages) {
        return store.allocateUsed(pages);
    }

    @Override
    public int largePage() {
        return store.largePage();
    }

    @Override
    public long allocateLarge(int pages) {
        return store.allocateLarge(pages);
    }

    @Override
    public boolean fillLarge(long offset) {
        return store.fillLarge(offset);
    }

    @Override
    public void recycle(long offset, int pages) {
        store.recycle(offset, pages);
    }

    @Override
    public void write(long offset, MemorySegment from, long start, long length) {
        store.write(offset, from, start, length);
    }

    @Override
    public MemorySegment takeBuffer() {
        return store.takeBuffer();
    }

    @Override
    public void giveBuffer(MemorySegment buffer) {
        store.giveBuffer(buffer);
    }

    @Override
    public MemorySegment memory() {
        return store.memory();
    }

    @Override
    public MemorySegment zeros() {
        return store.zeros();
    }

    @Override
    public int hostFd() {
        return store.hostFd();
    }

    @Override
    public long allocatedBytes() {
        return used.get() * PAGE;
    }

    @Override
    public long nextData(long offset, long end) {
        return store.nextData(offset, end);
    }

    @Override
    public long nextHole(long offset, long end) {
        return store.nextHole(offset, end);
    }

    /** The machine's store outlives us. */
    @Override
    public void close() {}
}
