package umlaut.kernel.time;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Itimerspec;
import umlaut.abi.Itimerval;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.SiCode;
import umlaut.abi.Sigevent;
import umlaut.abi.Signal;
import umlaut.abi.Timespec;
import umlaut.abi.Timeval;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;

/** alarm(2), setitimer(2), timer_create(2) and its neighbours, timerfd_create(2) and its. */
final class TimerCalls {
    private final TimeKeeper keeper;

    TimerCalls(TimeKeeper keeper) {
        this.keeper = keeper;
    }

    // --- interval timers ---

    long alarm(Task task, int seconds) {
        long[] old = keeper.of(task.group).set(Clock.ITIMER_REAL, Integer.toUnsignedLong(seconds) * 1_000_000_000L, 0);
        long left = (old[0] + 500_000_000L) / 1_000_000_000L;
        return old[0] > 0 && left == 0 ? 1 : left;
    }

    long getitimer(Task task, int which, long address) {
        if (which < 0 || which > Clock.ITIMER_PROF) {
            return Errno.EINVAL.negative();
        }
        putValue(task, address, keeper.of(task.group).get(which));
        return 0;
    }

    long setitimer(Task task, int which, long fresh, long old) {
        long value = 0;
        long interval = 0;
        if (fresh != 0) {
            MemorySegment given = task.memory.struct(fresh, Itimerval.SIZE);
            if (!Timeval.isValid(given, Itimerval.IT_VALUE) || !Timeval.isValid(given, Itimerval.IT_INTERVAL)) {
                return Errno.EINVAL.negative();
            }
            value = Timeval.toNs(given, Itimerval.IT_VALUE);
            interval = Timeval.toNs(given, Itimerval.IT_INTERVAL);
        }
        if (which < 0 || which > Clock.ITIMER_PROF) {
            return Errno.EINVAL.negative();
        }
        long[] before = keeper.of(task.group).set(which, value, interval);
        if (old != 0) {
            putValue(task, old, before);
        }
        return 0;
    }

    private static void putValue(Task task, long address, long[] state) {
        MemorySegment room = task.memory.build(Itimerval.SIZE);
        // Never shown as 0 while armed.
        Timeval.writeNs(room, Itimerval.IT_VALUE, state[0] > 0 && state[0] < 1000 ? 1000 : state[0]);
        Timeval.writeNs(room, Itimerval.IT_INTERVAL, state[1]);
        task.memory.write(address, room);
    }

    // --- POSIX timers ---

    long create(Task task, int clockId, long event, long idAddress) {
        int signo = Signal.SIGALRM;
        int notify = SiCode.SIGEV_SIGNAL;
        int tid = 0;
        long value = 0;
        if (event != 0) {
            MemorySegment given = task.memory.struct(event, Sigevent.SIZE);
            value = Le.getLong(given, Sigevent.SIGEV_VALUE);
            signo = Le.getInt(given, Sigevent.SIGEV_SIGNO);
            notify = Le.getInt(given, Sigevent.SIGEV_NOTIFY);
            tid = Le.getInt(given, Sigevent.SIGEV_TID);
        }
        if (!Clocks.hasTimers(clockId)) {
            return (Clocks.isKnown(clockId) ? Errno.EOPNOTSUPP : Errno.EINVAL).negative();
        }
        Task thread = notify == SiCode.SIGEV_THREAD_ID ? ownThread(task, tid) : null;
        boolean silent = notify == SiCode.SIGEV_NONE;
        boolean known = silent || thread != null || notify == SiCode.SIGEV_SIGNAL || notify == SiCode.SIGEV_THREAD;
        if (!known || !silent && !Signal.isValid(signo)) {
            return Errno.EINVAL.negative();
        }
        checkClock(task, clockId);
        int sent = silent ? 0 : signo;
        long given = value;
        PosixTimer timer = keeper.of(task.group)
                .create(id -> new PosixTimer(task.kernel, id, task, clockId, sent, thread, event == 0 ? id : given));
        try {
            task.memory.putInt(idAddress, timer.id);
        } catch (ErrnoException e) {
            keeper.of(task.group).remove(timer.id);
            throw e;
        }
        return 0;
    }

    private static @Nullable Task ownThread(Task task, int tid) {
        Task thread = task.findTask(tid);
        return thread != null && thread.group == task.group ? thread : null;
    }

    private static void checkClock(Task task, int clockId) {
        if (Clocks.isCpuClock(clockId)) {
            Clocks.read(task, clockId);
        } else {
            Clocks.toMonotonic(task.kernel.clock, clockId, 0);
        }
    }

