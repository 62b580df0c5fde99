package umlaut.fs.ext4;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.fs.disk.Bytes;
import umlaut.host.Scratch;

/**
 * Transactions over metadata (Linux: fs/jbd2). Whoever changes metadata is inside {@link #begin} and {@link #end}; all that happens between two commits is one transaction. A commit
 * shuts everybody out for as long as it takes to copy what is dirty, then writes the copies to the journal, makes them stable, writes the commit block, makes that stable, and writes the
 * copies to their places at once; those are stable with the next commit, and only then is the room in the journal free again. So the journal never holds more than two transactions.
 *
 * <p>Without a journal (ext2) a commit writes to the places only.
 */
final class Journal {
    /** Puts attributes and counters that live elsewhere into buffers, before a commit; nobody else is inside. */
    interface Owner {
        void beforeCommit();

        /** The blocks may be used again. */
        void committed(List<Transaction.Extent> freed);

        /** Nothing can be written any more. */
        void failed(Errno why);
    }

    /** So many blocks of the ring are used again and again as long as transactions are small: the image has them already, where others might have to be given room by the host for each commit. */
    private static final int BEATEN = 1024;

    private record Copy(Buffer buffer, long block, byte[] data) {}

    private final BufferCache cache;
    private final Owner owner;
    private final boolean flushes;
    final ReentrantLock commitLock = new ReentrantLock();
    final ReentrantReadWriteLock barrier = new ReentrantReadWriteLock();

    private volatile Transaction running = new Transaction();
    private volatile boolean aborted;
    /** Blocks of a transaction that make a commit worth while. */
    private final int goal;

    private final @Nullable JournalFormat format;
    private final long[] ring;

    @GuardedBy("commitLock") private int sequence;

    @GuardedBy("commitLock") private int head;

    /** Where the oldest transaction that may be needed begins; 0: there is none. */
    @GuardedBy("commitLock") private int tail;

    /**
     * @param format of an empty journal; null: none
     * @param ring where its blocks lie on the disk
     * @param flushes whether commits wait for stable storage (barrier)
     */
    Journal(
            BufferCache cache,
            Owner owner,
            @Nullable JournalFormat format,
            long[] ring,
            int sequence,
            boolean flushes) {
        this.cache = cache;
        this.owner = owner;
        this.format = format;
        this.ring = ring;
        this.sequence = sequence;
        this.flushes = flushes;
        this.head = format == null ? 0 : format.first();
        this.goal = format == null ? 2048 : Math.min(8192, (format.end() - format.first()) / 4);
    }

    // --- changes ---

    /** Enters the running transaction; may be nested. @throws ErrnoException EROFS after a failure */
    void begin() {
        if (barrier.getReadHoldCount() == 0 && running.size() > goal) {
            commit();
        }
        enter();
    }

    /** As {@link #begin}, where no commit may be waited for: an address space's lock is held. */
    void enter() {
        barrier.readLock().lock();
        if (aborted) {
            barrier.readLock().unlock();
            throw Errno.EROFS.exception();
        }
    }

    void end() {
        barrier.readLock().unlock();
        if (barrier.getReadHoldCount() == 0 && cache.isFull()) {
            shrink();
        }
    }

    /** Gives memory back, if nobody is inside just now. */
    void shrink() {
        if (barrier.getReadHoldCount() == 0 && barrier.writeLock().tryLock()) {
            try {
                cache.shrink();
            } finally {
                barrier.writeLock().unlock();
            }
        }
    }

    /** The buffer is about to be changed, or has been. */
    void dirty(Buffer buffer) {
        if (!buffer.dirty) {
            running.add(buffer);
        }
    }

    /** A metadata block is given back. */
    void forget(long block) {
        Transaction now = running;
        now.forget(block);
        cache.drop(block);
    }

    void freed(long block, int count) {
        running.free(block, count);
    }

