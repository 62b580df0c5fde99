package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Timespec;
import umlaut.abi.Timex;
import umlaut.kernel.task.Task;

/**
 * The discipline of the machine's real-time clock (adjtimex(2), kernel/time/ntp.c). It starts unsynchronized, going as the host's does; what a program sets comes on top: a
 * rate, and offsets that are made up for at 500 parts in a million. Linux's filters, which turn offsets into rates, are the daemons' business here.
 */
final class Adjtimex {
    private static final int ADJ_ADJTIME = 0x8000, ADJ_OFFSET_SINGLESHOT = 1, ADJ_OFFSET_READONLY = 0x2000;
    /** Rates are parts in a million with 16 bits behind the point. */
    private static final long MOST_FREQUENCY = 500L << 16;

    private static final long MOST_PHASE_NS = 500_000_000, MOST_ERROR_US = 16_000_000;
    private static final int MOST_CONSTANT = 10, MOST_TAI = 100_000, TICK_US = 10_000;
    private static final long PPM_SCALE = 65536L * 1000;
    private static final int STA_ERRORS = Clock.STA_UNSYNC | Clock.STA_CLOCKERR;
    private static final long SECOND_NS = 1_000_000_000;

    @GuardedBy("this") private int status = Clock.STA_UNSYNC;

    @GuardedBy("this") private long frequency;

    @GuardedBy("this") private long maxError = MOST_ERROR_US;

    @GuardedBy("this") private long estimatedError = MOST_ERROR_US;

    @GuardedBy("this") private long constant = 2;

    @GuardedBy("this") private long tick = TICK_US;

    @GuardedBy("this") private int tai;

    /** What is being made up for is adjtime(3)'s. */
    @GuardedBy("this") private boolean single;

    long clockAdjtime(Task task, int id, long address) {
        task.memory.struct(address, Timex.SIZE);
        if (id == Clock.CLOCK_REALTIME) {
            return adjtimex(task, address);
        }
        return (Clocks.isKnown(id) ? Errno.EOPNOTSUPP : Errno.EINVAL).negative();
    }

    synchronized long adjtimex(Task task, long address) {
        MemorySegment given = task.memory.struct(address, Timex.SIZE);
        int modes = Le.getInt(given, Timex.MODES);
        check(task, given, modes);
        umlaut.kernel.time.Clock clock = task.kernel.clock;
        if ((modes & Clock.ADJ_SETOFFSET) != 0) {
            step(clock, given, modes);
        }
        long offset;
        if ((modes & ADJ_ADJTIME) != 0) {
            offset = single ? clock.slewLeftNs() / 1000 : 0;
            if ((modes & ADJ_OFFSET_READONLY) == 0) {
                single = true;
                clock.discipline(rate(), Le.getLong(given, Timex.OFFSET) * 1000);
            }
        } else {
            change(clock, given, modes);
            long left = single ? 0 : clock.slewLeftNs();
            offset = (status & Clock.STA_NANO) != 0 ? left : left / 1000;
        }
        task.memory.write(address, answer(task, modes, offset));
        return (status & STA_ERRORS) != 0 ? Clock.TIME_ERROR : Clock.TIME_OK;
    }

    /** timekeeping_validate_timex. */
    private static void check(Task task, MemorySegment given, int modes) {
        boolean privileged = task.credentials().capable(Capability.CAP_SYS_TIME);
        if ((modes & ADJ_ADJTIME) != 0) {
            if ((modes & ADJ_OFFSET_SINGLESHOT) == 0) {
                throw Errno.EINVAL.exception();
            }
            if ((modes & ADJ_OFFSET_READONLY) == 0 && !privileged) {
                throw Errno.EPERM.exception();
            }
        } else {
            if (modes != 0 && !privileged) {
                throw Errno.EPERM.exception();
            }
            long tick = Le.getLong(given, Timex.TICK);
            if ((modes & Clock.ADJ_TICK) != 0 && (tick < TICK_US * 9 / 10 || tick > TICK_US * 11 / 10)) {
                throw Errno.EINVAL.exception();
            }
        }
        if ((modes & Clock.ADJ_SETOFFSET) != 0) {
            if (!privileged) {
                throw Errno.EPERM.exception();
            }
            long part = Le.getLong(given, Timex.TIME + 8);
            if (part < 0 || part >= ((modes & Clock.ADJ_NANO) != 0 ? SECOND_NS : 1_000_000)) {
                throw Errno.EINVAL.exception();
            }
        }
        long frequency = Le.getLong(given, Timex.FREQ);
        boolean overflows = frequency < Long.MIN_VALUE / PPM_SCALE || frequency > Long.MAX_VALUE / PPM_SCALE;
        if ((modes & Clock.ADJ_FREQUENCY) != 0 && overflows) {
            throw Errno.EINVAL.exception();
        }
    }

