package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import umlaut.host.Futex;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Processes;
import umlaut.host.Syscall;

/**
 * The JVM's end of a service thread: fills batches of orders, has them run and reads the results, which are hints only. Not thread-safe: its address
 * space's lock guards it. A batch is {@link #add}ed order by order and then {@link #run}.
 */
final class Service {
    private static final int ESRCH = 3;
    private static final long RETRY_NS = 20_000_000;

    private final MemorySegment orders;
    private final MemorySegment reply;
    private final Pacer pacer;
    private int seq;
    private int count;

    /** A batch was started that nobody has waited for, of that many orders. */
    private int launched;

    private long launchedResult;

    /** Set by the reaper: nobody will answer any more, and the slot may soon be another's, so that it must not be touched. */
    volatile boolean dead;

    /** The processor that the service thread is confined to, -1 if to none: its callers wait for it, so it runs where they do. Threads and processes that it makes are born there. */
    private int cpu = -1;

    /** Confines the service thread to the processors of a mask; null while nobody may. */
    private @Nullable LongConsumer placing;

    /** The fork that is to make this process, while its maker waits for it; used by that thread only. */
    private Nursery.@Nullable Birth birth;

    Service(MemorySegment slot, Pacer pacer) {
        this.pacer = pacer;
        orders = slot.asSlice(0, Layout.ORDERS_SIZE);
        reply = slot.asSlice(Layout.ORDERS_SIZE, Layout.REPLY_SIZE);
    }

    /** The service of another process on that slot. */
    Service forSlot(MemorySegment slot) {
        return new Service(slot, pacer);
    }

    /** Adds an order. @return its index, for {@link #result} */
    int add(long nr, long a, long b, long c, long d, long e, long f) {
        return add(false, nr, a, b, c, d, e, f);
    }

    /** @param goOn whether the rest of the batch runs even if this fails */
    int add(boolean goOn, long nr, long a, long b, long c, long d, long e, long f) {
        arrive();
        if (count == ServicePages.MAX_ORDERS) {
            throw new IllegalStateException("batch too long");
        }
        if (dead) {
            return count++;
        }
        long at = ServicePages.ORDER + (long) count * Order.SIZE;
        orders.set(Layouts.LONG, at, nr);
        orders.set(Layouts.LONG, at + 8, a);
        orders.set(Layouts.LONG, at + 16, b);
        orders.set(Layouts.LONG, at + 24, c);
        orders.set(Layouts.LONG, at + 32, d);
        orders.set(Layouts.LONG, at + 40, e);
        orders.set(Layouts.LONG, at + 48, f);
        orders.set(Layouts.LONG, at + 56, goOn ? 1 : 0);
        return count++;
    }

    /** Adds what starts a host thread with an area of its own, the thread's id being the last result. */
    void addThread(int areaSlot) {
        long area = Layout.areaAddress(areaSlot);
        int flags = Memory.MAP_FIXED | Memory.MAP_SHARED;
        add(Syscall.MMAP, area, Layout.SLOT_SIZE, 3, flags, Layout.AREA_FD, AreaFile.offset(areaSlot));
        add(Syscall.MADVISE, area, Layout.SLOT_SIZE, Memory.MADV_DONTFORK, 0, 0, 0);
        add(Order.THREAD, area, 0, 0, 0, 0, 0);
    }

    /** Orders in the batch so far. */
    int size() {
        return count;
    }

    boolean isFull(int more) {
        return count + more > ServicePages.MAX_ORDERS;
    }

    /** Puts a C string among the strings of the order pages. @return its address over there */
    long string(int offset, String s) {
        arrive();
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        long at = ServicePages.STRINGS + offset;
        if (dead) {
            return Layout.ORDERS + at;
        }
        MemorySegment.copy(bytes, 0, orders, Layouts.BYTE, at, bytes.length);
        orders.set(Layouts.BYTE, at + bytes.length, (byte) 0);
        return Layout.ORDERS + at;
    }

    /** Room in the order pages for structs that orders point at. */
    MemorySegment strings() {
        return orders.asSlice(ServicePages.STRINGS, ServicePages.STRINGS_SIZE);
    }

    /** Runs the batch. @return 0, or -errno of the order that ended it; -ESRCH when the process is dead */
    long run() {
        start();
        return await();
    }

    /** Starts the batch; it is waited for by {@link #settle}, or before anything else is added. */
    void launch() {
        start();
        launched = count;
        count = 0;
    }