    /** Would another step of a long operation better go into the next transaction? */
    boolean isLarge() {
        return running.size() > goal / 2;
    }

    boolean aborted() {
        return aborted;
    }

    /** Writes nothing any more. */
    void abort() {
        aborted = true;
    }

    // --- commits ---

    /** Makes all changes so far permanent. @throws ErrnoException EIO, ENOSPC of the host, EROFS after a failure */
    void commit() {
        commitIfNeeded();
    }

    /** As {@link #commit}. @return false if there was nothing to do */
    boolean commitIfNeeded() {
        commitLock.lock();
        try {
            return commitLocked();
        } finally {
            commitLock.unlock();
        }
    }

    @GuardedBy("commitLock") private boolean commitLocked() {
        Transaction done;
        List<Copy> copies = new ArrayList<>();
        List<Long> revoked;
        barrier.writeLock().lock();
        try {
            if (aborted) {
                throw Errno.EROFS.exception();
            }
            owner.beforeCommit();
            done = running;
            if (done.isEmpty()) {
                if (cache.isFull()) {
                    cache.shrink();
                }
                return false;
            }
            revoked = done.revoked();
            for (Buffer buffer : done.buffers()) {
                Buffer.Sealer sealer = buffer.sealer;
                if (sealer != null) {
                    sealer.seal(buffer.data);
                }
                copies.add(new Copy(buffer, buffer.block, buffer.data.clone()));
                buffer.committing = true;
                buffer.dirty = false;
            }
            running = new Transaction();
        } finally {
            barrier.writeLock().unlock();
        }
        try {
            write(copies, revoked);
        } catch (ErrnoException e) {
            aborted = true;
            owner.failed(e.errno());
            throw e;
        }
        owner.committed(done.freed());
        return true;
    }

    @GuardedBy("commitLock") private void write(List<Copy> copies, List<Long> revoked) {
        JournalFormat f = format;
        if (f != null) {
            log(f, copies, revoked);
        }
        for (Copy copy : copies) {
            cache.write(copy.block, copy.data);
            copy.buffer.committing = false;
        }
        if (f == null && flushes) {
            cache.device.flush();
        }
    }

    @GuardedBy("commitLock") private void log(JournalFormat f, List<Copy> copies, List<Long> revoked) {
        int perDescriptor = (f.usable() - JournalFormat.HEADER - JournalFormat.UUID_SIZE) / f.tagSize();
        int perRevoke = (f.usable() - JournalFormat.HEADER - 4) / f.revokeSize();
        int need = copies.size() + copies.size() / perDescriptor + revoked.size() / perRevoke + 4;
        int all = f.end() - f.first();
        if (need > all - 1) {
            throw Errno.ENOSPC.exception();
        }
        if (tail != 0 && need > free(f)) {
            // What the journal has is in its places: once that is stable, the room is free.
            flush();
            tail = 0;
        }
        if (tail != 0 && head - f.first() > BEATEN && need < BEATEN) {
            flush();
            tail = 0;
        }
        if (tail == 0) {
            head = f.first();
        }
        int start = head;
        Ring out = new Ring(f, start);
        logCopies(f, out, copies);
        logRevokes(f, out, revoked);
        if (tail == 0) {
            point(f, start, sequence);
        }
        flush();
        byte[] commit = f.header(JournalFormat.COMMIT, sequence);
        long now = System.currentTimeMillis();
        Bytes.putBe64(commit, 48, now / 1000);
        Bytes.putBe32(commit, 56, now % 1000 * 1_000_000);
        f.sealCommit(commit);
        out.put(commit);
        head = out.at;
        if (tail != start) {
            point(f, start, sequence);
        }
        flush();
        sequence++;
    }

    @GuardedBy("commitLock") private int free(JournalFormat f) {
        int used = head - tail;
        return f.end() - f.first() - (used < 0 ? used + f.end() - f.first() : used) - 1;
    }

