package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import umlaut.host.Layouts;

/** A thread's orders for its next return, in their order. Only its own kernel thread adds to it; once it holds changes of the address space, under
 * the lock of that. */
final class OrderQueue {
    /** Of an order, as the stub reads it; the last is for its result. */
    private static final int WORDS = 8;

    private final long[] words = new long[WORDS * Area.MAX_ORDERS];
    /** What each changes or writes. */
    private final long[] froms = new long[Area.MAX_ORDERS], tos = new long[Area.MAX_ORDERS];

    private int count;
    private volatile int changes;
    /** Bytes used in the area's out buffer. */
    int outUsed;

    int size() {
        return count;
    }

    boolean isFull() {
        return count == Area.MAX_ORDERS;
    }

    /** Orders that change the address space; while there are any, the queue is the address space's lock's. */
    int changes() {
        return changes;
    }

    void clear() {
        count = 0;
        changes = 0;
        outUsed = 0;
    }

    /** @param from first address that the order changes, {@code to} the one behind the last */
    void add(long from, long to, long nr, long a, long b, long c, long d, long e, long f) {
        froms[count] = from;
        tos[count] = to;
        int at = WORDS * count++;
        words[at] = nr;
        words[at + 1] = a;
        words[at + 2] = b;
        words[at + 3] = c;
        words[at + 4] = d;
        words[at + 5] = e;
        words[at + 6] = f;
        if (nr < Order.COPY_OUT && to > from) {
            changes = changes + 1;
        }
    }

    /** Is there an order with this number and first argument? */
    boolean contains(long nr, long a) {
        for (int i = 0; i < count; i++) {
            if (words[WORDS * i] == nr && words[WORDS * i + 1] == a) {
                return true;
            }
        }
        return false;
    }

    boolean overlaps(long from, long to) {
        for (int i = 0; i < count; i++) {
            if (isChange(i) && froms[i] < to && from < tos[i]) {
                return true;
            }
        }
        return false;
    }

    /** Whether a result still to be copied out touches a range. */
    boolean overlapsOut(long from, long to) {
        return contains(Order.COPY_OUT, from, to) || overlapsWindowCopy(from, to);
    }

    /** Whether what is still to be copied from a window does. */
    boolean overlapsWindowCopy(long from, long to) {
        return contains(Order.COPY_WINDOW, from, to);
    }

    private boolean contains(int copy, long from, long to) {
        for (int i = 0; i < count; i++) {
            if (words[WORDS * i] == copy && froms[i] < to && from < tos[i]) {
                return true;
            }
        }
        return false;
    }

    boolean isChange(int order) {
        return words[WORDS * order] < Order.COPY_OUT && tos[order] > froms[order];
    }

    /** Adds the changes to a batch of the service thread's, and keeps the rest. */
    void moveChanges(Service to) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int at = WORDS * i;
            if (isChange(i)) {
                to.add(
                        words[at],
                        words[at + 1],
                        words[at + 2],
                        words[at + 3],
                        words[at + 4],
                        words[at + 5],
                        words[at + 6]);
            } else {
                froms[kept] = froms[i];
                tos[kept] = tos[i];
                System.arraycopy(words, at, words, WORDS * kept++, WORDS);
            }
        }
        count = kept;
        changes = 0;
    }

    /** Copies what the copy-outs will write within a range, in their order. */
    void overlay(MemorySegment area, long address, MemorySegment to, long offset, long length) {
        for (int i = 0; i < count; i++) {
            long from = Math.max(address, froms[i]);
            long end = Math.min(address + length, tos[i]);
            if (words[WORDS * i] == Order.COPY_OUT && from < end) {
                long source = words[WORDS * i + 2] + from - froms[i];
                MemorySegment.copy(area, source, to, offset + from - address, end - from);
            }
        }
    }

    /** Whether all there is is one result to copy out, where {@link State#OUT} expects it. */
    boolean isOneCopy() {
        return count == 1
                && words[0] == Order.COPY_OUT
                && words[4] == 0
                && (words[2] == Area.INLINE_DATA || words[2] == Area.OUT_DATA);
    }

    /** Hands over {@link #isOneCopy} in the answer itself. @return bits of the answer */
    int publishCopy(MemorySegment area) {
        int answer = State.OUT | (int) words[3] << State.OUT_SHIFT;
        area.set(Layouts.LONG, Area.OUT_ADDRESS, words[1]);
        if (words[2] == Area.INLINE_DATA) {
            answer |= State.INLINE;
        }
        clear();
        return answer;
    }

    /** Called by any kernel thread, once that of {@code thread} has published a list: waits until the host thread has run it. */
    static void awaitRun(NativeThread thread) {
        for (int i = 0; thread.ordersUnderWay && !thread.space.isDead(); i++) {
            int done = (int) Layouts.WORD.getAcquire(thread.area, (long) Area.ORDERS_DONE);
            if (done - thread.ordersPosted >= 0) {
                return;
            }
            if (i < 1000) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(50_000);
            }
        }
    }

    /** Writes the list where the stub expects it. */
    void publish(MemorySegment area) {
        for (int i = 0, n = WORDS * count; i < n; i++) {
            area.set(Layouts.LONG, Area.ORDER + 8L * i, words[i]);
        }
        area.set(Layouts.INT, Area.ORDER_COUNT, count);
    }
}
