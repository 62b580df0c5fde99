package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.fs.disk.MappedCopy;
import umlaut.host.Scratch;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.mm.SourceWindows;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.mm.WindowSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/**
 * A regular file. Its data lies in the image, where reads, writes and guests' mappings find it through the map of blocks.
 *
 * <p>{@link #mapLock} is held shared while data is moved, so that blocks are not taken away beneath, exclusively to change the map or the size. {@link #ioLock} makes operations that
 * change the size exclude each other; it comes before the transaction, mapLock after. An address space's lock may be held when {@link #extent} is called, so whoever takes blocks away
 * unmaps them with neither transaction nor mapLock held, and with the journal's commit lock, so that they do not serve again before.
 */
final class Ext4Regular extends Ext4Inode implements MappingSource, WindowSource, MappedCopy.Stored {
    private static final int PAGE = PageStore.PAGE;
    /** Blocks reserved for a file that grows, as many as it has within these limits. */
    private static final int LEAST_AHEAD = 8, MOST_AHEAD = 2048;

    final ReentrantLock ioLock = new ReentrantLock();
    final ReentrantReadWriteLock mapLock = new ReentrantReadWriteLock();

    @GuardedBy("vmas") private final Set<Vma> vmas = Collections.newSetFromMap(new IdentityHashMap<>(2));

    private final SourceWindows windows = new SourceWindows();

    @GuardedBy("ioLock") private final Allocator.Reservation reservation = new Allocator.Reservation();

    /** What mappings have where the blocks themselves cannot be mapped. Set under {@link #mapLock}. */
    private volatile @Nullable MappedCopy copy;

    final int shift;
    final int blockMask;