    @GuardedBy("commitLock") private void logCopies(JournalFormat f, Ring out, List<Copy> copies) {
        int next = 0;
        while (next < copies.size()) {
            byte[] descriptor = f.header(JournalFormat.DESCRIPTOR, sequence);
            int at = JournalFormat.HEADER;
            int first = next;
            boolean last = false;
            while (!last) {
                Copy copy = copies.get(next++);
                boolean escaped = Bytes.be32(copy.data, 0) == JournalFormat.MAGIC;
                int room = at + f.tagSize() + (next - 1 == first ? JournalFormat.UUID_SIZE : 0) + f.tagSize();
                last = next == copies.size() || room > f.usable();
                int flags = (escaped ? JournalFormat.FLAG_ESCAPE : 0)
                        | (next - 1 == first ? 0 : JournalFormat.FLAG_SAME_UUID)
                        | (last ? JournalFormat.FLAG_LAST : 0);
                int sum = f.blockChecksum(escaped ? escape(copy.data) : copy.data, sequence);
                at = f.putTag(descriptor, at, copy.block, flags, sum);
                if (next - 1 == first) {
                    System.arraycopy(f.superblock, JournalFormat.S_UUID, descriptor, at, JournalFormat.UUID_SIZE);
                    at += JournalFormat.UUID_SIZE;
                }
            }
            f.sealTail(descriptor);
            out.put(descriptor);
            for (int i = first; i < next; i++) {
                byte[] data = copies.get(i).data;
                out.put(Bytes.be32(data, 0) == JournalFormat.MAGIC ? escape(data) : data);
            }
        }
    }

    /** A copy must not look like one of the journal's own blocks. */
    private static byte[] escape(byte[] data) {
        byte[] escaped = data.clone();
        Bytes.putBe32(escaped, 0, 0);
        return escaped;
    }

    @GuardedBy("commitLock") private void logRevokes(JournalFormat f, Ring out, List<Long> revoked) {
        int size = f.revokeSize();
        int next = 0;
        while (next < revoked.size()) {
            byte[] block = f.header(JournalFormat.REVOKE, sequence);
            int at = JournalFormat.HEADER + 4;
            while (next < revoked.size() && at + size <= f.usable()) {
                long target = revoked.get(next++);
                if (size == 8) {
                    Bytes.putBe64(block, at, target);
                } else {
                    Bytes.putBe32(block, at, target);
                }
                at += size;
            }
            Bytes.putBe32(block, JournalFormat.HEADER, at);
            f.sealTail(block);
            out.put(block);
        }
    }

    /** Recovery is to begin at {@code start} of the ring; 0: there is nothing to recover. */
    @GuardedBy("commitLock") private void point(JournalFormat f, int start, int number) {
        tail = start;
        Bytes.putBe32(f.superblock, JournalFormat.S_START, start);
        Bytes.putBe32(f.superblock, JournalFormat.S_SEQUENCE, number);
        f.sealSuper();
        cache.write(ring[0], f.superblock);
    }

    private void flush() {
        if (flushes) {
            cache.device.flush();
        }
    }

    /** Commits, and leaves an empty journal. */
    void close() {
        commitLock.lock();
        try {
            commitLocked();
            JournalFormat f = format;
            if (f != null) {
                cache.device.flush();
                point(f, 0, sequence);
            }
            cache.device.flush();
        } finally {
            commitLock.unlock();
        }
    }

    /** Writes blocks of the ring in order, in runs where they lie in a row on the disk. */
    private final class Ring {
        private final JournalFormat f;
        private int at;

        Ring(JournalFormat f, int start) {
            this.f = f;
            at = start;
        }

        void put(byte[] block) {
            MemorySegment room = Scratch.room();
            MemorySegment.copy(block, 0, room, ValueLayout.JAVA_BYTE, 0, block.length);
            cache.device.write(room, 0, block.length, ring[at] * cache.blockSize);
            at = at + 1 == f.end() ? f.first() : at + 1;
        }
    }
}
