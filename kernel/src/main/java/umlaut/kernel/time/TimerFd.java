package umlaut.kernel.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitEntry;
import umlaut.kernel.wait.WaitQueue;

/** A timer that is read: timerfd_create(2), fs/timerfd.c. */
final class TimerFd extends File {
    private static final int TFD_IOC_SET_TICKS = 0x40085400;

    private final Inode inode;
    private final Kernel kernel;
    final int clockId;
    private final ClockTimer timer;
    private final KernelTimers.Timer cancelTimer;
    private final WaitQueue waiters = new WaitQueue();
    /** In the clock's queue while TFD_TIMER_CANCEL_ON_SET holds. */
    private final WaitEntry cancelEntry = new WaitEntry(events -> clockWasSet(), false);

    /** Expiries since the last read, those of the running period not counted. */
    @GuardedBy("this") private long ticks;

    /** The timer has expired and waits to be moved on. */
    @GuardedBy("this") private boolean expired;

    @GuardedBy("this") private boolean cancelled;

    @GuardedBy("this") private int setFlags;

    @GuardedBy("this") private final MemorySegment word = Arena.ofAuto().allocate(8, 8);

    TimerFd(Kernel kernel, Inode inode, int clockId, int flags, Credentials credentials) {
        super(null, OpenFlags.O_RDWR | flags, credentials);
        this.kernel = kernel;
        this.inode = inode;
        this.clockId = clockId;
        this.timer = new ClockTimer(kernel, clockId, this::expire);
        this.cancelTimer = kernel.timers.create(this::cancel);
    }

    private void expire() {
        synchronized (this) {
            expired = true;
            ticks++;
        }
        waiters.wake(Poll.POLLIN);
    }

    /** Called under the queue's lock, below which the monitor must not be taken: the timers' thread does it. */
    private boolean clockWasSet() {
        kernel.timers.arm(cancelTimer, 0);
        return true;
    }

    private void cancel() {
        synchronized (this) {
            cancelled = true;
        }
        waiters.wake(Poll.POLLIN);
    }

    synchronized void set(long valueNs, long intervalNs, int flags) {
        timer.disarm();
        cancelEntry.remove();
        ticks = 0;
        expired = false;
        cancelled = false;
        setFlags = flags;
        boolean absolute = (flags & Clock.TFD_TIMER_ABSTIME) != 0;
        boolean wall = clockId == Clock.CLOCK_REALTIME || clockId == Clock.CLOCK_REALTIME_ALARM;
        WaitQueue settings = kernel.clock.settings();
        if (absolute && wall && (flags & Clock.TFD_TIMER_CANCEL_ON_SET) != 0 && settings != null) {
            settings.add(cancelEntry);
        }
        timer.set(valueNs, intervalNs, absolute);
    }

    /** Time left and interval, ns, after moving the timer on. */
    synchronized long[] get() {
        settle();
        return new long[] {timer.remaining(), timer.interval()};
    }

    /** Counts the expiries of a periodical timer since it last expired. */
    @GuardedBy("this") private void settle() {
        if (expired && timer.interval() != 0) {
            expired = false;
            ticks += timer.forward() - 1;
        }
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        if (to.remaining() < 8) {
            throw Errno.EINVAL.exception();
        }
        synchronized (this) {
            if (cancelled) {
                cancelled = false;
                ticks = 0;
                expired = false;
                timer.forward();
                throw Errno.ECANCELED.exception();
            }
            if (ticks == 0) {
                return BlockingOp.WOULD_BLOCK;
            }
            settle();
            if (timer.interval() == 0) {
                timer.forward();
            }
            long count = ticks;
            ticks = 0;
            expired = false;
            Le.putLong(word, 0, count);
            return to.copyOut(word, 0, 8) < 8 ? Errno.EFAULT.negative() : 8;
        }
    }

    @Override
    public boolean hasData(boolean writing) {
        return !writing;
    }

    @Override
    public int poll(PollTable table) {
        table.add(waiters);
        synchronized (this) {
            return ticks != 0 || cancelled ? Poll.POLLIN : 0;
        }
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        if (command != TFD_IOC_SET_TICKS) {
            return super.ioctl(task, command, argument);
        }
        long count = task.memory.getLong(argument);
        if (count == 0) {
            return Errno.EINVAL.negative();
        }
        synchronized (this) {
            ticks = count;
        }
        waiters.wake(Poll.POLLIN);
        return 0;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    protected void onRelease() {
        cancelEntry.remove();
        timer.disarm();
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[timerfd]";
    }

    @Override
    public String fdInfo() {
        long[] now = get();
        synchronized (this) {
            return String.format(
                    "clockid: %d%nticks: %d%nsettime flags: 0%o%nit_value: (%d, %d)%nit_interval: (%d, %d)%n",
                    clockId,
                    ticks,
                    setFlags,
                    now[0] / 1_000_000_000L,
                    now[0] % 1_000_000_000L,
                    now[1] / 1_000_000_000L,
                    now[1] % 1_000_000_000L);
        }
    }
}
