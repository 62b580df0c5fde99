package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.fs.disk.Bytes;

/**
 * Which blocks are free (Linux: fs/ext4/mballoc.c, balloc.c). Beside the bitmaps on disk each group has one in memory, in which are also taken: blocks freed in a transaction that is not
 * committed, and those that growing files have reserved for what they will write next.
 */
final class Allocator {
    /** Blocks in a row. */
    record Run(long block, int count) {}

    /** Blocks kept for a file that grows: given back when it is closed, or when there are no others. */
    static final class Reservation {
        long block;
        int count;
    }

    private final Ext4Fs fs;
    private final Super sb;
    private final Groups groups;
    final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final @Nullable BitSet[] busy;

    /** Blocks taken in the running transaction, by group: whatever a crash leaves, they were free before. */
    @GuardedBy("lock") private final @Nullable BitSet[] fresh;

    @GuardedBy("lock") private final BitSet dirtyGroups = new BitSet();

    @GuardedBy("lock") private final Set<Reservation> reservations = new HashSet<>();

    @GuardedBy("lock") private long free;

    /** Blocks freed that wait for a commit. */
    private volatile long pending;

    Allocator(Ext4Fs fs) {
        this.fs = fs;
        this.sb = fs.sb;
        this.groups = fs.groups;
        busy = new BitSet[sb.groupCount];
        fresh = new BitSet[sb.groupCount];
        for (int g = 0; g < sb.groupCount; g++) {
            free += (long) groups.freeBlocks(g) << sb.clusterShift;
        }
    }

    long free() {
        lock.lock();
        try {
            return free;
        } finally {
            lock.unlock();
        }
    }

    boolean hasPending() {
        return pending > 0;
    }

    // --- bitmaps ---

    /** The group's bitmap as it is to be on disk. @throws ErrnoException EUCLEAN, EIO */
    @GuardedBy("lock") private Buffer bitmap(int g) {
        long block = groups.blockBitmap(g);
        if (groups.has(g, Groups.BLOCK_UNINIT)) {
            Buffer fresh = fs.cache.fresh(block);
            initialize(g, fresh.data);
            return fresh;
        }
        Buffer buffer = fs.cache.get(block);
        if (!buffer.verified) {
            if (!groups.blockBitmapFits(g, buffer.data)) {
                throw fs.corrupt(Errno.EBADMSG, "block bitmap of group " + g + " has a bad checksum");
            }
            buffer.verified = true;
        }
        return buffer;
    }

    /** A group that was never used: its own metadata is all there is (ext4_init_block_bitmap). */
    private void initialize(int g, byte[] bits) {
        long start = sb.groupStart(g);
        for (int i = 0; i < baseBlocks(g); i++) {
            Bytes.setBit(bits, i);
        }
        long tables = (long) sb.inodesPerGroup * sb.inodeSize + sb.blockSize - 1 >> sb.blockShift;
        mark(bits, start, groups.blockBitmap(g), 1);
        mark(bits, start, groups.inodeBitmap(g), 1);
        mark(bits, start, groups.inodeTable(g), tables);
        for (int i = sb.blocksIn(g); i < sb.blockSize * 8; i++) {
            Bytes.setBit(bits, i);
        }
    }

    private void mark(byte[] bits, long start, long block, long count) {
        for (long b = block; b < block + count; b++) {
            if (b >= start && b < start + sb.blocksPerGroup) {
                Bytes.setBit(bits, (int) (b - start));
            }
        }
    }

    /** Superblock and descriptors at a group's beginning (ext4_num_base_meta_blocks). */
    private int baseBlocks(int g) {
        int count = sb.hasSuper(g) ? 1 : 0;
        int perBlock = sb.descsPerBlock();
        boolean meta = sb.incompat(Feature.INCOMPAT_META_BG);
        if (!meta || g / perBlock < sb.firstMetaGroup) {
            int tables = meta ? sb.firstMetaGroup : (sb.groupCount + perBlock - 1) / perBlock;
            return count == 0 ? 0 : count + tables + sb.reservedGdt;
        }
        int first = g / perBlock * perBlock;
        return g == first || g == first + 1 || g == first + perBlock - 1 ? count + 1 : count;
    }

    @GuardedBy("lock") private BitSet busy(int g) {
        BitSet bits = busy[g];
        if (bits == null) {
            Buffer buffer = bitmap(g);
            bits = BitSet.valueOf(buffer.data);
            bits.set(sb.blocksIn(g), sb.blockSize * 8 + 1);
            busy[g] = bits;
        }
        return bits;
    }

