package umlaut.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.mm.MappingSource.Extent;

/**
 * A disk or a partition of one (Linux: struct block_device). Checks bounds and read-only, counts transfers, and knows who has claimed it: a mounted file system, or who
 * opened it with O_EXCL.
 */
public final class BlockDevice {
    /** Unit of positions and counts wherever Linux shows them, bytes. */
    public static final int SECTOR = 512;

    private static final int SECTOR_SHIFT = 9;
    private static final int EXTENDED_MAJOR = 259;
    private static final int MOST_LOOP_PARTITIONS = 256;

    public final String name;
    public final int major;
    public final int minor;
    /** The disk this is a partition of; null for a disk. */
    public final @Nullable BlockDevice whole;
    /** Partition number, from 1; 0 for a disk. */
    public final int partition;

    private volatile BlockBackend backend;
    /** Where it begins on the disk, bytes. */
    public final long start;

    /** Bytes. */
    public volatile long size;

    private final AtomicInteger openers = new AtomicInteger();
    private volatile @Nullable Runnable whenIdle;
    private volatile boolean readOnly;
    private volatile int blockSize = SECTOR;

    final AtomicLong reads = new AtomicLong();
    final AtomicLong readSectors = new AtomicLong();
    final AtomicLong writes = new AtomicLong();
    final AtomicLong writtenSectors = new AtomicLong();
    final AtomicLong readNs = new AtomicLong();
    final AtomicLong writeNs = new AtomicLong();
    final AtomicLong flushes = new AtomicLong();

    @GuardedBy("this") private @Nullable Object claimer;

    BlockDevice(String name, int major, int minor, BlockBackend backend) {
        this(name, major, minor, backend, null, 0, 0, backend.size());
    }

    private BlockDevice(
            String name,
            int major,
            int minor,
            BlockBackend backend,
            @Nullable BlockDevice whole,
            int partition,
            long start,
            long size) {
        this.name = name;
        this.major = major;
        this.minor = minor;
        this.backend = backend;
        this.whole = whole;
        this.partition = partition;
        this.start = start;
        this.size = size;
        this.readOnly = backend.readOnly();
    }

    /** @param start bytes from the disk's beginning */
    BlockDevice partition(int number, long start, long size) {
        String separator = Character.isDigit(name.charAt(name.length() - 1)) ? "p" : "";
        // Loop devices stand close together: their partitions have numbers elsewhere (Linux: BLOCK_EXT_MAJOR).
        boolean close = major == LoopDevices.MAJOR;
        return new BlockDevice(
                name + separator + number,
                close ? EXTENDED_MAJOR : major,
                (close ? minor * MOST_LOOP_PARTITIONS : minor) + number,
                backend,
                this,
                number,
                start,
                size);
    }

    public boolean readOnly() {
        return readOnly || whole != null && whole.readOnly();
    }

    /** BLKROSET. @throws umlaut.abi.ErrnoException EACCES when the image itself cannot be written */
    void setReadOnly(boolean on) {
        if (!on && backend.readOnly()) {
            throw Errno.EACCES.exception();
        }
        readOnly = on;
    }

    /** A loop device gets a file, or loses it. */
    void setBackend(BlockBackend fresh) {
        backend = fresh;
        size = fresh.size();
        readOnly = fresh.readOnly();
    }

    /** The smallest transfer that users should make, bytes: a power of two from 512 to 65,536. */
    int blockSize() {
        return whole == null ? blockSize : whole.blockSize();
    }

    void setBlockSize(int bytes) {
        blockSize = bytes;
    }

    // --- who uses it ---

    /** One more user: an open file, a mounted file system. */
    public void opened() {
        openers.incrementAndGet();
    }

    public void closed() {
        Runnable last = whenIdle;
        if (openers.decrementAndGet() == 0 && last != null) {
            last.run();
        }
    }

    boolean inUse() {
        return openers.get() > 0;
    }

    int openers() {
        return openers.get();
    }

    /** What is done when the last user has gone. */
    void setWhenIdle(Runnable body) {
        whenIdle = body;
    }

    /**
     * Takes it for {@code who} alone (Linux: bd_claim). Who has a partition has a claim on its disk, which others of its partitions may share.
     *
     * @throws umlaut.abi.ErrnoException EBUSY
     */
    public void claim(Object who) {
        if (whole != null) {
            whole.claimPart();
        }
        try {
            take(who);
        } catch (RuntimeException e) {
            if (whole != null) {
                whole.unclaimPart();
            }
            throw e;
        }
    }

    private synchronized void take(Object who) {
        if (claimer != null || claimedParts > 0) {
            throw Errno.EBUSY.exception();
        }
        claimer = who;
    }

    public void unclaim(Object who) {
        synchronized (this) {
            if (claimer != who) {
                return;
            }
            claimer = null;
        }
        if (whole != null) {
            whole.unclaimPart();
        }
    }

    @GuardedBy("this") private int claimedParts;

    private synchronized void claimPart() {
        if (claimer != null) {
            throw Errno.EBUSY.exception();
        }
        claimedParts++;
    }

    private synchronized void unclaimPart() {
        claimedParts--;
    }

    synchronized boolean partsInUse() {
        return claimedParts > 0;
    }

    // --- transfers: positions from the device's own beginning; native memory ---

    private void require(long position, long length) {
        if (position < 0 || length < 0 || position + length > size) {
            throw Errno.EIO.exception();
        }
    }

    private void requireWritable() {
        if (readOnly()) {
            throw Errno.EPERM.exception();
        }
    }

    /** @throws umlaut.abi.ErrnoException EIO, also for what lies behind the end */
    public void read(MemorySegment to, long at, long length, long position) {
        require(position, length);
        long before = System.nanoTime();
        backend.read(to, at, length, start + position);
        readNs.getAndAdd(System.nanoTime() - before);
        reads.getAndIncrement();
        readSectors.getAndAdd(length >> SECTOR_SHIFT);
    }

    /** @throws umlaut.abi.ErrnoException EIO, ENOSPC, EPERM for a read-only device */
    public void write(MemorySegment from, long at, long length, long position) {
        require(position, length);
        requireWritable();
        long before = System.nanoTime();
        backend.write(from, at, length, start + position);
        writeNs.getAndAdd(System.nanoTime() - before);
        writes.getAndIncrement();
        writtenSectors.getAndAdd(length >> SECTOR_SHIFT);
    }

    public void flush() {
        backend.flush();
        flushes.getAndIncrement();
    }

    /** The range reads as zero from now on. */
    public void discard(long position, long length) {
        require(position, length);
        requireWritable();
        backend.discard(start + position, length);
    }

    /** As {@link BlockBackend#locate}; behind the end there is nothing. */
    public void locate(long position, long length, boolean writable, Extent into) {
        long there = Math.min(length, size - position);
        if (position < 0 || there <= 0 || (start & 4095) != 0) {
            into.set(-1, 0, length);
            return;
        }
        backend.locate(start + position, there, writable && !readOnly(), into);
    }

    public boolean inPlace(long position, long length) {
        return backend.inPlace(start + position, length);
    }

    void close() {
        if (whole == null) {
            backend.close();
        }
    }
}
