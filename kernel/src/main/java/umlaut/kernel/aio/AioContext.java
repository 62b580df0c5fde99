package umlaut.kernel.aio;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IoEvent;
import umlaut.abi.Le;
import umlaut.abi.Poll;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.WaitQueue;

/**
 * A context of io_setup(2) (Linux: struct kioctx). Finished requests stand in a ring in the program's own memory, where the program may also take them itself: it
 * writes the ring's head, the kernel the tail. The head is not trusted.
 */
final class AioContext {
    /** struct aio_ring: id, nr, head, tail, magic, compat_features, incompat_features, header_length; the events behind it. */
    private static final int NR = 4, HEAD = 8, TAIL = 12, MAGIC = 16, COMPAT = 20, HEADER_LENGTH = 28, EVENTS = 32;

    private static final int RING_MAGIC = 0xa10a10a1;
    private static final int PAGE = 4096;

    private final Mm mm;
    final long address;
    final long length;
    /** Requests that io_setup(2) was asked for. */
    private final int wanted;

    private final Aio limits;

    /** Places in the ring; one stays empty. */
    final int places;

    final WaitQueue finished = new WaitQueue();

    @GuardedBy("this") private final MemorySegment scratch = Arena.ofAuto().allocate(IoEvent.SIZE, 8);

    @GuardedBy("this") private int tail;

    /** Requests submitted that have no event yet. */
    @GuardedBy("this") private int underWay;

    @GuardedBy("this") private final List<AioPoll> polls = new ArrayList<>();

    @GuardedBy("this") private boolean ended;

    AioContext(Mm mm, Aio limits, long address, long length, int wanted) {
        this.mm = mm;
        this.limits = limits;
        this.address = address;
        this.length = length;
        this.wanted = wanted;
        this.places = (int) ((length - EVENTS) / IoEvent.SIZE);
    }

    /** Bytes of a ring for this many requests, as Linux sizes it: it counts on requests being reserved processor by processor. */
    static long ringBytes(int requests, int processors) {
        long events = 2L * Math.max(requests, 4 * processors) + 2;
        return EVENTS + events * IoEvent.SIZE + PAGE - 1 & -PAGE;
    }

    synchronized void writeHeader(Task task) {
        MemorySegment header = task.memory.build(EVENTS);
        Le.putInt(header, NR, places);
        Le.putInt(header, MAGIC, RING_MAGIC);
        Le.putInt(header, COMPAT, 1);
        Le.putInt(header, HEADER_LENGTH, EVENTS);
        task.memory.write(address, header);
    }

    @GuardedBy("this") private int word(int offset) {
        return mm.space().read(address + offset, scratch, 0, 4) == 4 ? Le.getInt(scratch, 0) : 0;
    }

    @GuardedBy("this") private void setWord(int offset, int value) {
        Le.putInt(scratch, 0, value);
        mm.space().write(address + offset, scratch, 0, 4);
    }

    @GuardedBy("this") private int head() {
        return Integer.remainderUnsigned(word(HEAD), places);
    }

    @GuardedBy("this") private int ready() {
        return Math.floorMod(tail - head(), places);
    }

    /** Room for one more request. @throws umlaut.abi.ErrnoException EAGAIN, or EINVAL for a context that has ended */
    synchronized void reserve() {
        if (ended) {
            throw Errno.EINVAL.exception();
        }
        if (underWay + ready() >= places - 1) {
            throw Errno.EAGAIN.exception();
        }
        underWay++;
    }

    /** A request that never began. */
    void abandon() {
        synchronized (this) {
            underWay--;
        }
        finished.wakeAll(Poll.POLLIN);
    }

    /** A request has ended: its event goes into the ring. */
    void complete(long object, long data, long result) {
        synchronized (this) {
            underWay--;
            if (!ended) {
                addEvent(object, data, result);
            }
        }
        finished.wakeAll(Poll.POLLIN);
    }

    @GuardedBy("this") private void addEvent(long object, long data, long result) {
        Le.putLong(scratch, IoEvent.DATA, data);
        Le.putLong(scratch, IoEvent.OBJ, object);
        Le.putLong(scratch, IoEvent.RES, result);
        Le.putLong(scratch, IoEvent.RES2, 0);
        mm.space().write(address + EVENTS + (long) tail * IoEvent.SIZE, scratch, 0, IoEvent.SIZE);
        tail = (tail + 1) % places;
        setWord(TAIL, tail);
    }

    /**
     * Moves up to {@code most} events to the program.
     *
     * @return how many; 0 also where the ring is empty
     * @throws umlaut.abi.ErrnoException EFAULT; EINVAL once the context has ended, also for who waits for events then
     */
    synchronized int take(Task task, long events, long most) {
        if (ended) {
            throw Errno.EINVAL.exception();
        }
        int taken = 0;
        int head = head();
        byte[] event = new byte[IoEvent.SIZE];
        while (taken < most && head != tail) {
            MemorySegment one = MemorySegment.ofArray(event);
            if (mm.space().read(address + EVENTS + (long) head * IoEvent.SIZE, scratch, 0, IoEvent.SIZE)
                    != IoEvent.SIZE) {
                throw Errno.EFAULT.exception();
            }
            MemorySegment.copy(scratch, 0, one, 0, IoEvent.SIZE);
            task.memory.putBytes(events + (long) taken * IoEvent.SIZE, event);
            taken++;
            head = (head + 1) % places;
        }
        if (taken > 0) {
            setWord(HEAD, head);
        }
        return taken;
    }

    synchronized void add(AioPoll poll) {
        polls.add(poll);
    }

    /** @return false if it has ended meanwhile */
    synchronized boolean remove(AioPoll poll) {
        return polls.remove(poll);
    }

    /** The request of an iocb that can still be cancelled, taken out; or null. */
    synchronized @Nullable AioPoll takePoll(long object) {
        for (AioPoll poll : polls) {
            if (poll.object == object) {
                polls.remove(poll);
                return poll;
            }
        }
        return null;
    }

    /** No more requests and events; what can be cancelled is. */
    void end() {
        List<AioPoll> left;
        synchronized (this) {
            ended = true;
            left = new ArrayList<>(polls);
            polls.clear();
        }
        for (AioPoll poll : left) {
            poll.cancel();
        }
        limits.inUse.addAndGet(-wanted);
        finished.wakeAll(Poll.POLLIN);
    }

    /** Is nothing under way, not in other threads either? */
    synchronized boolean isQuiet() {
        return underWay == 0;
    }
}