    Ext4Regular(Ext4Fs fs, long ino, byte[] raw) {
        super(fs, ino, raw);
        shift = fs.sb.blockShift;
        blockMask = fs.sb.blockSize - 1;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new Ext4File(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    @Override
    public PageStore pages() {
        return fs.kernel.pages;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return fs.readOnly();
    }

    boolean isInline() {
        return has(INLINE_DATA_FL);
    }

    // --- reading ---

    /** Fills native memory from the file; {@link #mapLock} is held. What the file has not, behind its end, is not asked for. */
    @Override
    @GuardedBy("mapLock") public void load(MemorySegment to, long start, long length, long offset) {
        if (isInline()) {
            // What it has no room for is a hole.
            byte[] all = inlineBytes();
            int n = (int) Math.max(0, Math.min(length, all.length - offset));
            if (n > 0) {
                MemorySegment.copy(all, (int) offset, to, java.lang.foreign.ValueLayout.JAVA_BYTE, start, n);
            }
            to.asSlice(start + n, length - n).fill((byte) 0);
            return;
        }
        BlockMap.Piece piece = new BlockMap.Piece();
        BlockMap map = map();
        for (long done = 0; done < length; ) {
            long at = offset + done;
            map.find(at >> shift, piece);
            long inBlock = at & blockMask;
            long n = Math.min(length - done, (piece.count << shift) - inBlock);
            if (piece.isData()) {
                fs.disk.read(to, start + done, n, (piece.physical << shift) + inBlock);
            } else {
                to.asSlice(start + done, n).fill((byte) 0);
            }
            done += n;
        }
    }

    /** What there is of a small file that lies in its inode: the first 60 bytes where the map would be, the rest as an attribute. */
    private byte[] inlineBytes() {
        byte[] rest = xattrs().inlineData();
        byte[] all = new byte[(int) Math.min(size, BLOCK_SIZE + rest.length)];
        int first = Math.min(all.length, BLOCK_SIZE);
        System.arraycopy(raw, BLOCK, all, 0, first);
        System.arraycopy(rest, 0, all, first, all.length - first);
        return all;
    }

    /** @return bytes read: fewer than {@code length} at the file's end only */
    long read(MemorySegment to, long start, long length, long offset) {
        mapLock.readLock().lock();
        try {
            long n = Math.min(length, size - offset);
            MappedCopy mapped = copy;
            if (n > 0 && mapped != null && mapped.written()) {
                mapped.read(to, start, n, offset);
            } else if (n > 0) {
                load(to, start, n, offset);
            }
            return Math.max(0, n);
        } finally {
            mapLock.readLock().unlock();
        }
    }

    /** As {@link #read}, from the disk whatever mappings have. */
    @Override
    public void readStored(MemorySegment to, long length, long offset) {
        mapLock.readLock().lock();
        try {
            load(to, 0, Math.min(length, Math.max(0, size - offset)), offset);
        } finally {
            mapLock.readLock().unlock();
        }
    }

    /** What guests have written through mappings of a copy goes to the disk. */
    void writeBack() {
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.writeBack(this);
        }
    }

    /** Nobody has the file open, or mapped, any more. */
    void dropCopy() {
        MappedCopy mapped = copy;
        if (mapped != null && openCount() <= 1 && !isMapped()) {
            writeBack();
            mapLock.writeLock().lock();
            try {
                copy = null;
            } finally {
                mapLock.writeLock().unlock();
            }
            mapped.release();
        }
    }

    // --- writing ---

    /**
     * Writes from native memory. @param from has a block of room before {@code start} and behind the data, which is zeroed where the file has no data yet
     */
    @Override
    public void write(MemorySegment from, long start, long length, long offset) {
        if (overwrite(from, start, length, offset)) {
            return;
        }
        boolean[] moved = new boolean[1];
        ioLock.lock();
        try {
            fs.changing(() -> moved[0] |= fill(from, start, length, offset));
        } finally {
            ioLock.unlock();
        }
        if (moved[0]) {
            remap(offset);
        }
    }

    /** A write that changes neither map nor size. @return false if it would */
    private boolean overwrite(MemorySegment from, long start, long length, long offset) {
        boolean moved = false;
        mapLock.readLock().lock();
        try {
            if (offset + length > size || isInline()) {
                return false;
            }
            BlockMap.Piece piece = new BlockMap.Piece();
            BlockMap map = map();
            for (int pass = 0; pass < 2; pass++) {
                for (long done = 0; done < length; ) {
                    long at = offset + done;
                    map.find(at >> shift, piece);
                    long n = Math.min(length - done, (piece.count << shift) - (at & blockMask));
                    long place = (piece.physical << shift) + (at & blockMask);
                    if (pass == 0 && !piece.isData()) {
                        return false;
                    }
                    moved |= pass == 0 && !fs.disk.inPlace(place, n);
                    if (pass == 1) {
                        fs.disk.write(from, start + done, n, place);
                    }
                    done += n;
                }
            }
            alsoToCopy(from, start, length, offset);
        } finally {
            mapLock.readLock().unlock();
        }
        if (moved) {
            remap(offset);
        }
        return true;
    }

    /**
     * A file that lies in its inode gets blocks, since it is about to be changed. Within a transaction.
     *
     * @throws ErrnoException ENOSPC, with nothing changed
     */
    @GuardedBy("mapLock")
    void leaveInlineData() {
        if (!isInline()) {
            return;
        }
        byte[] all = inlineBytes();
        int count = all.length + blockMask >> shift;
        MemorySegment room = MemorySegment.ofArray(all);
        Allocator.Run run = count == 0 ? null : fs.blocks.take(goal(), count, null, 0);
        if (run != null && run.count() < count) {
            fs.blocks.release(run.block(), run.count());
            throw Errno.ENOSPC.exception();
        }
        leaveInode();
        if (run != null) {
            map().insert(0, run.block(), count, false);
            addBlocks(count);
            zero(run.block() << shift, (long) count << shift);
            Scratch.room().copyFrom(room);
            fs.disk.write(Scratch.room(), 0, all.length, run.block() << shift);
        }
    }

    /** Within a transaction. @return whether data now lies where no mapping has it */
    @GuardedBy("ioLock") private boolean fill(MemorySegment from, long start, long length, long offset) {
        boolean moved = false;
        mapLock.writeLock().lock();
        try {
            leaveInlineData();
            if (offset > size) {
                zeroTail(size);
            }
            BlockMap.Piece piece = new BlockMap.Piece();
            for (long done = 0; done < length; ) {
                long at = offset + done;
                long block = at >> shift;
                long last = offset + length - 1 >> shift;
                map().find(block, piece);
                boolean fresh = !piece.isData();
                if (piece.physical == 0) {
                    allocate(block, (int) Math.min(Math.min(piece.count, last - block + 1), 1 << 15), false, piece);
                }
                piece.count = Math.min(piece.count, last - block + 1);
                long n = Math.min(length - done, (piece.count << shift) - (at & blockMask));
                put(from, start + done, n, at, piece, fresh);
                if (fresh && piece.unwritten) {
                    map().setWritten(block, piece.count);
                }
                moved |= fresh;
                done += n;
                // What was written counts, even if there is no room for the rest.
                if (at + n > size) {
                    size = at + n;
                    markDirty();
                }
            }
            alsoToCopy(from, start, length, offset);
        } finally {
            mapLock.writeLock().unlock();
        }
        return moved || !fs.mapsStay();
    }

    private void alsoToCopy(MemorySegment from, long start, long length, long offset) {
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.write(from, start, length, offset);
        }
    }