    /** Waits for what was launched. @return the outcome of that, 0 if nothing was since the last call */
    long settle() {
        arrive();
        long result = launchedResult;
        launchedResult = 0;
        return result;
    }

    private void arrive() {
        if (launched > 0) {
            count = launched;
            launched = 0;
            launchedResult = await();
        }
    }

    /** Starts the batch without waiting for it. */
    void start() {
        start(pacer.servicePolls());
    }

    /** @param polls how often the service thread looks for another batch after this */
    void start(int polls) {
        if (dead) {
            return;
        }
        orders.set(Layouts.INT, ServicePages.COUNT, count);
        orders.set(Layouts.INT, ServicePages.WAITING, 0);
        orders.set(Layouts.INT, ServicePages.POLLS, polls);
        seq++;
        Layouts.WORD.setVolatile(orders, (long) ServicePages.SEQ, seq);
        if ((int) Layouts.WORD.getVolatile(reply, (long) ServicePages.ASLEEP) != 0) {
            comeHere();
            Futex.wake(orders, ServicePages.SEQ, 1);
        }
    }

    /** From now on the service thread runs on the processor of whoever wakes it. @param bornOn where it is confined to already */
    void follow(LongConsumer placing, int bornOn) {
        this.placing = placing;
        cpu = bornOn;
    }

    int cpu() {
        return cpu;
    }

    private void comeHere() {
        if (placing != null && pacer.places()) {
            int here = Processes.currentCpu();
            if (here != cpu && pacer.isAllowed(here)) {
                cpu = here;
                placing.accept(1L << here);
            }
        }
    }

    /**
     * Waits for the first batch of a process that is being forked, as {@link #await}, or until it is sure that there is no such process: the parent's death may
     * mean that there never was a child; the reaper may be waiting for our caller; and the child may have died by itself.
     */
    long awaitFirst(Nursery.Birth birth) {
        this.birth = birth;
        try {
            return await();
        } finally {
            this.birth = null;
        }
    }

    /** Has the process end as soon as it looks, whatever it was told before. For one that may never come to be. */
    void cancel() {
        count = 0;
        add(Syscall.EXIT_GROUP, 0, 0, 0, 0, 0, 0);
        start(0);
        count = 0;
    }

    /** Waits for the batch started last. */
    long await() {
        int ran = count;
        count = 0;
        if (dead) {
            return -ESRCH;
        }
        int spins = pacer.serviceAnswerPolls();
        if (spins > 0 && HostCalls.poll(reply, ServicePages.DONE, -1, seq, spins) == seq) {
            VarHandle.acquireFence();
            return outcome(ran);
        }
        Layouts.WORD.setVolatile(orders, (long) ServicePages.WAITING, 1);
        while (!isDone()) {
            Nursery.Birth coming = birth;
            if (dead || coming != null && coming.isOver()) {
                return -ESRCH;
            }
            // Guest code may have spoilt the flags that tell who sleeps, so look again now and then.
            int seen = (int) Layouts.WORD.getVolatile(reply, (long) ServicePages.DONE);
            if (seen != seq && Futex.await(reply, ServicePages.DONE, seen, RETRY_NS) == -110) {
                Futex.wake(orders, ServicePages.SEQ, 1);
            }
        }
        return outcome(ran);
    }

    private boolean isDone() {
        return (int) Layouts.WORD.getAcquire(reply, (long) ServicePages.DONE) == seq;
    }

    private long outcome(int ran) {
        int executed = Math.clamp(reply.get(Layouts.INT, ServicePages.EXECUTED), 0, ran);
        for (int i = 0; i < executed; i++) {
            long result = result(i);
            if (result < 0
                    && result >= -4095
                    && orders.get(Layouts.LONG, ServicePages.ORDER + (long) i * Order.SIZE + 56) == 0) {
                return result;
            }
        }
        return executed == ran ? 0 : -ESRCH;
    }

    /** What an order of the last batch returned, or so they say. */
    long result(int index) {
        return reply.get(Layouts.LONG, ServicePages.RESULT + 8L * index);
    }

    /** The process id that the process found; to be believed only before guest code first runs in it. */
    int pid() {
        return reply.get(Layouts.INT, ServicePages.PID);
    }

    /** Wakes a caller of {@link #await} after the process has died. */
    void bury() {
        dead = true;
        Layouts.WORD.setVolatile(reply, (long) ServicePages.DONE, ~seq);
        Futex.wake(reply, ServicePages.DONE, Integer.MAX_VALUE);
    }
}
