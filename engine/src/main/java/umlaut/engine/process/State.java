package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Futex;
import umlaut.host.Layouts;

/**
 * Values of an area's state word. Even bit patterns are awake, bit 0 says that the side that waits sleeps on the word's futex. Bit 1 is set
 * from request to answer: the JVM's turn. Each side publishes with an exchange and wakes the other if bit 0 was set.
 */
final class State {
    static final int ASLEEP = 1;
    static final int REQUEST = 2;

    /** With REQUEST: the kernel thread sleeps for long, so waiting by polling is in vain. */
    static final int NO_POLLING = 1 << 31;

    /** With REQUEST: the kernel thread, which dozes, is wanted. */
    static final int NUDGE = 1 << 30;

    /** With REQUEST: the kernel thread dozes in this very request, so that the word tells it from the next one. */
    static final int DOZE = 1 << 29;

    /** With REQUEST: the thread has changed something by itself ({@link StubLease}, {@link StubSignals}). */
    static final int CHANGED = 1 << 28;

    /** What may be added to any request. */
    static final int MARKS = ASLEEP | NO_POLLING | NUDGE | DOZE | CHANGED;

    /** Which side sleeps on the word, as bits of FUTEX_WAIT_BITSET: both may at once, when the kernel thread dozes. */
    static final int GUEST_SIDE = 1, KERNEL_SIDE = 2;

    /** Requests: why the thread came in. */
    static final int SYSCALL = REQUEST | 1 << 8;

    static final int UNPATCHED = REQUEST | 2 << 8;
    static final int FAULT = REQUEST | 3 << 8;
    static final int INTERRUPT = REQUEST | 4 << 8;
    /** Out of a host futex wait or before it, RAX = -EINTR. */
    static final int FUTEX_INTERRUPTED = REQUEST | 5 << 8;
    /** An order failed; the rest of the list was not run. */
    static final int ORDER_FAILED = REQUEST | 6 << 8;
    /** A SYNC answer's orders are done. */
    static final int SYNCED = REQUEST | 7 << 8;
    /** First request of a new thread. */
    static final int STARTED = REQUEST | 8 << 8;
    /** A futex call came by SIGSYS: its site wants patching. */
    static final int FUTEX_UNPATCHED = REQUEST | 9 << 8;
    /** The orders are done but for a copy from a window. */
    static final int COPY_FAILED = REQUEST | 11 << 8;
    /** Put here by the JVM when the process has died. */
    static final int DEAD = REQUEST | 10 << 8;

    /** Answers: go back to guest code, restoring all but RCX and R11 (which a system call spoils). */
    static final int ANSWER = 0;
    /** Restore everything, RIP and flags included. */
    static final int FULL = 1 << 2;
    /** Run the order list first. */
    static final int ORDERS = 1 << 3;
    /** Run futex(2) with the registers in the area. */
    static final int FUTEX = 1 << 4;
    /** Come back with SYNCED after the orders. */
    static final int SYNC = 1 << 5;
    /** Copy as many bytes as the bits from {@link #OUT_SHIFT} on say to {@link Area#OUT_ADDRESS}, from {@link Area#OUT_DATA}. */
    static final int OUT = 1 << 6;
    /** With OUT: from {@link Area#INLINE_DATA} instead. */
    static final int INLINE = 1 << 7;

    /** Come back with SYNCED after the futex call. */
    static final int COME_BACK = 1 << 24;

    static final int OUT_SHIFT = 8, OUT_MASK = 0xffff;

    private State() {}

    /** Sleeps until it is the JVM's turn, or the process has ended. @return the state word */
    static int awaitRequest(MemorySegment area, NativeAddressSpace space) {
        int state = (int) Layouts.WORD.getVolatile(area, (long) Area.STATE);
        while ((state & REQUEST) == 0 && !space.isDead()) {
            int asleep = state | ASLEEP;
            if (state == asleep || Layouts.WORD.compareAndSet(area, (long) Area.STATE, state, asleep)) {
                Futex.await(area, Area.STATE, asleep);
            }
            state = (int) Layouts.WORD.getVolatile(area, (long) Area.STATE);
        }
        return state;
    }
}
