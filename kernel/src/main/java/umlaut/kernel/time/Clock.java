package umlaut.kernel.time;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.wait.WaitQueue;

/** The machine's time (timekeeping.c). One instance a kernel; ns everywhere. */
public interface Clock {
    /** CLOCK_MONOTONIC, equal to what the vDSO tells guests. */
    long monotonicNs();

    /** CLOCK_REALTIME, ns since 1970. */
    long realtimeNs();

    /** CLOCK_MONOTONIC_RAW: not slewed. */
    default long rawNs() {
        return monotonicNs();
    }

    /** CLOCK_BOOTTIME: goes on while the machine is suspended. */
    default long bootNs() {
        return monotonicNs();
    }

    /** CLOCK_TAI: real time without leap seconds. */
    default long taiNs() {
        return realtimeNs();
    }

    /** CLOCK_MONOTONIC_COARSE: as of the last tick. */
    default long coarseMonotonicNs() {
        return monotonicNs();
    }

    /** CLOCK_REALTIME_COARSE: as of the last tick. */
    default long coarseRealtimeNs() {
        return realtimeNs();
    }

    /**
     * Sets the real-time clock of this guest; the host's is left alone.
     *
     * @return false if this clock can't be set
     */
    default boolean setRealtimeNs(long timeNs) {
        return false;
    }

    /**
     * From now on the real-time clock of this guest gains {@code rate} on the host's (0.000001: a part in a million), and {@code slewNs} in all besides, little by little.
     */
    default void discipline(double rate, long slewNs) {}

    /** What is still to be made up for. */
    default long slewLeftNs() {
        return 0;
    }

    /** Woken when the real-time clock was set; null for a clock that can't be. */
    default @Nullable WaitQueue settings() {
        return null;
    }

    /**
     * Parks the calling thread (LockSupport) until it is unparked, or until then by {@link #monotonicNs}, or for no reason.
     *
     * @param deadlineNs Long.MAX_VALUE for none
     */
    default void park(Object blocker, long deadlineNs) {
        if (deadlineNs == Long.MAX_VALUE) {
            LockSupport.park(blocker);
        } else {
            LockSupport.parkNanos(blocker, deadlineNs - monotonicNs());
        }
    }

    /** Ends a thread's {@link #park}. */
    default void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /** Time stands still or jumps: no clock of the host's tells it, and nothing may be waited for by the host's. */
    default boolean isVirtual() {
        return false;
    }

    /**
     * Does the host's vDSO, which tells the host's time, tell this guest's? If not, new programs must be started without one.
     */
    default boolean vdsoUsable() {
        return true;
    }
}
