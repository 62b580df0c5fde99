package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct timespec: seconds and nanoseconds.
 *
 * <p>Linux: {@code include/uapi/linux/time_types.h}; man page: timespec(3type).
 */
public final class Timespec {
    public static final int TV_SEC = 0;
    public static final int TV_NSEC = 8;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Timespec() {}

    public static void write(MemorySegment to, long at, long seconds, long nanoseconds) {
        Le.putLong(to, at + TV_SEC, seconds);
        Le.putLong(to, at + TV_NSEC, nanoseconds);
    }

    /** Writes a time given in nanoseconds; a time before the epoch has negative seconds and positive nanoseconds. */
    public static void writeNs(MemorySegment to, long at, long timeNs) {
        write(to, at, Math.floorDiv(timeNs, 1_000_000_000L), Math.floorMod(timeNs, 1_000_000_000L));
    }

    public static long seconds(MemorySegment from, long at) {
        return Le.getLong(from, at + TV_SEC);
    }

    public static long nanoseconds(MemorySegment from, long at) {
        return Le.getLong(from, at + TV_NSEC);
    }

    /** Whether Linux takes it as a timeout: seconds not negative, nanoseconds below 10^9. */
    public static boolean isValid(MemorySegment from, long at) {
        return seconds(from, at) >= 0 && Long.compareUnsigned(nanoseconds(from, at), 1_000_000_000L) < 0;
    }

    /** The whole in nanoseconds, Long.MAX_VALUE if it is more (292 years), which counts as forever in Linux too. */
    public static long toNs(MemorySegment from, long at) {
        return toNs(seconds(from, at), nanoseconds(from, at));
    }

    /** The same of two numbers at hand. */
    public static long toNs(long seconds, long nanoseconds) {
        return seconds >= Long.MAX_VALUE / 1_000_000_000L ? Long.MAX_VALUE : seconds * 1_000_000_000L + nanoseconds;
    }
}
