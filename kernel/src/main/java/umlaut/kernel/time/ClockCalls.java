package umlaut.kernel.time;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Timespec;
import umlaut.abi.Timeval;
import umlaut.abi.Timex;
import umlaut.abi.Timezone;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;
import umlaut.host.Syscall;
import umlaut.kernel.task.Task;

/** Reading and setting clocks: clock_gettime(2), gettimeofday(2), time(2), adjtimex(2). */
final class ClockCalls {
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
        if (id != Clock.CLOCK_REALTIME) {
            // CPU clocks exist, but nobody may set them.
            if (id < 0) {
                Clocks.read(task, id);
                return Errno.EPERM.negative();
            }
            return Errno.EINVAL.negative();
        }
        MemorySegment time = task.memory.struct(address, Timespec.SIZE);
        if (!Timespec.isValid(time, 0)) {
            return Errno.EINVAL.negative();
        }
        return set(task, Timespec.toNs(time, 0));
    }

    private static long set(Task task, long timeNs) {
        if (!task.credentials().capable(Capability.CAP_SYS_TIME)) {
            return Errno.EPERM.negative();
        }
        return task.kernel.clock.setRealtimeNs(timeNs) ? 0 : Errno.EPERM.negative();
    }

    static long gettimeofday(Task task, long time, long zone) {
        if (time != 0) {
            MemorySegment room = task.memory.build(Timeval.SIZE);
            Timeval.writeNs(room, 0, task.kernel.clock.realtimeNs());
            task.memory.write(time, room);
        }
        if (zone != 0) {
            task.memory.write(zone, task.memory.build(Timezone.SIZE));
        }
        return 0;
    }

    static long settimeofday(Task task, long time, long zone) {
        long timeNs = -1;
        if (time != 0) {
            MemorySegment given = task.memory.struct(time, Timeval.SIZE);
            if (!Timeval.isValid(given, 0)) {
                return Errno.EINVAL.negative();
            }
            timeNs = Timeval.toNs(given, 0);
        }
        if (zone != 0) {
            task.memory.struct(zone, Timezone.SIZE);
        }
        if (!task.credentials().capable(Capability.CAP_SYS_TIME)) {
            return Errno.EPERM.negative();
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

    static long clockAdjtime(Task task, int id, long address) {
        return switch (id) {
            case Clock.CLOCK_REALTIME -> adjtimex(task, address);
            case Clock.CLOCK_MONOTONIC, Clock.CLOCK_BOOTTIME, Clock.CLOCK_TAI, Clock.CLOCK_MONOTONIC_RAW ->
                Errno.EOPNOTSUPP.negative();
            default -> Errno.EINVAL.negative();
        };
    }

    /** The host's discipline of its clock is shown; of changes only a step is possible. */
    static long adjtimex(Task task, long address) {
        MemorySegment given = task.memory.struct(address, Timex.SIZE);
        int modes = Le.getInt(given, Timex.MODES);
        boolean readOnly = modes == 0 || modes == Clock.ADJ_OFFSET_SS_READ;
        if (!readOnly && !task.credentials().capable(Capability.CAP_SYS_TIME)) {
            return Errno.EPERM.negative();
        }
        if (!readOnly) {
            if ((modes & ~(Clock.ADJ_SETOFFSET | Clock.ADJ_NANO)) != 0) {
                return Errno.EPERM.negative();
            }
            long seconds = Le.getLong(given, Timex.TIME + Timeval.TV_SEC);
            long part = Le.getLong(given, Timex.TIME + Timeval.TV_USEC) * ((modes & Clock.ADJ_NANO) != 0 ? 1 : 1000);
            if (part < 0 || part >= 1_000_000_000L) {
                return Errno.EINVAL.negative();
            }
            set(task, task.kernel.clock.realtimeNs() + seconds * 1_000_000_000L + part);
        }
        MemorySegment host = Scratch.room().asSlice(0, Timex.SIZE).fill((byte) 0);
        long state = HostCalls.call(Syscall.ADJTIMEX, host.address());
        long now = task.kernel.clock.realtimeNs();
        boolean nanos = (Le.getInt(host, Timex.STATUS) & Clock.STA_NANO) != 0;
        Le.putInt(host, Timex.MODES, modes);
        Timespec.write(
                host,
                Timex.TIME,
                Math.floorDiv(now, 1_000_000_000L),
                Math.floorMod(now, 1_000_000_000L) / (nanos ? 1 : 1000));
        task.memory.write(address, host, 0, Timex.SIZE);
        return state < 0 ? Clock.TIME_OK : state;
    }
}
