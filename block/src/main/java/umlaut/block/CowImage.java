package umlaut.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import umlaut.host.HostException;
import umlaut.host.Memory;
import umlaut.kernel.mm.MappingSource.Extent;

/**
 * A copy-on-write file of User-mode Linux over a backing file that is never written (Linux: arch/um/drivers/ubd_kern.c). Sectors written go here, all others are the backing
 * file's. The bitmap that tells them apart is mapped: a sector's data is written before its bit.
 *
 * <p>Sectors are brought here a page at a time where that is possible, so that guests can map them. {@link #lock} is held shared to use the bitmap, exclusively to change it.
 */
final class CowImage implements BlockBackend {
    private static final int SECTOR = BlockDevice.SECTOR;
    private static final int PAGE = Memory.PAGE_SIZE;

    private final ImageFile file;
    private final BlockBackend backing;
    private final CowHeader header;
    private final MemorySegment mapped;
    private final MemorySegment bitmap;
    /** On its way from below to here; used with the lock held exclusively. */
    private final MemorySegment sector = Arena.ofAuto().allocate(SECTOR, SECTOR);

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private CowImage(ImageFile file, BlockBackend backing, CowHeader header) {
        this.file = file;
        this.backing = backing;
        this.header = header;
        long start = header.bitmapAt() & -PAGE;
        long length = header.bitmapAt() + header.bitmapLength() - start;
        mapped = map(file, start, length);
        bitmap = mapped.asSlice(header.bitmapAt() - start, header.bitmapLength());
    }

    private static MemorySegment map(ImageFile file, long start, long length) {
        int prot = file.readOnly ? Memory.PROT_READ : Memory.PROT_READ | Memory.PROT_WRITE;
        try {
            return Memory.map(file.fd, start, length, prot);
        } catch (HostException e) {
            throw new ImageException("copy-on-write file '" + file.path + "': " + e.getMessage());
        }
    }

    /**
     * Opens an existing file with the backing file it names, or {@code backingPath} instead.
     *
     * @throws ImageException also when the backing file has changed since: its sectors would be nonsense
     */
    static CowImage open(ImageFile file, @Nullable String backingPath) {
        ImageFile below = null;
        try {
            CowHeader header = checkedHeader(file);
            below = ImageFile.open(backingPath != null ? backingPath : header.backing(), true);
            requireSame(file, below, header);
            return new CowImage(file, new RawImage(below), header);
        } catch (RuntimeException e) {
            file.close();
            if (below != null) {
                below.close();
            }
            throw e;
        }
    }

    private static CowHeader checkedHeader(ImageFile file) {
        CowHeader header = CowHeader.read(file);
        if (file.size() < header.bitmapAt() + header.bitmapLength()) {
            throw new ImageException("copy-on-write file '" + file.path + "' is cut short");
        }
        return header;
    }

    private static void requireSame(ImageFile file, ImageFile below, CowHeader header) {
        if (below.size() != header.size()) {
            throw new ImageException("backing file '" + below.path + "' has " + below.size()
                    + " bytes, copy-on-write file '" + file.path + "' was made for " + header.size());
        }
        if ((int) below.mtime() != header.mtime()) {
            throw new ImageException("backing file '" + below.path + "' was changed after copy-on-write file '"
                    + file.path + "' was made: make a new one, or restore its time with touch(1)");
        }
    }

    static CowImage create(String path, String backingPath) {
        ImageFile below = ImageFile.open(backingPath, true);
        ImageFile file = ImageFile.create(path);
        String absolute = Path.of(backingPath).toAbsolutePath().normalize().toString();
        return new CowImage(file, new RawImage(below), CowHeader.create(file, absolute, below.mtime(), below.size()));
    }

    @Override
    public long size() {
        return header.size() & -(long) SECTOR;
    }

    @Override
    public boolean readOnly() {
        return file.readOnly;
    }

    private boolean isHere(long sector) {
        return (bitmap.get(ValueLayout.JAVA_BYTE, sector >> 3) >> (sector & 7) & 1) != 0;
    }