    private int groupOf(long block) {
        return (int) ((block - sb.firstDataBlock) / sb.blocksPerGroup);
    }

    // --- taking ---

    /**
     * Takes blocks, within a transaction.
     *
     * @param goal where they would lie best
     * @param want how many at most; at least one is taken
     * @param room for {@code reservation}: how many to reserve, with these
     * @throws ErrnoException ENOSPC
     */
    Run take(long goal, int want, @Nullable Reservation reservation, int room) {
        return take(goal, want, reservation, room, fs.mayUseReserve() ? 0 : sb.reservedBlocks);
    }

    /** A block for metadata, which must not fail half-way: what is kept for root will do. */
    long takeMeta(long goal) {
        return take(goal, 1, null, 0, 0).block();
    }

    private Run take(long goal, int want, @Nullable Reservation reservation, int room, long kept) {
        lock.lock();
        try {
            int most = (int) Math.min(want, free - kept);
            if (most <= 0) {
                throw Errno.ENOSPC.exception();
            }
            if (reservation != null && reservation.count > 0 && reservation.block == goal) {
                int n = Math.min(most, reservation.count);
                claim(reservation.block, n);
                reservation.block += n;
                reservation.count -= n;
                return new Run(goal, n);
            }
            Run run = search(goal, Math.max(most, room));
            if (run == null && !reservations.isEmpty()) {
                reservations.forEach(this::dropLocked);
                reservations.clear();
                run = search(goal, most);
            }
            if (run == null) {
                throw Errno.ENOSPC.exception();
            }
            int n = Math.min(most, run.count);
            claim(run.block, n);
            if (reservation != null && run.count > n) {
                dropLocked(reservation);
                reservation.block = run.block + n;
                reservation.count = run.count - n;
                setBusy(reservation.block, reservation.count, true);
                reservations.add(reservation);
            }
            return new Run(run.block, n);
        } finally {
            lock.unlock();
        }
    }

    void drop(Reservation reservation) {
        lock.lock();
        try {
            reservations.remove(reservation);
            dropLocked(reservation);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void dropLocked(Reservation reservation) {
        if (reservation.count > 0) {
            setBusy(reservation.block, reservation.count, false);
            reservation.count = 0;
        }
    }

    @GuardedBy("lock") private void setBusy(long block, int count, boolean on) {
        int g = groupOf(block);
        int at = (int) (block - sb.groupStart(g));
        busy(g).set(at, at + count, on);
    }

    /** A run at the goal if that is free; else the first that is long enough, its group's first; else the longest of the nearest group that has any. */
    @GuardedBy("lock") private @Nullable Run search(long goal, int want) {
        long from = sb.isBlock(goal, 1) ? goal : sb.groupStart(0);
        int first = groupOf(from);
        int offset = (int) (from - sb.groupStart(first));
        BitSet bits = busy(first);
        if (!bits.get(offset)) {
            int end = Math.min(bits.nextSetBit(offset), offset + want);
            return new Run(from, end - offset);
        }
        int need = Math.min(want, sb.blocksPerGroup / 8);
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < sb.groupCount; i++) {
                int g = (first + i) % sb.groupCount;
                if (groups.freeBlocks(g) >= (pass == 0 ? need : 1)) {
                    Run run = searchGroup(g, i == 0 ? offset : 0, need, want, pass == 1);
                    if (run != null) {
                        return run;
                    }
                }
            }
        }
        return null;
    }

    @GuardedBy("lock") private @Nullable Run searchGroup(int g, int offset, int need, int want, boolean any) {
        BitSet bits = busy(g);
        int limit = sb.blocksIn(g);
        int bestAt = -1;
        int best = 0;
        for (int round = 0; round < (offset > 0 ? 2 : 1); round++) {
            for (int at = bits.nextClearBit(round == 0 ? offset : 0); at < limit; ) {
                int end = Math.min(limit, bits.nextSetBit(at));
                if (end - at >= need) {
                    return new Run(sb.groupStart(g) + at, Math.min(want, end - at));
                }
                if (end - at > best) {
                    best = end - at;
                    bestAt = at;
                }
                at = bits.nextClearBit(end);
            }
        }
        return any && bestAt >= 0 ? new Run(sb.groupStart(g) + bestAt, best) : null;
    }

