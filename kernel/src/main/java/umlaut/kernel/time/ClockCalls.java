package umlaut.kernel.time;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import umlaut.abi.Capability;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.Timespec;
import umlaut.abi.Timeval;
import umlaut.kernel.task.Task;

/** Reading and setting clocks: clock_gettime(2), gettimeofday(2), time(2). */
final class ClockCalls {
    /** The time zone at boot: of all bits of struct timezone, the highest is spare. */
    static final long NEVER_SET = Long.MIN_VALUE, NO_ZONE = NEVER_SET;

    private static final int MOST_MINUTES = 15 * 60;
    /** 2^63 ns less thirty years. */
    private static final long MOST_SECONDS = Long.MAX_VALUE / 1_000_000_000 - 30L * 365 * 24 * 3600;

    private ClockCalls() {}

    static long gettime(Task task, int id, long address) {
        long now = Clocks.read(task, id);
        MemorySegment room = task.memory.build(Timespec.SIZE);
        Timespec.writeNs(room, 0, now);
        task.memory.write(address, room);
        return 0;
    }

    static long getres(Task task, int id, long address) {
        long resolution = Clocks.resolution(task, id);
        if (address != 0) {
            MemorySegment room = task.memory.build(Timespec.SIZE);
            Timespec.writeNs(room, 0, resolution);
            task.memory.write(address, room);
        }
        return 0;
    }

    static long settime(Task task, int id, long address) {
        if (id > Clock.CLOCK_REALTIME || id < 0 && (id & Clock.CPUCLOCK_CLOCK_MASK) == Clock.CPUCLOCK_FD) {
            return Errno.EINVAL.negative();
        }
        MemorySegment time = task.memory.struct(address, Timespec.SIZE);
        if (id < 0) {
            // CPU clocks exist, but nobody may set them.
            Clocks.read(task, id);
            return Errno.EPERM.negative();
        }
        if (!Timespec.isValid(time, 0) || !isSettable(Timespec.seconds(time, 0))) {
            return Errno.EINVAL.negative();
        }
        return set(task, Timespec.toNs(time, 0));
    }

    /** timespec64_valid_settod: nothing before 1970, and thirty years of running are to be left. */
    private static boolean isSettable(long seconds) {
        return seconds >= 0 && seconds < MOST_SECONDS;
    }

    private static long set(Task task, long timeNs) {
        if (!task.credentials().capable(Capability.CAP_SYS_TIME)) {
            return Errno.EPERM.negative();
        }
        return task.kernel.clock.setRealtimeNs(timeNs) ? 0 : Errno.EPERM.negative();
    }

    /** @param known the kernel's time zone, as it stands in memory */
    static long gettimeofday(Task task, long time, long zone, long known) {
        if (time != 0) {
            MemorySegment room = task.memory.build(Timeval.SIZE);
            Timeval.writeNs(room, 0, task.kernel.clock.realtimeNs());
            task.memory.write(time, room);
        }
        if (zone != 0) {
            task.memory.putLong(zone, known & ~NEVER_SET);
        }
        return 0;
    }

    static long settimeofday(Task task, long time, long zone, AtomicLong known) {
        long timeNs = -1;
        if (time != 0) {
            MemorySegment given = task.memory.struct(time, Timeval.SIZE);
            if (!Timeval.isValid(given, 0) || !isSettable(Timeval.seconds(given, 0))) {
                return Errno.EINVAL.negative();
            }
            timeNs = Timeval.toNs(given, 0);
        }
        long fresh = zone == 0 ? 0 : task.memory.getLong(zone);
        if (!task.credentials().capable(Capability.CAP_SYS_TIME)) {
            return Errno.EPERM.negative();
        }
        if (zone != 0) {
            int west = (int) fresh;
            if (Math.abs((long) west) > MOST_MINUTES) {
                return Errno.EINVAL.negative();
            }
            boolean first = known.getAndSet(fresh & ~NEVER_SET) == NO_ZONE;
            if (first && time == 0 && west != 0) {
                // The clock was set to local time (timekeeping_warp_clock).
                timeNs = task.kernel.clock.realtimeNs() + west * 60_000_000_000L;
            }
        }
        return timeNs < 0 ? 0 : set(task, timeNs);
    }

    static long time(Task task, long address) {
        long seconds = Math.floorDiv(task.kernel.clock.realtimeNs(), 1_000_000_000L);
        if (address != 0) {
            task.memory.putLong(address, seconds);
        }
        return seconds;
    }
}