    /** The first sector behind {@code from} that is not where {@code from} is; at most {@code end}. */
    private long sameUntil(long from, long end) {
        boolean here = isHere(from);
        long same = here ? -1 : 0;
        long s = from + 1;
        while (s < end) {
            if ((s & 63) == 0 && end - s >= 64 && bitmap.get(ValueLayout.JAVA_LONG_UNALIGNED, s >> 3) == same) {
                s += 64;
            } else if (isHere(s) == here) {
                s++;
            } else {
                break;
            }
        }
        return s;
    }

    @Override
    public void read(MemorySegment to, long start, long length, long position) {
        lock.readLock().lock();
        try {
            long end = position + length;
            for (long at = position; at < end; ) {
                long until = Math.min(end, sameUntil(at / SECTOR, (end + SECTOR - 1) / SECTOR) * SECTOR);
                if (isHere(at / SECTOR)) {
                    file.read(to, start + at - position, until - at, header.dataAt() + at);
                } else {
                    backing.read(to, start + at - position, until - at, at);
                }
                at = until;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void write(MemorySegment from, long start, long length, long position) {
        if (inPlace(position, length)) {
            file.write(from, start, length, header.dataAt() + position);
            return;
        }
        lock.writeLock().lock();
        try {
            bringEdgesHere(position, length);
            file.write(from, start, length, header.dataAt() + position);
            mark(position / SECTOR, (position + length + SECTOR - 1) / SECTOR);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The lock is held exclusively. */
    private void mark(long from, long to) {
        for (long s = from; s < to; s++) {
            if ((s & 7) == 0 && to - s >= 8) {
                bitmap.set(ValueLayout.JAVA_BYTE, s >> 3, (byte) -1);
                s += 7;
                continue;
            }
            byte old = bitmap.get(ValueLayout.JAVA_BYTE, s >> 3);
            bitmap.set(ValueLayout.JAVA_BYTE, s >> 3, (byte) (old | 1 << (s & 7)));
        }
    }

    private boolean isMarked(long from, long to) {
        lock.readLock().lock();
        try {
            return isHere(from) && sameUntil(from, to) == to;
        } finally {
            lock.readLock().unlock();
        }
    }

    private void bringHere(long position, long length) {
        lock.writeLock().lock();
        try {
            copyUp(position & -(long) PAGE, Math.min(size(), position + length + PAGE - 1 & -(long) PAGE));
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Of the pages that a write touches, what it does not cover itself. */
    private void bringEdgesHere(long position, long length) {
        long end = position + length;
        copyUp(position & -(long) PAGE, position + SECTOR - 1 & -(long) SECTOR);
        copyUp(end & -(long) SECTOR, Math.min(size(), end + PAGE - 1 & -(long) PAGE));
        if ((position & SECTOR - 1) != 0) {
            copyUp(position & -(long) SECTOR, (position & -(long) SECTOR) + SECTOR);
        }
    }

    private void copyUp(long from, long to) {
        MemorySegment buffer = sector;
        for (long at = from; at < to; at += SECTOR) {
            if (!isHere(at / SECTOR)) {
                backing.read(buffer, 0, SECTOR, at);
                file.write(buffer, 0, SECTOR, header.dataAt() + at);
                mark(at / SECTOR, at / SECTOR + 1);
            }
        }
    }

    @Override
    public void flush() {
        file.flush();
    }

    @Override
    public void discard(long position, long length) {
        lock.writeLock().lock();
        try {
            file.zero(header.dataAt() + position, length);
            mark(position / SECTOR, (position + length) / SECTOR);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void locate(long position, long length, boolean writable, Extent into) {
        boolean aligned = (header.dataAt() & PAGE - 1) == 0;
        if (writable && aligned && !inPlace(position, length)) {
            bringHere(position, length);
        }
        lock.readLock().lock();
        try {
            long end = position + length;
            long until = Math.min(end, sameUntil(position / SECTOR, (end + SECTOR - 1) / SECTOR) * SECTOR);
            if (isHere(position / SECTOR)) {
                into.set(
                        aligned && until - position >= PAGE ? file.fd : -1,
                        header.dataAt() + position,
                        until - position);
            } else {
                backing.locate(position, until - position, false, into);
            }
            into.length &= -PAGE;
            if (into.length == 0) {
                into.hostFd = -1;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public boolean inPlace(long position, long length) {
        return isMarked(position / SECTOR, (position + length + SECTOR - 1) / SECTOR);
    }

    @Override
    public void close() {
        Memory.munmap(mapped);
        file.close();
        backing.close();
    }
}
