package umlaut.kernel.ipc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;

/**
 * Where packets begin and end in a pipe that was written in packet mode (O_DIRECT, pipe2(2)): run lengths in order, negative for packets, positive for plain
 * bytes. The monitor is a leaf lock.
 */
final class PacketRuns {
    @GuardedBy("this") private final ArrayDeque<Integer> runs = new ArrayDeque<>();

    synchronized int count() {
        return runs.size();
    }

    synchronized void addPacket(int length) {
        runs.addLast(-length);
    }

    synchronized void addBytes(int length) {
        Integer last = runs.peekLast();
        if (last != null && last > 0) {
            runs.removeLast();
            runs.addLast(last + length);
        } else {
            runs.addLast(length);
        }
    }

    /** The first run: a packet's length negated, a plain run's length, or 0 when there is none. */
    synchronized int first() {
        Integer first = runs.peekFirst();
        return first == null ? 0 : first;
    }

    /** The first run is read: a packet as a whole, of plain bytes {@code count}. */
    synchronized void consume(int count) {
        int first = runs.removeFirst();
        if (first > count) {
            runs.addFirst(first - count);
        }
    }

    /** Up to {@code count} bytes of the first run have gone, a packet's or plain ones. @return how many */
    synchronized long trim(long count) {
        Integer first = runs.pollFirst();
        if (first == null) {
            return count;
        }
        int length = Math.abs(first);
        if (length > count) {
            int left = length - (int) count;
            runs.addFirst(first < 0 ? -left : left);
            return count;
        }
        return length;
    }
}