    private static void step(umlaut.kernel.time.Clock clock, MemorySegment given, int modes) {
        long seconds = Le.getLong(given, Timex.TIME);
        long part = Le.getLong(given, Timex.TIME + 8) * ((modes & Clock.ADJ_NANO) != 0 ? 1 : 1000);
        clock.setRealtimeNs(clock.realtimeNs() + seconds * SECOND_NS + part);
    }

    /** process_adjtimex_modes. */
    @GuardedBy("this") private void change(umlaut.kernel.time.Clock clock, MemorySegment given, int modes) {
        if (modes == 0) {
            return;
        }
        if ((modes & Clock.ADJ_STATUS) != 0) {
            status = status & Clock.STA_RONLY | Le.getInt(given, Timex.STATUS) & ~Clock.STA_RONLY;
        }
        if ((modes & Clock.ADJ_NANO) != 0) {
            status |= Clock.STA_NANO;
        }
        if ((modes & Clock.ADJ_MICRO) != 0) {
            status &= ~Clock.STA_NANO;
        }
        if ((modes & Clock.ADJ_FREQUENCY) != 0) {
            frequency = Math.clamp(Le.getLong(given, Timex.FREQ), -MOST_FREQUENCY, MOST_FREQUENCY);
        }
        if ((modes & Clock.ADJ_MAXERROR) != 0) {
            maxError = Math.clamp(Le.getLong(given, Timex.MAXERROR), 0, MOST_ERROR_US);
        }
        if ((modes & Clock.ADJ_ESTERROR) != 0) {
            estimatedError = Math.clamp(Le.getLong(given, Timex.ESTERROR), 0, MOST_ERROR_US);
        }
        if ((modes & Clock.ADJ_TIMECONST) != 0) {
            long wanted = Math.clamp(Le.getLong(given, Timex.CONSTANT), 0, MOST_CONSTANT);
            constant = (status & Clock.STA_NANO) != 0 ? wanted : Math.min(wanted + 4, MOST_CONSTANT);
        }
        long wantedTai = Le.getLong(given, Timex.CONSTANT);
        if ((modes & Clock.ADJ_TAI) != 0 && wantedTai >= 0 && wantedTai <= MOST_TAI) {
            tai = (int) wantedTai;
        }
        if ((modes & Clock.ADJ_TICK) != 0) {
            tick = Le.getLong(given, Timex.TICK);
        }
        long slew = clock.slewLeftNs();
        if ((modes & Clock.ADJ_OFFSET) != 0 && (status & Clock.STA_PLL) != 0) {
            long offset = Le.getLong(given, Timex.OFFSET);
            boolean nanos = (status & Clock.STA_NANO) != 0;
            slew = Math.clamp(
                    nanos ? offset : Math.clamp(offset, -1_000_000, 1_000_000) * 1000, -MOST_PHASE_NS, MOST_PHASE_NS);
            single = false;
        }
        if ((modes & (Clock.ADJ_FREQUENCY | Clock.ADJ_TICK | Clock.ADJ_OFFSET)) != 0) {
            clock.discipline(rate(), slew);
        }
    }

    /** How much faster than the host's the clock goes. */
    @GuardedBy("this") private double rate() {
        return (tick - TICK_US) / (double) TICK_US + frequency / 65536.0 / 1e6;
    }

    @GuardedBy("this") private MemorySegment answer(Task task, int modes, long offset) {
        MemorySegment out = task.memory.build(Timex.SIZE);
        Le.putInt(out, Timex.MODES, modes);
        Le.putLong(out, Timex.OFFSET, offset);
        Le.putLong(out, Timex.FREQ, frequency);
        Le.putLong(out, Timex.MAXERROR, maxError);
        Le.putLong(out, Timex.ESTERROR, estimatedError);
        Le.putInt(out, Timex.STATUS, status);
        Le.putLong(out, Timex.CONSTANT, constant);
        Le.putLong(out, Timex.PRECISION, 1);
        Le.putLong(out, Timex.TOLERANCE, MOST_FREQUENCY);
        Le.putLong(out, Timex.TICK, tick);
        Le.putInt(out, Timex.TAI, tai);
        long now = task.kernel.clock.realtimeNs();
        boolean nanos = (status & Clock.STA_NANO) != 0;
        Timespec.write(
                out, Timex.TIME, Math.floorDiv(now, SECOND_NS), Math.floorMod(now, SECOND_NS) / (nanos ? 1 : 1000));
        return out;
    }

    /** The clock has been set by hand (ntp_clear). */
    synchronized void clear() {
        status |= Clock.STA_UNSYNC;
        maxError = MOST_ERROR_US;
        estimatedError = MOST_ERROR_US;
        single = false;
    }
}