    /** An absolute time of the task's, 0 (which disarms) as it is. */
    private static long machineTime(Task task, int clockId, long timeNs) {
        return timeNs == 0 ? 0 : Math.max(1, task.ns().time().toMachine(clockId, timeNs));
    }

    private PosixTimer find(Task task, int id) {
        PosixTimer timer = keeper.of(task.group).find(id);
        if (timer == null) {
            throw Errno.EINVAL.exception();
        }
        return timer;
    }

    long settime(Task task, int id, int flags, long fresh, long old) {
        if (fresh == 0) {
            return Errno.EINVAL.negative();
        }
        MemorySegment given = task.memory.struct(fresh, Itimerspec.SIZE);
        long value = Timespec.toNs(given, Itimerspec.IT_VALUE);
        long interval = Timespec.toNs(given, Itimerspec.IT_INTERVAL);
        if (!Timespec.isValid(given, Itimerspec.IT_VALUE) || !Timespec.isValid(given, Itimerspec.IT_INTERVAL)) {
            return Errno.EINVAL.negative();
        }
        PosixTimer timer = find(task, id);
        long[] before = timer.get();
        boolean absolute = (flags & Clock.TIMER_ABSTIME) != 0;
        timer.set(absolute ? machineTime(task, timer.clockId, value) : value, interval, absolute);
        if (old != 0) {
            putSpec(task, old, before);
        }
        return 0;
    }

    long gettime(Task task, int id, long address) {
        putSpec(task, address, find(task, id).get());
        return 0;
    }

    long getoverrun(Task task, int id) {
        return find(task, id).overrun();
    }

    long delete(Task task, int id) {
        PosixTimer timer = keeper.of(task.group).remove(id);
        if (timer == null) {
            return Errno.EINVAL.negative();
        }
        timer.disarm();
        return 0;
    }

    private static void putSpec(Task task, long address, long[] state) {
        MemorySegment room = task.memory.build(Itimerspec.SIZE);
        Timespec.writeNs(room, Itimerspec.IT_VALUE, state[0]);
        Timespec.writeNs(room, Itimerspec.IT_INTERVAL, state[1]);
        task.memory.write(address, room);
    }

    // --- timerfd ---

    static long timerfdCreate(Task task, int clockId, int flags) {
        boolean alarm = clockId == Clock.CLOCK_REALTIME_ALARM || clockId == Clock.CLOCK_BOOTTIME_ALARM;
        boolean known = alarm
                || clockId == Clock.CLOCK_REALTIME
                || clockId == Clock.CLOCK_MONOTONIC
                || clockId == Clock.CLOCK_BOOTTIME;
        if ((flags & ~(Clock.TFD_CLOEXEC | Clock.TFD_NONBLOCK)) != 0 || !known) {
            return Errno.EINVAL.negative();
        }
        if (alarm && !task.credentials().capable(Capability.CAP_WAKE_ALARM)) {
            return Errno.EPERM.negative();
        }
        TimerFd file = new TimerFd(
                task.kernel,
                AnonInode.of(task.kernel, AnonInode.Kind.SHARED, task.credentials()),
                clockId,
                flags & Clock.TFD_NONBLOCK,
                task.credentials());
        return Descriptors.install(task, file, (flags & Clock.TFD_CLOEXEC) != 0);
    }

    static long timerfdSettime(Task task, int fd, int flags, long fresh, long old) {
        MemorySegment given = task.memory.struct(fresh, Itimerspec.SIZE);
        if ((flags & ~(Clock.TFD_TIMER_ABSTIME | Clock.TFD_TIMER_CANCEL_ON_SET)) != 0
                || !Timespec.isValid(given, Itimerspec.IT_VALUE)
                || !Timespec.isValid(given, Itimerspec.IT_INTERVAL)) {
            return Errno.EINVAL.negative();
        }
        long value = Timespec.toNs(given, Itimerspec.IT_VALUE);
        long interval = Timespec.toNs(given, Itimerspec.IT_INTERVAL);
        TimerFd timer = timerfd(task, fd);
        long[] before = timer.get();
        boolean absolute = (flags & Clock.TFD_TIMER_ABSTIME) != 0;
        timer.set(absolute ? machineTime(task, timer.clockId, value) : value, interval, flags);
        if (old != 0) {
            putSpec(task, old, before);
        }
        return 0;
    }

    static long timerfdGettime(Task task, int fd, long address) {
        putSpec(task, address, timerfd(task, fd).get());
        return 0;
    }

    private static TimerFd timerfd(Task task, int fd) {
        File file = task.files().get(fd);
        if ((file.flags() & OpenFlags.O_PATH) != 0) {
            throw Errno.EBADF.exception();
        }
        if (file instanceof TimerFd timer) {
            return timer;
        }
        throw Errno.EINVAL.exception();
    }
}
