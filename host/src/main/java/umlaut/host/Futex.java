package umlaut.host;

import java.lang.foreign.MemorySegment;

/** Sleeping on and waking words of shared memory; never the private form, since the other side is another process. See futex(2). */
public final class Futex {
    public static final int WAIT = 0, WAKE = 1, WAIT_BITSET = 9, WAKE_BITSET = 10, PRIVATE = 128;

    /** What a wait returns whose time is over: -ETIMEDOUT. */
    public static final long TIMED_OUT = -110;

    private Futex() {}

    /** Sleeps while the word is {@code expected}. @return 0 when woken, or -EAGAIN, -EINTR */
    public static long await(MemorySegment memory, long offset, int expected) {
        return HostCalls.call(Syscall.FUTEX, memory.address() + offset, WAIT, expected, 0, 0, 0);
    }

    /** Sleeps at most {@code timeoutNs}. @return 0 when woken, or -EAGAIN, -EINTR, -ETIMEDOUT */
    public static long await(MemorySegment memory, long offset, int expected, long timeoutNs) {
        MemorySegment time = Scratch.arguments();
        time.set(Layouts.LONG, 0, timeoutNs / 1_000_000_000);
        time.set(Layouts.LONG, 8, timeoutNs % 1_000_000_000);
        return HostCalls.call(Syscall.FUTEX, memory.address() + offset, WAIT, expected, time.address(), 0, 0);
    }

    /**
     * As {@link #await(MemorySegment, long, int)}, but woken only by {@link #wakeBits} with a common bit (or by a plain wake), and until a time of the monotonic clock.
     */
    public static long awaitBits(MemorySegment memory, long offset, int expected, int bits, long deadlineNs) {
        MemorySegment time = Scratch.arguments();
        time.set(Layouts.LONG, 0, deadlineNs / 1_000_000_000);
        time.set(Layouts.LONG, 8, deadlineNs % 1_000_000_000);
        return HostCalls.call(Syscall.FUTEX, memory.address() + offset, WAIT_BITSET, expected, time.address(), 0, bits);
    }

    /** Wakes one of the sleepers that wait for one of {@code bits}; plain ones wait for all. */
    public static long wakeBits(MemorySegment memory, long offset, int bits) {
        return HostCalls.call(Syscall.FUTEX, memory.address() + offset, WAKE_BITSET, 1, 0, 0, bits);
    }

    /** Wakes up to {@code count} sleepers. @return how many were woken */
    public static long wake(MemorySegment memory, long offset, int count) {
        return HostCalls.call(Syscall.FUTEX, memory.address() + offset, WAKE, count, 0, 0, 0);
    }
}