    @GuardedBy("lock") private void claim(long block, int count) {
        int g = groupOf(block);
        int at = (int) (block - sb.groupStart(g));
        Buffer buffer = bitmap(g);
        for (int i = at; i < at + count; i++) {
            Bytes.setBit(buffer.data, i);
        }
        busy(g).set(at, at + count);
        BitSet taken = fresh[g];
        if (taken == null) {
            taken = new BitSet();
            fresh[g] = taken;
        }
        taken.set(at, at + count);
        groups.clear(g, Groups.BLOCK_UNINIT);
        counted(g, buffer, -count);
    }

    @GuardedBy("lock") private void counted(int g, Buffer bitmap, int change) {
        groups.setFreeBlocks(g, groups.freeBlocks(g) + change);
        free += change;
        dirtyGroups.set(g);
        fs.journal().dirty(bitmap);
        fs.journal().dirty(groups.buffer(g));
    }

    // --- giving back ---

    /** Gives blocks back, within a transaction; they serve again once it is committed. @throws ErrnoException EUCLEAN if they were free */
    void release(long block, long count) {
        release(block, count, false);
    }

    /**
     * As {@link #release(long, long)}.
     *
     * @param unseen nobody can see them any more: those that were taken in this very transaction serve again at once. The image then has the pages of a file that is written again and again but once
     */
    void release(long block, long count, boolean unseen) {
        if (!sb.isBlock(block, count)) {
            throw fs.corrupt(Errno.EUCLEAN, "freeing blocks not in the file system: " + block + "+" + count);
        }
        lock.lock();
        try {
            for (long b = block; b < block + count; ) {
                int g = groupOf(b);
                int at = (int) (b - sb.groupStart(g));
                int n = (int) Math.min(block + count - b, sb.blocksIn(g) - at);
                releaseIn(g, at, n, unseen);
                b += n;
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void releaseIn(int g, int at, int count, boolean unseen) {
        busy(g);
        Buffer buffer = bitmap(g);
        for (int i = at; i < at + count; i++) {
            if (!Bytes.bit(buffer.data, i)) {
                throw fs.corrupt(Errno.EUCLEAN, "bit already cleared for block " + (sb.groupStart(g) + i));
            }
        }
        for (int i = at; i < at + count; i++) {
            Bytes.clearBit(buffer.data, i);
        }
        counted(g, buffer, count);
        BitSet taken = fresh[g];
        for (int from = at, end = at + count; from < end; ) {
            boolean again = unseen && taken != null && taken.get(from);
            int to = taken == null || !unseen ? end : again ? taken.nextClearBit(from) : taken.nextSetBit(from);
            to = to < 0 ? end : Math.min(end, to);
            if (again) {
                busy(g).clear(from, to);
            } else {
                pending += to - from;
                fs.journal().freed(sb.groupStart(g) + from, to - from);
            }
            from = to;
        }
    }

    /** The transaction that freed these is committed. */
    void committed(List<Transaction.Extent> freed) {
        lock.lock();
        try {
            for (Transaction.Extent extent : freed) {
                setBusy(extent.block(), extent.count(), false);
                pending -= extent.count();
            }
        } finally {
            lock.unlock();
        }
    }

    // --- shared with the inode allocator ---

    @GuardedBy("lock")
    void changed(int g) {
        dirtyGroups.set(g);
        fs.journal().dirty(groups.buffer(g));
    }

    /** Checksums of what has changed; nobody is inside a transaction. */
    void seal() {
        lock.lock();
        try {
            for (int g = dirtyGroups.nextSetBit(0); g >= 0; g = dirtyGroups.nextSetBit(g + 1)) {
                if (!groups.has(g, Groups.BLOCK_UNINIT)) {
                    groups.sealBlockBitmap(g, fs.cache.get(groups.blockBitmap(g)).data);
                }
                if (!groups.has(g, Groups.INODE_UNINIT)) {
                    groups.sealInodeBitmap(g, fs.cache.get(groups.inodeBitmap(g)).data);
                }
                groups.seal(g);
            }
            dirtyGroups.clear();
            Arrays.fill(fresh, null);
        } finally {
            lock.unlock();
        }
    }

    /** Free ranges of a group, for FITRIM. */
    void eachFree(int g, java.util.function.BiConsumer<Long, Integer> visitor) {
        lock.lock();
        try {
            BitSet bits = busy(g);
            int limit = sb.blocksIn(g);
            for (int at = bits.nextClearBit(0); at < limit; ) {
                int end = Math.min(limit, bits.nextSetBit(at));
                visitor.accept(sb.groupStart(g) + at, end - at);
                at = bits.nextClearBit(end);
            }
        } finally {
            lock.unlock();
        }
    }
}
