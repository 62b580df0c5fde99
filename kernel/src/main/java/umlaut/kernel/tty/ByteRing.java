package umlaut.kernel.tty;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A bounded queue of bytes. Not thread-safe: guarded by the terminal's lock. */
final class ByteRing {
    private final byte[] bytes;
    private int tail;
    private int count;

    /** @param capacity a power of two */
    ByteRing(int capacity) {
        bytes = new byte[capacity];
    }

    int count() {
        return count;
    }

    int room() {
        return bytes.length - count;
    }

    boolean put(int b) {
        if (count == bytes.length) {
            return false;
        }
        bytes[tail + count & bytes.length - 1] = (byte) b;
        count++;
        return true;
    }

    /** @return bytes taken in, as room allows */
    int put(byte[] from, int offset, int length) {
        int n = Math.min(length, room());
        for (int done = 0; done < n; ) {
            int at = tail + count & bytes.length - 1;
            int here = Math.min(n - done, bytes.length - at);
            System.arraycopy(from, offset + done, bytes, at, here);
            count += here;
            done += here;
        }
        return n;
    }

    /** Copies the oldest bytes out without removing them. @return bytes copied */
    int peek(MemorySegment to, int offset, int length) {
        int n = Math.min(length, count);
        for (int done = 0; done < n; ) {
            int at = tail + done & bytes.length - 1;
            int here = Math.min(n - done, bytes.length - at);
            MemorySegment.copy(bytes, at, to, ValueLayout.JAVA_BYTE, offset + done, here);
            done += here;
        }
        return n;
    }

    void drop(int n) {
        tail = tail + n & bytes.length - 1;
        count -= n;
    }

    void clear() {
        count = 0;
    }
}
