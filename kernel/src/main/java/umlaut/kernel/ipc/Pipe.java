package umlaut.kernel.ipc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.abi.Poll;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.UserTable;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitQueue;

/**
 * What a pipe or FIFO holds (Linux: struct pipe_inode_info, pipe(7)). Bytes lie in a ring that starts small and grows to the capacity.
 *
 * <p>One reader and one writer may copy at the same time: {@link #readLock} guards {@link #head}, {@link #writeLock} guards {@link #tail}; both are needed
 * (write first) to exchange the storage. Whoever moves his end publishes it and only then looks at the other end, so that of two parties of which
 * each goes to sleep when the other has not moved yet, one sees the other's move. Counts of open ends are guarded by the monitor.
 */
public final class Pipe {
    /** Writes up to this many bytes are never torn (PIPE_BUF). */
    public static final int ATOMIC = 4096;

    public static final int DEFAULT_CAPACITY = 65536;
    private static final int FIRST_STORAGE = 4096;

    final ReentrantLock readLock = new ReentrantLock();
    final ReentrantLock writeLock = new ReentrantLock();
    /** Where readers wait for bytes, and writers for room. */
    final WaitQueue readable = new WaitQueue();

    final WaitQueue writable = new WaitQueue();
    /** Where opens of a FIFO wait for the other end. */
    final WaitQueue opens = new WaitQueue();

    /** Null until the first byte; exchanged under both locks, so either one is enough to use it. */
    private @Nullable ByteRing ring;

    private volatile long head;
    private volatile long tail;
    private volatile int capacity;
    private volatile @Nullable PacketRuns packets;
    /** Somebody polls: then every write is announced, as edge-triggered epoll users of Linux have come to expect. */
    volatile boolean polled;

    private volatile int readers;
    private volatile int writers;
    /** How many times each end was opened ever: tells a FIFO's opener that its partner has come, even if it has gone again. */
    private volatile int readerOpens;

    private volatile int writerOpens;

    /** Whose pages these are, as long as an end is open; null: nobody's. */
    private final UserTable.@Nullable User user;

    /** For the machine itself. */
    Pipe() {
        user = null;
        capacity = DEFAULT_CAPACITY;
    }

    /** @param capacity bytes, whole pages */
    Pipe(UserTable.User user, int capacity) {
        this.user = user;
        this.capacity = capacity;
        charge(capacity);
    }

    private void charge(int bytes) {
        if (user != null) {
            user.pipePages.addAndGet(bytes / Limits.PAGE_SIZE);
        }
    }

    /** What all pipes of its user may hold. */
    long userPages() {
        return user == null ? 0 : user.pipePages.get();
    }

    // --- ends ---

    synchronized void addReader() {
        readers = readers + 1;
        readerOpens = readerOpens + 1;
    }

    synchronized void addWriter() {
        writers = writers + 1;
        writerOpens = writerOpens + 1;
    }

    int readers() {
        return readers;
    }

    int writers() {
        return writers;
    }

    int readerOpens() {
        return readerOpens;
    }

    int writerOpens() {
        return writerOpens;
    }

    /** An end is closed. @return whether it was the last of all: the bytes are gone */
    boolean close(boolean reader, boolean writer) {
        boolean last;
        synchronized (this) {
            readers = readers - (reader ? 1 : 0);
            writers = writers - (writer ? 1 : 0);
            last = readers == 0 && writers == 0;
        }
        if (last) {
            charge(-capacity);
            writeLock.lock();
            readLock.lock();
            try {
                ring = null;
                head = tail;
                packets = null;
            } finally {
                readLock.unlock();
                writeLock.unlock();
            }
        } else if (readers == 0 || writers == 0) {
            int gone = Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLERR | Poll.POLLHUP;
            readable.wakeAll(gone);
            writable.wakeAll(gone);
        }
        return last;
    }

    // --- state ---

    public long available() {
        return tail - head;
    }

    int capacity() {
        return capacity;
    }

    private long room() {
        return capacity - (tail - head);
    }

    boolean canWrite() {
        PacketRuns runs = packets;
        return room() >= ATOMIC && (runs == null || runs.count() < capacity / ATOMIC);
    }

    /** F_SETPIPE_SZ with a size already rounded to a power of two of pages. @throws umlaut.abi.ErrnoException EBUSY */
    void setCapacity(int bytes) {
        writeLock.lock();
        readLock.lock();
        try {
            if (available() > bytes) {
                throw Errno.EBUSY.exception();
            }
            ByteRing storage = ring;
            if (storage != null && storage.size() > bytes) {
                storage.resize(bytes, head, tail);
            }
            charge(bytes - capacity);
            capacity = bytes;
        } finally {
            readLock.unlock();
            writeLock.unlock();
        }
        writable.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
    }

    // --- reading ---

    /** @return bytes moved, 0 at the end, WOULD_BLOCK, or -EFAULT */
    long read(IovIter to) {
        if (to.remaining() == 0) {
            return 0;
        }
        readLock.lock();
        try {
            // Asked before the bytes: a writer that writes and closes in between must not look like the end.
            boolean ended = writers == 0;
            long start = head;
            long have = tail - start;
            if (have == 0) {
                return ended ? 0 : BlockingOp.WOULD_BLOCK;
            }
            PacketRuns runs = packets;
            long moved = runs != null && runs.first() != 0
                    ? readRuns(runs, to)
                    : readBytes(to, Math.min(have, to.remaining()));
            return moved == 0 && to.fault() ? Errno.EFAULT.negative() : moved;
        } finally {
            readLock.unlock();
        }
    }

