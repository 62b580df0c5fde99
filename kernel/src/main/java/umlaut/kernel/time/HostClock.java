package umlaut.kernel.time;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import umlaut.abi.Clock;
import umlaut.abi.Timespec;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;
import umlaut.host.Syscall;
import umlaut.kernel.wait.WaitQueue;

/**
 * The host's time, as the vDSO that guests use tells it, with an offset on the real-time clock once a guest has set it (then the vDSO no longer
 * agrees: programs started from then on do without).
 */
public final class HostClock implements umlaut.kernel.time.Clock {
    private final WaitQueue settings = new WaitQueue();
    private volatile long offsetNs;

    @Override
    public long monotonicNs() {
        return System.nanoTime(); // CLOCK_MONOTONIC on Linux
    }

    @Override
    public long realtimeNs() {
        return hostRealtimeNs() + offsetNs;
    }

    private static long hostRealtimeNs() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    @Override
    public long rawNs() {
        return host(Clock.CLOCK_MONOTONIC_RAW);
    }

    @Override
    public long bootNs() {
        return host(Clock.CLOCK_BOOTTIME);
    }

    @Override
    public long taiNs() {
        return host(Clock.CLOCK_TAI) + offsetNs;
    }

    @Override
    public long coarseMonotonicNs() {
        return host(Clock.CLOCK_MONOTONIC_COARSE);
    }

    @Override
    public long coarseRealtimeNs() {
        return host(Clock.CLOCK_REALTIME_COARSE) + offsetNs;
    }

    private static long host(int clock) {
        MemorySegment room = Scratch.room();
        HostCalls.call(Syscall.CLOCK_GETTIME, clock, room.address());
        return Timespec.toNs(room, 0);
    }

    @Override
    public boolean setRealtimeNs(long timeNs) {
        offsetNs = timeNs - hostRealtimeNs();
        settings.wakeAll(0);
        return true;
    }

    @Override
    public WaitQueue settings() {
        return settings;
    }

    @Override
    public boolean vdsoUsable() {
        return offsetNs == 0;
    }
}
