package umlaut.kernel.time;

import java.util.concurrent.atomic.AtomicLong;
import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** Clocks, sleeping, timers: time(7). */
final class TimeFamily implements SyscallFamily {
    private final TimerCalls timers;
    private final Adjtimex adjtimex = new Adjtimex();
    /** The kernel's idea of the time zone, for whoever still asks it (struct timezone). */
    private final AtomicLong zone = new AtomicLong(ClockCalls.NO_ZONE);

    TimeFamily(TimerCalls timers) {
        this.timers = timers;
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.CLOCK_GETTIME -> ClockCalls.gettime(task, a.i(0), a.l(1));
            case Nr.CLOCK_SETTIME -> clockSet(ClockCalls.settime(task, a.i(0), a.l(1)));
            case Nr.CLOCK_GETRES -> ClockCalls.getres(task, a.i(0), a.l(1));
            case Nr.CLOCK_ADJTIME -> adjtimex.clockAdjtime(task, a.i(0), a.l(1));
            case Nr.ADJTIMEX -> adjtimex.adjtimex(task, a.l(0));
            case Nr.GETTIMEOFDAY -> ClockCalls.gettimeofday(task, a.l(0), a.l(1), zone.get());
            case Nr.SETTIMEOFDAY -> clockSet(ClockCalls.settimeofday(task, a.l(0), a.l(1), zone));
            case Nr.TIME -> ClockCalls.time(task, a.l(0));
            case Nr.NANOSLEEP -> Sleeping.nanosleep(task, a.l(0), a.l(1));
            case Nr.CLOCK_NANOSLEEP -> Sleeping.clockNanosleep(task, a.i(0), a.i(1), a.l(2), a.l(3));
            case Nr.ALARM -> timers.alarm(task, a.i(0));
            case Nr.GETITIMER -> timers.getitimer(task, a.i(0), a.l(1));
            case Nr.SETITIMER -> timers.setitimer(task, a.i(0), a.l(1), a.l(2));
            case Nr.TIMER_CREATE -> timers.create(task, a.i(0), a.l(1), a.l(2));
            case Nr.TIMER_SETTIME -> timers.settime(task, a.i(0), a.i(1), a.l(2), a.l(3));
            case Nr.TIMER_GETTIME -> timers.gettime(task, a.i(0), a.l(1));
            case Nr.TIMER_GETOVERRUN -> timers.getoverrun(task, a.i(0));
            case Nr.TIMER_DELETE -> timers.delete(task, a.i(0));
            case Nr.TIMERFD_CREATE -> TimerCalls.timerfdCreate(task, a.i(0), a.i(1));
            case Nr.TIMERFD_SETTIME -> TimerCalls.timerfdSettime(task, a.fd(0), a.i(1), a.l(2), a.l(3));
            case Nr.TIMERFD_GETTIME -> TimerCalls.timerfdGettime(task, a.fd(0), a.l(1));
            default -> NOT_MINE;
        };
    }

    private long clockSet(long result) {
        if (result == 0) {
            adjtimex.clear();
        }
        return result;
    }
}
