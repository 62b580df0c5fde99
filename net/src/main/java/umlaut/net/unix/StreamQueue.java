package umlaut.net.unix;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.kernel.ipc.ByteRing;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.Control;
import umlaut.net.Message;

/**
 * Bytes on their way to a stream socket, with marks where ancillary data goes along (Linux: the receive queue of a unix stream socket).
 *
 * <p>As in {@link umlaut.kernel.ipc.Pipe}, one reader and one writer copy at the same time, each publishes its move and then looks at the other. Marks have a leaf
 * monitor of their own.
 */
final class StreamQueue {
    private static final int FIRST_STORAGE = 4096;

    /** Ancillary data of the bytes from {@code start} to {@code end}. */
    private static final class Mark {
        final long start;
        long end;
        final Control control;

        Mark(long start, long end, Control control) {
            this.start = start;
            this.end = end;
            this.control = control;
        }
    }

    private final WaitQueue readers;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private @Nullable ByteRing ring;
    private volatile long head;
    private volatile long tail;
    private volatile boolean closed;

    @GuardedBy("marks") private final ArrayDeque<Mark> marks = new ArrayDeque<>(0);

    private volatile boolean marked;

    /** @param readers woken when bytes have come */
    StreamQueue(WaitQueue readers) {
        this.readers = readers;
    }

    long available() {
        return tail - head;
    }

    /** The sender's measure of room, as unix_writable: a quarter of the limit at most is in use. */
    boolean writable(int limit) {
        return (tail - head) * 4 <= limit;
    }

    /**
     * Takes as many bytes as the limit lets.
     *
     * @param control goes with the first byte; null: none
     * @return bytes moved in this try, WOULD_BLOCK, or -EFAULT
     */
    long write(IovIter from, int limit, @Nullable Control control) {
        writeLock.lock();
        try {
            long room = limit - (tail - head);
            if (room <= 0) {
                return BlockingOp.WOULD_BLOCK;
            }
            if (closed) {
                return Errno.EPIPE.negative();
            }
            long count = Math.min(room, from.remaining());
            ByteRing storage = makeRoom(count);
            long before = tail;
            long moved = storage.copyIn(from, before, count);
            if (moved < count) {
                from.revert(moved); // a buffer that can't be filled is not sent
                return Errno.EFAULT.negative();
            }
            if (control != null) {
                mark(before, before + moved, control);
            }
            tail = before + moved;
            readers.wake(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDBAND);
            return moved;
        } finally {
            writeLock.unlock();
        }
    }

    private void mark(long start, long end, Control control) {
        synchronized (marks) {
            Mark last = marks.peekLast();
            boolean same = last != null
                    && last.end == start
                    && last.control.files.isEmpty()
                    && control.files.isEmpty()
                    && control.credentials != null
                    && control.credentials.sameIds(last.control.credentials);
            if (same && last != null) {
                last.end = end;
            } else {
                marks.addLast(new Mark(start, end, control));
            }
            marked = true;
        }
    }

    @GuardedBy("writeLock") private ByteRing makeRoom(long count) {
        long needed = tail - head + count;
        ByteRing storage = ring;
        if (storage != null && storage.size() >= needed) {
            return storage;
        }
        int size = FIRST_STORAGE;
        while (size < needed) {
            size <<= 1;
        }
        readLock.lock();
        try {
            if (storage == null) {
                storage = new ByteRing(size);
                ring = storage;
            } else {
                storage.resize(size, head, tail);
            }
            return storage;
        } finally {
            readLock.unlock();
        }
    }

    /**
     * Hands bytes over, up to where ancillary data must not be mixed; that is put into the message.
     *
     * @param wantsCredentials bytes of different senders are kept apart
     * @param peek nothing is taken
     * @return bytes moved, WOULD_BLOCK when there are none, or -EFAULT
     */
    long read(Message message, boolean wantsCredentials, boolean peek) {
        readLock.lock();
        try {
            long start = head;
            long have = tail - start;
            ByteRing storage = ring;
            if (have == 0 || storage == null) {
                return BlockingOp.WOULD_BLOCK;
            }
            long count = Math.min(have, message.data.remaining());
            Mark found = null;
            if (marked) {
                found = nextMark(start);
                count = Math.min(count, limit(found, start, wantsCredentials));
            }
            long moved = storage.copyOut(message.data, start, count);
            if (moved == 0 && count > 0) {
                return Errno.EFAULT.negative();
            }
            if (found != null && start + moved > found.start) {
                deliver(message, found, peek);
            }
            if (!peek) {
                head = start + moved;
                if (marked) {
                    dropMarks(start + moved);
                }
            }
            return moved;
        } finally {
            readLock.unlock();
        }
    }

    private @Nullable Mark nextMark(long position) {
        synchronized (marks) {
            for (Mark mark : marks) {
                if (mark.end > position) {
                    return mark;
                }
            }
            return null;
        }
    }

    /** Bytes from {@code position} that one receive may take. */
    private static long limit(@Nullable Mark mark, long position, boolean wantsCredentials) {
        if (mark == null) {
            return Long.MAX_VALUE;
        }
        if (wantsCredentials) {
            return position < mark.start ? mark.start - position : mark.end - position;
        }
        return mark.control.files.isEmpty() ? Long.MAX_VALUE : mark.end - position;
    }

    private static void deliver(Message message, Mark mark, boolean peek) {
        Control out = new Control();
        out.credentials = mark.control.credentials;
        if (peek) {
            out.files.addAll(mark.control.duplicate().files);
        } else {
            out.files.addAll(mark.control.files);
            mark.control.files.clear();
        }
        message.control = out;
    }

    private void dropMarks(long position) {
        synchronized (marks) {
            Mark first = marks.peekFirst();
            while (first != null && first.end <= position) {
                marks.removeFirst();
                first = marks.peekFirst();
            }
            marked = first != null;
        }
    }

    /** What lies here in flight, for the garbage collector. */
    List<Control> controls() {
        synchronized (marks) {
            List<Control> all = new ArrayList<>();
            for (Mark mark : marks) {
                all.add(mark.control);
            }
            return all;
        }
    }

    /** Takes everything out and takes nothing any more. @return ancillary data, for the caller to discard */
    List<Control> close() {
        writeLock.lock();
        readLock.lock();
        try {
            closed = true;
            head = tail;
            ring = null;
            List<Control> all = controls();
            synchronized (marks) {
                marks.clear();
                marked = false;
            }
            return all;
        } finally {
            readLock.unlock();
            writeLock.unlock();
        }
    }
}