    /** Data to its place; blocks without data before are written whole. */
    private void put(MemorySegment from, long start, long n, long at, BlockMap.Piece piece, boolean fresh) {
        long head = at & blockMask;
        long place = piece.physical << shift;
        if (!fresh) {
            fs.disk.write(from, start, n, place + head);
            return;
        }
        long tail = (piece.count << shift) - head - n;
        if (head == 0 && tail == 0) {
            fs.disk.write(from, start, n, place);
            return;
        }
        if (head > 0) {
            zero(place, head);
        }
        fs.disk.write(from, start, n, place + head);
        if (tail > 0) {
            zero(place + head + n, tail);
        }
    }

    void zero(long place, long length) {
        MemorySegment zeros = fs.zeros();
        for (long done = 0; done < length; done += zeros.byteSize()) {
            fs.disk.write(zeros, 0, Math.min(length - done, zeros.byteSize()), place + done);
        }
    }

    /** Gives a hole blocks. @param piece filled with what there is now, maybe less */
    void allocate(long block, int count, boolean unwritten, BlockMap.Piece piece) {
        boolean growing = block << shift >= size - blockMask && !unwritten;
        long goal = goalFor(block);
        int ahead = growing ? (int) Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, (size >> shift) / 2)) : 0;
        Allocator.Run run = fs.blocks.take(goal, count, growing ? reservation : null, Math.max(count, ahead));
        try {
            map().insert(block, run.block(), run.count(), unwritten);
        } catch (RuntimeException e) {
            fs.blocks.release(run.block(), run.count());
            dropMap();
            throw e;
        }
        addBlocks(run.count());
        piece.set(run.block(), run.count(), unwritten);
    }

    private long goalFor(long block) {
        if (block > 0) {
            BlockMap.Piece before = new BlockMap.Piece();
            map().find(block - 1, before);
            if (before.physical != 0) {
                return before.physical + 1;
            }
        }
        return goal();
    }

    /** What a mapping may have written behind the file's end must not become part of it. */
    @GuardedBy("mapLock")
    void zeroTail(long end) {
        long inBlock = end & blockMask;
        if (inBlock == 0 || isInline()) {
            return;
        }
        BlockMap.Piece piece = new BlockMap.Piece();
        map().find(end >> shift, piece);
        if (piece.isData()) {
            zero((piece.physical << shift) + inBlock, fs.sb.blockSize - inBlock);
        }
    }

    // --- size ---

    @Override
    public void truncate(long length) {
        if (length > map().limit() << shift || length < 0) {
            throw Errno.EFBIG.exception();
        }
        ioLock.lock();
        try {
            if (length >= size) {
                fs.begin();
                mapLock.writeLock().lock();
                try {
                    leaveInlineData();
                    zeroTail(size);
                    size = length;
                    resizeCopy(length);
                    markDirty();
                } finally {
                    mapLock.writeLock().unlock();
                    fs.end();
                }
                return;
            }
            fs.blocks.drop(reservation);
            long keep = length + blockMask >> shift;
            if (!cutPart(keep, length)) {
                while (!cutPart(keep, -1)) {
                    Thread.onSpinWait(); // the next transaction's turn
                }
            }
        } finally {
            ioLock.unlock();
        }
    }

    /**
     * Removes blocks from {@code keep} on, as many as go into a transaction. @param length the new size, or -1
     *
     * @return whether all have gone
     */
    private boolean cutPart(long keep, long length) {
        fs.journal().commitLock.lock();
        boolean done;
        try {
            fs.begin();
            mapLock.writeLock().lock();
            try {
                if (length >= 0) {
                    leaveInlineData();
                    size = length;
                    zeroTail(length);
                }
                done = map().remove(keep, map().limit());
                if (done) {
                    fs.orphans.remove(this);
                } else {
                    fs.orphans.add(this);
                }
                markDirty();
            } finally {
                mapLock.writeLock().unlock();
                fs.end();
            }
            if (length >= 0) {
                unmap(length + PAGE - 1 & -(long) PAGE);
                resizeCopy(length);
            }
        } finally {
            fs.journal().commitLock.unlock();
        }
        return done;
    }

    /** What mappings have of these bytes is zero now. */
    void zeroCopy(long offset, long length) {
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.zero(offset, length);
        }
    }

    /** The file on the disk is another from {@code offset} on; {@link #mapLock} is held. */
    void refillCopy(long offset) {
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.refill(this, offset);
        }
    }

    void dropReservationLocked() {
        fs.blocks.drop(reservation);
    }

    void resizeCopy(long length) {
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.truncate(length);
        }
    }

    /** After a crash in the middle of a truncation. */
    void cutToSize() {
        ioLock.lock();
        try {
            while (!cutPart(size + blockMask >> shift, -1)) {
                Thread.onSpinWait();
            }
        } finally {
            ioLock.unlock();
        }
    }

    @Override
    boolean releaseBlocks() {
        if (isInline()) {
            return true;
        }
        mapLock.writeLock().lock();
        try {
            return map().remove(0, map().limit());
        } finally {
            mapLock.writeLock().unlock();
        }
    }

    @Override
    public void evict() {
        dropReservation();
        MappedCopy mapped = copy;
        if (mapped != null) {
            mapped.release();
        }
        super.evict();
    }

    /** The last writer has closed it. */
    void dropReservation() {
        ioLock.lock();
        try {
            fs.blocks.drop(reservation);
        } finally {
            ioLock.unlock();
        }
    }

    // --- places ---

    @Override
    Lock mapGuard() {
        return mapLock.readLock();
    }

    /** lseek(2) SEEK_DATA and SEEK_HOLE. @return the place, or -ENXIO */
    long seek(long offset, boolean data) {
        mapLock.readLock().lock();
        try {
            if (offset < 0 || offset >= size) {
                return Errno.ENXIO.negative();
            }
            BlockMap.Piece piece = new BlockMap.Piece();
            for (long at = offset; at < size; at = (at >> shift) + piece.count << shift) {
                if (isInline()) {
                    return data ? offset : size;
                }
                map().find(at >> shift, piece);
                if (piece.isData() == data) {
                    return Math.min(at, size);
                }
            }
            return data ? Errno.ENXIO.negative() : size;
        } finally {
            mapLock.readLock().unlock();
        }
    }

    // --- mappings ---

    @Override
    public void mapped(Vma vma) {
        synchronized (vmas) {
            vmas.add(vma);
        }
    }

    @Override
    public void unmapped(Vma vma) {
        synchronized (vmas) {
            vmas.remove(vma);
        }
    }

    @Override
    boolean isUnseen() {
        return !isMapped() && windows.isEmpty();
    }

    List<Vma> mappings() {
        synchronized (vmas) {
            return new ArrayList<>(vmas);
        }
    }

    private boolean isMapped() {
        synchronized (vmas) {
            return !vmas.isEmpty();
        }
    }

    /** What lies from a page on is this file's no more: nobody is to see it through a mapping. */
    void unmap(long offset) {
        windows.invalidate(this, offset);
        for (Vma vma : mappings()) {
            vma.mm().invalidate(vma, offset);
        }
    }

    /** Data has come to lie elsewhere: shared mappings find it anew when they are next touched. Private ones keep what they saw. */
    void remap(long offset) {
        windows.invalidate(this, offset & -(long) PAGE);
        for (Vma vma : mappings()) {
            if (vma.has(Vma.SHARED)) {
                vma.mm().invalidate(vma, offset & -(long) PAGE);
            }
        }
    }

    /** Where pages lie in the image. What is to be written through a mapping must have blocks: holes get them now, zeroed. */
    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        try {
            boolean writes = writable && !fs.readOnly();
            if (writes) {
                fs.enter();
            }
            try {
                extentLocked(offset, length, writes, into);
            } finally {
                if (writes) {
                    fs.end();
                }
            }
        } catch (ErrnoException e) {
            into.set(-1, 0, length); // SIGBUS, as an error of the disk is
        }
    }

    private void extentLocked(long offset, long length, boolean writes, Extent into) {
        boolean copies = isInline() || copy != null || !fs.blocksArePages();
        boolean exclusive = writes || copies;
        (exclusive ? mapLock.writeLock() : mapLock.readLock()).lock();
        try {
            long end = size + PAGE - 1 & -(long) PAGE;
            if (offset >= end) {
                into.set(-1, 0, length);
                return;
            }
            if (copies) {
                MappedCopy mapped = copy;
                if (mapped == null) {
                    mapped = MappedCopy.of(this);
                    copy = mapped;
                }
                mapped.extent(offset, length, writes, into);
                return;
            }
            long n = Math.min(length, end - offset);
            BlockMap.Piece piece = new BlockMap.Piece();
            long block = offset >> shift;
            map().find(block, piece);
            if (writes && !piece.isData()) {
                makeWritable(block, n + blockMask >> shift, piece);
            }
            if (piece.isData()) {
                fs.disk.locate(piece.physical << shift, Math.min(n, piece.count << shift), writes, into);
            } else {
                fs.zeroPages(Math.min(n, piece.count << shift), into);
            }
        } finally {
            (exclusive ? mapLock.writeLock() : mapLock.readLock()).unlock();
        }
    }

    @Override
    public WindowSource windowSource() {
        return this;
    }

    @Override
    public SourceWindows windows() {
        return windows;
    }

    @Override
    public boolean dataExtent(long offset, long length, Extent into) {
        mapLock.readLock().lock();
        try {
            if (offset >= size || isInline() || copy != null || !fs.blocksArePages()) {
                return false;
            }
            BlockMap.Piece piece = new BlockMap.Piece();
            map().find(offset >> shift, piece);
            if (!piece.isData()) {
                return false;
            }
            fs.disk.locate(piece.physical << shift, Math.min(length, piece.count << shift), false, into);
            return into.hostFd >= 0;
        } catch (ErrnoException e) {
            return false; // whoever reads it hears of it
        } finally {
            mapLock.readLock().unlock();
        }
    }

    private void makeWritable(long block, long most, BlockMap.Piece piece) {
        if (piece.physical == 0) {
            allocate(block, (int) Math.min(Math.min(piece.count, most), 1 << 14), false, piece);
        } else {
            piece.count = Math.min(piece.count, most);
            map().setWritten(block, piece.count);
            piece.unwritten = false;
        }
        fs.disk.discard(piece.physical << shift, piece.count << shift);
        markDirty();
    }
}
