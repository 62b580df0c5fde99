package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct timeval: seconds and microseconds.
 *
 * <p>Linux: {@code include/uapi/linux/time.h}; man page: timeval(3type).
 */
public final class Timeval {
    public static final int TV_SEC = 0;
    public static final int TV_USEC = 8;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Timeval() {}

    public static void write(MemorySegment to, long at, long seconds, long microseconds) {
        Le.putLong(to, at + TV_SEC, seconds);
        Le.putLong(to, at + TV_USEC, microseconds);
    }

    /** Writes a time given in nanoseconds, cut to microseconds. */
    public static void writeNs(MemorySegment to, long at, long timeNs) {
        write(to, at, Math.floorDiv(timeNs, 1_000_000_000L), Math.floorMod(timeNs, 1_000_000_000L) / 1_000);
    }

    public static long seconds(MemorySegment from, long at) {
        return Le.getLong(from, at + TV_SEC);
    }

    public static long microseconds(MemorySegment from, long at) {
        return Le.getLong(from, at + TV_USEC);
    }

    /** Whether seconds are not negative and microseconds below 10^6. */
    public static boolean isValid(MemorySegment from, long at) {
        return seconds(from, at) >= 0 && Long.compareUnsigned(microseconds(from, at), 1_000_000L) < 0;
    }

    /** The whole in nanoseconds, Long.MAX_VALUE if it is more. */
    public static long toNs(MemorySegment from, long at) {
        return Timespec.toNs(seconds(from, at), microseconds(from, at) * 1_000);
    }
}
