package umlaut.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;

/**
 * A qcow2 image (QEMU's docs/interop/qcow2.txt): clusters found by two levels of tables, counted, compressed perhaps; what it has not is its backing file's. New clusters go to the file's end: first
 * they are counted, then written, then entered, so that a crash leaves clusters nobody uses at worst.
 *
 * <p>Guests cannot map its clusters: they may come to lie elsewhere.
 */
final class QcowImage implements BlockBackend {
    private static final long OFFSET = 0x00ff_ffff_ffff_fe00L;
    private static final long COPIED = 1L << 63, COMPRESSED = 1L << 62, ZERO = 1;
    private static final int MOST_TABLES = 64;

    private final ImageFile file;
    private final QcowHeader header;
    private final @Nullable BlockBackend backing;
    private final int cluster;
    private final int tableBits;
    private final long[] l1;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final QcowRefcounts refcounts;
    private final MemorySegment scratch;

    /** Second-level tables by place, those used longest ago first. Guarded by its monitor. */
    private final Map<Long, long[]> tables = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
            return size() > MOST_TABLES;
        }
    };

    private QcowImage(ImageFile file, QcowHeader header, @Nullable BlockBackend backing) {
        this.file = file;
        this.header = header;
        this.backing = backing;
        cluster = 1 << header.clusterBits();
        tableBits = header.clusterBits() - 3;
        scratch = Arena.ofAuto().allocate(cluster, 512);
        l1 = longs(header.l1At(), header.l1Size());
        refcounts = new QcowRefcounts(file, header);
    }

    /** @throws ImageException when it, or its backing file, cannot be used */
    static QcowImage open(ImageFile file) {
        BlockBackend below = null;
        try {
            QcowHeader header = QcowHeader.read(file);
            String name = header.backing();
            if (name != null) {
                String path = QcowHeader.beside(file.path, name);
                below = header.backingIsRaw()
                        ? new RawImage(ImageFile.open(path, true))
                        : Images.open(path, true, null);
            }
            return new QcowImage(file, header, below);
        } catch (RuntimeException e) {
            file.close();
            if (below != null) {
                below.close();
            }
            throw e;
        }
    }

    private long[] longs(long at, int count) {
        MemorySegment room = Arena.ofAuto().allocate(Math.max(8, count * 8L), 8);
        file.read(room, 0, count * 8L, at);
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = room.get(QcowHeader.LONG, i * 8L);
        }
        return values;
    }

    private void putLong(long at, long value) {
        scratchLong.set(QcowHeader.LONG, 0, value);
        file.write(scratchLong, 0, 8, at);
    }

    @GuardedBy("lock") private final MemorySegment scratchLong = Arena.ofAuto().allocate(8, 8);

    @Override
    public long size() {
        return header.size() & -(long) BlockDevice.SECTOR;
    }

    @Override
    public boolean readOnly() {
        return file.readOnly;
    }

    private long[] table(long at) {
        synchronized (tables) {
            return tables.computeIfAbsent(at, a -> longs(a, 1 << tableBits));
        }
    }

    /** The entry of the cluster that holds a position; 0: it is not here. */
    private long entry(long position) {
        long number = position >> header.clusterBits();
        long top = l1[(int) (number >> tableBits)] & OFFSET;
        return top == 0 ? 0 : table(top)[(int) (number & (1 << tableBits) - 1)];
    }

    // --- reading ---

    @Override
    public void read(MemorySegment to, long start, long length, long position) {
        lock.readLock().lock();
        try {
            for (long done = 0; done < length; ) {
                long at = position + done;
                long n = Math.min(length - done, cluster - (at & cluster - 1));
                readPart(to, start + done, n, at);
                done += n;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private void readPart(MemorySegment to, long start, long n, long at) {
        long entry = entry(at);
        if ((entry & COMPRESSED) != 0) {
            byte[] plain = inflate(entry);
            MemorySegment.copy(plain, (int) (at & cluster - 1), to, ValueLayout.JAVA_BYTE, start, (int) n);
        } else if (isZero(entry)) {
            to.asSlice(start, n).fill((byte) 0);
        } else if ((entry & OFFSET) != 0) {
            file.read(to, start, n, (entry & OFFSET) + (at & cluster - 1));
        } else {
            readBelow(to, start, n, at);
        }
    }

    private boolean isZero(long entry) {
        return header.version() == 3 && (entry & (COMPRESSED | ZERO)) == ZERO;
    }

    private void readBelow(MemorySegment to, long start, long n, long at) {
        long there = backing == null ? 0 : Math.max(0, Math.min(n, backing.size() - at));
        if (backing != null && there > 0) {
            backing.read(to, start, there, at);
        }
        to.asSlice(start + there, n - there).fill((byte) 0);
    }

    private long compressedAt(long entry) {
        return entry & (1L << 62 - (header.clusterBits() - 8)) - 1;
    }

    private long compressedSize(long entry) {
        int shift = 62 - (header.clusterBits() - 8);
        long more = entry >> shift & (1L << header.clusterBits() - 8) - 1;
        return (more + 1) * 512 - (compressedAt(entry) & 511);
    }

    private byte[] inflate(long entry) {
        int size = (int) compressedSize(entry);
        MemorySegment room = Arena.ofAuto().allocate(size, 8);
        file.read(room, 0, size, compressedAt(entry));
        byte[] plain = new byte[cluster];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(room.toArray(ValueLayout.JAVA_BYTE));
            int n = 0;
            while (n < cluster && !inflater.finished()) {
                int more = inflater.inflate(plain, n, cluster - n);
                if (more == 0) {
                    break;
                }
                n += more;
            }
            if (n < cluster) {
                throw Errno.EIO.exception();
            }
            return plain;
        } catch (DataFormatException e) {
            throw Errno.EIO.exception();
        } finally {
            inflater.end();
        }
    }

    // --- writing ---

    @Override
    public void write(MemorySegment from, long start, long length, long position) {
        for (long done = 0; done < length; ) {
            long at = position + done;
            long n = Math.min(length - done, cluster - (at & cluster - 1));
            writePart(from, start + done, n, at);
            done += n;
        }
    }

    private void writePart(MemorySegment from, long start, long n, long at) {
        if (overwrite(from, start, n, at)) {
            return;
        }
        lock.writeLock().lock();
        try {
            long entry = entry(at);
            if (isPlain(entry)) {
                file.write(from, start, n, (entry & OFFSET) + (at & cluster - 1));
                return;
            }
            long inCluster = at & cluster - 1;
            long place = isZero(entry) && (entry & OFFSET) != 0 ? entry & OFFSET : refcounts.allocate();
            if (n < cluster) {
                readPart(scratch, 0, cluster, at - inCluster);
            }
            MemorySegment.copy(from, start, scratch, inCluster, n);
            file.write(scratch, 0, cluster, place);
            enter(at, place | COPIED);
            if ((entry & COMPRESSED) != 0) {
                refcounts.release(compressedAt(entry), compressedSize(entry));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private boolean isPlain(long entry) {
        return (entry & COPIED) != 0 && (entry & COMPRESSED) == 0 && !isZero(entry) && (entry & OFFSET) != 0;
    }

    private boolean overwrite(MemorySegment from, long start, long n, long at) {
        lock.readLock().lock();
        try {
            long entry = entry(at);
            if (!isPlain(entry)) {
                return false;
            }
            file.write(from, start, n, (entry & OFFSET) + (at & cluster - 1));
            return true;
        } finally {
            lock.readLock().unlock();
        }
    }

    @GuardedBy("lock") private void enter(long position, long entry) {
        long number = position >> header.clusterBits();
        int top = (int) (number >> tableBits);
        int index = (int) (number & (1 << tableBits) - 1);
        if ((l1[top] & OFFSET) == 0) {
            long place = refcounts.allocate();
            file.zero(place, cluster);
            l1[top] = place | COPIED;
            putLong(header.l1At() + top * 8L, l1[top]);
        }
        long at = l1[top] & OFFSET;
        table(at)[index] = entry;
        putLong(at + index * 8L, entry);
    }

    @Override
    public void discard(long position, long length) {
        MemorySegment zeros = Arena.ofAuto().allocate(cluster, 512);
        for (long done = 0; done < length; ) {
            long at = position + done;
            long n = Math.min(length - done, cluster - (at & cluster - 1));
            if (!isZeroAlready(at)) {
                if (n < cluster || !punch(at)) {
                    write(zeros, 0, n, at);
                }
            }
            done += n;
        }
    }

    private boolean isZeroAlready(long at) {
        lock.readLock().lock();
        try {
            long entry = entry(at);
            return isZero(entry) || entry == 0 && backing == null;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** A whole cluster: its room on the host goes, or it is marked as zero. */
    private boolean punch(long at) {
        lock.writeLock().lock();
        try {
            long entry = entry(at);
            if (isPlain(entry)) {
                file.zero(entry & OFFSET, cluster);
                return true;
            }
            if (header.version() == 3 && entry == 0) {
                enter(at, ZERO);
                return true;
            }
            return false;
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void flush() {
        file.flush();
    }

    @Override
    public void close() {
        file.close();
        if (backing != null) {
            backing.close();
        }
    }
}