    @GuardedBy("readLock") private long readBytes(IovIter to, long count) {
        long moved = storage().copyOut(to, head, count);
        consume(moved);
        return moved;
    }

    @GuardedBy("readLock") private long readRuns(PacketRuns runs, IovIter to) {
        long moved = 0;
        for (int run = runs.first(); run != 0 && to.remaining() > 0; run = runs.first()) {
            if (run < 0) {
                if (moved == 0) {
                    moved = storage().copyOut(to, head, Math.min(-run, to.remaining()));
                    runs.consume(-run);
                    consume(-run);
                }
                return moved;
            }
            long got = storage().copyOut(to, head, Math.min(run, to.remaining()));
            if (got == 0) {
                return moved;
            }
            runs.consume((int) got);
            consume(got);
            moved += got;
        }
        return moved;
    }

    /** Takes bytes out and wakes writers if that made the pipe writable. */
    @GuardedBy("readLock")
    void consume(long count) {
        long before = head;
        head = before + count;
        long end = tail;
        PacketRuns runs = packets;
        if (capacity - (end - before) < ATOMIC && capacity - (end - before - count) >= ATOMIC || runs != null) {
            writable.wake(Poll.POLLOUT | Poll.POLLWRNORM);
        }
    }

    /** As {@link #consume}, for bytes that left by another way than {@link #read}: packets lose their bounds. */
    @GuardedBy("readLock")
    void consumeSpliced(long count) {
        PacketRuns runs = packets;
        for (long left = runs == null ? 0 : count; runs != null && left > 0; ) {
            left -= runs.trim(left);
        }
        consume(count);
    }

    // --- writing ---

    /**
     * @param packet O_DIRECT: each write is a packet
     * @return bytes moved in this try, WOULD_BLOCK if there was no room, or -EFAULT; the caller has seen to it that there are readers
     */
    long write(IovIter from, boolean packet) {
        long wanted = from.remaining();
        if (wanted == 0) {
            return 0;
        }
        writeLock.lock();
        try {
            long room = room();
            if (wanted <= ATOMIC ? room < wanted : room == 0) {
                return BlockingOp.WOULD_BLOCK;
            }
            long count = Math.min(wanted, room);
            if (packet) {
                count = Math.min(count, ATOMIC);
                PacketRuns runs = packetRuns();
                if (runs.count() >= capacity / ATOMIC || count < Math.min(wanted, ATOMIC)) {
                    return BlockingOp.WOULD_BLOCK;
                }
            }
            makeRoom(count);
            long moved = storage().copyIn(from, tail, count);
            if (moved < count) {
                // What was copied of the page that the fault is in is not written, as on Linux.
                long kept = moved & -Limits.PAGE_SIZE;
                from.revert(moved - kept);
                moved = kept;
            }
            if (moved == 0) {
                return Errno.EFAULT.negative();
            }
            produce(moved, packet);
            return moved;
        } finally {
            writeLock.unlock();
        }
    }

    /** Makes bytes that were copied in visible, and wakes readers if there were none before. */
    @GuardedBy("writeLock")
    void produce(long count, boolean packet) {
        PacketRuns runs = packets;
        if (runs != null) {
            if (packet) {
                runs.addPacket((int) count);
            } else if (runs.count() > 0) {
                runs.addBytes((int) count);
            }
        }
        long before = tail;
        tail = before + count;
        if (polled || head == before) {
            readable.wake(Poll.POLLIN | Poll.POLLRDNORM);
        }
    }

    @GuardedBy("writeLock") private PacketRuns packetRuns() {
        PacketRuns runs = packets;
        if (runs == null) {
            runs = new PacketRuns();
            readLock.lock();
            try {
                if (available() > 0) {
                    runs.addBytes((int) available());
                }
                packets = runs;
            } finally {
                readLock.unlock();
            }
        }
        return runs;
    }

    /** Makes the storage large enough for {@code count} more bytes, which fit the capacity. */
    @GuardedBy("writeLock")
    void makeRoom(long count) {
        ByteRing storage = ring;
        long needed = tail - head + count;
        if (storage != null && storage.size() >= needed) {
            return;
        }
        readLock.lock();
        try {
            int size = FIRST_STORAGE;
            while (size < needed) {
                size <<= 1;
            }
            if (storage == null) {
                ring = new ByteRing(size);
            } else {
                storage.resize(size, head, tail);
            }
        } finally {
            readLock.unlock();
        }
    }

    /** Copies bytes from another pipe's head to this one's tail; under its read lock and this write lock, with room made. */
    void copyFrom(Pipe from, long count) {
        ByteRing source = from.storage();
        ByteRing target = storage();
        for (long done = 0; done < count; ) {
            long n = Math.min(
                    count - done, Math.min(source.contiguous(from.head + done), target.contiguous(tail + done)));
            MemorySegment.copy(
                    source.storage(), source.index(from.head + done), target.storage(), target.index(tail + done), n);
            done += n;
        }
    }

    /** The storage, which exists as soon as there are bytes or {@link #makeRoom} was called; under either lock. */
    ByteRing storage() {
        ByteRing storage = ring;
        if (storage == null) {
            throw new IllegalStateException("pipe without storage");
        }
        return storage;
    }

    long head() {
        return head;
    }

    long tail() {
        return tail;
    }

    long freeBytes() {
        return room();
    }
}
