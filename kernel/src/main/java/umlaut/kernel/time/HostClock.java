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

    /** What a guest has made of the clock. Offsets are made up for at this rate, as adjtime(3) says. */
    private static final double SLEW_RATE = 500e-6;

    /**
     * @param sinceNs on the monotonic clock
     * @param offsetNs the real-time clock's, from the host's, at that time
     * @param rate how much it gains from then on
     * @param slewNs what it gains or loses besides, at {@link #SLEW_RATE}
     */
    private record Discipline(long sinceNs, long offsetNs, double rate, long slewNs) {
        long offset(long nowNs) {
            return offsetNs + (long) ((nowNs - sinceNs) * rate) + slewed(nowNs);
        }

        long slewed(long nowNs) {
            long most = (long) ((nowNs - sinceNs) * SLEW_RATE);
            return Math.clamp(slewNs, -most, most);
        }
    }

    private volatile Discipline discipline = new Discipline(0, 0, 0, 0);

    private long offsetNs() {
        return discipline.offset(monotonicNs());
    }

    @Override
    public long monotonicNs() {
        return System.nanoTime(); // CLOCK_MONOTONIC on Linux
    }

    @Override
    public long realtimeNs() {
        return hostRealtimeNs() + offsetNs();
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
        return host(Clock.CLOCK_TAI) + offsetNs();
    }

    @Override
    public long coarseMonotonicNs() {
        return host(Clock.CLOCK_MONOTONIC_COARSE);
    }

    @Override
    public long coarseRealtimeNs() {
        return host(Clock.CLOCK_REALTIME_COARSE) + offsetNs();
    }

    private static long host(int clock) {
        MemorySegment room = Scratch.room();
        HostCalls.call(Syscall.CLOCK_GETTIME, clock, room.address());
        return Timespec.toNs(room, 0);
    }

    @Override
    public boolean setRealtimeNs(long timeNs) {
        discipline = new Discipline(monotonicNs(), timeNs - hostRealtimeNs(), discipline.rate, 0);
        settings.wakeAll(0);
        return true;
    }

    @Override
    public void discipline(double rate, long slewNs) {
        long now = monotonicNs();
        discipline = new Discipline(now, discipline.offset(now), rate, slewNs);
        settings.wakeAll(0);
    }

    @Override
    public long slewLeftNs() {
        Discipline d = discipline;
        return d.slewNs - d.slewed(monotonicNs());
    }

    @Override
    public WaitQueue settings() {
        return settings;
    }

    @Override
    public boolean vdsoUsable() {
        Discipline d = discipline;
        return d.offsetNs == 0 && d.rate == 0 && d.slewNs == 0;
    }
}
