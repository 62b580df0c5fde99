package umlaut.kernel.tty;

import static umlaut.abi.TermiosFlags.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.ProcessGroup;
import umlaut.kernel.task.Session;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;

/**
 * A terminal: settings, line discipline, job control, and a far side that takes its output and sends its input (Linux: tty_struct; tty(4), pty(7)).
 * The far side is a pty master held by a guest program, or the machine's console bridge.
 *
 * <p>{@link #lock} guards everything not volatile. It is a leaf but for wait queues: signals are sent after it is released.
 */
public final class Tty {
    /** Bytes of output that wait for the far side, at most. */
    private static final int OUTPUT_SIZE = 1 << 16;

    public final Kernel kernel;
    /** As under /dev: "pts/3", "console". */
    public final String name;
    /** Its device number. */
    public final long device;

    final ReentrantLock lock = new ReentrantLock();
    final Termios termios = new Termios();
    /** Settings that cannot be changed: bits of the flag words, characters that are not 0 (TIOCSLCKTRMIOS). */
    private final Termios locked = Termios.zero();
    /** Where tasks sleep that read or write the terminal, and those that use the far side. */
    final WaitQueue nearQueue = new WaitQueue();

    final WaitQueue farQueue = new WaitQueue();

    private final ByteRing output = new ByteRing(OUTPUT_SIZE);
    private final OutputProcessor processor = new OutputProcessor(termios, output);
    private final LineDiscipline discipline = new LineDiscipline(termios, processor);
    private final ReadTimer readTimer;
    /** For the transfers, which happen under the lock: the host copies from native memory only. */
    private final MemorySegment scratch = Arena.ofAuto().allocate(LineDiscipline.SIZE);

    private final byte[] chunk = new byte[LineDiscipline.SIZE];
    private final PacketMode packet = new PacketMode();
    private int nearOpens;
    private boolean everOpened;
    private volatile boolean hungUp;
    /** How often it has been hung up: who opened it before an end of that kind has lost it. */
    private volatile int hangups;

    private volatile boolean farClosed;
    private volatile Winsize winsize = Winsize.UNKNOWN;
    boolean exclusive;
    /** Nobody sits there: output goes nowhere. */
    private volatile boolean unseen;

    /** Written under {@code kernel.tasks.lock}. */
    volatile @Nullable Session session;

    volatile @Nullable ProcessGroup foreground;

    public Tty(Kernel kernel, String name, long device) {
        this.kernel = kernel;
        this.name = name;
        this.device = device;
        this.readTimer = new ReadTimer(kernel, nearQueue);
    }

    /** The foreground process group, as /proc/PID/stat shows it; -1 = none. */
    public int foregroundId() {
        ProcessGroup group = foreground;
        return group == null ? -1 : group.pgid;
    }

    // --- the near side: programs on the terminal ---

    void nearOpened() {
        lock.lock();
        try {
            nearOpens++;
            everOpened = true;
            hungUp = farClosed; // for those who come now
        } finally {
            lock.unlock();
        }
    }

    void nearClosed() {
        lock.lock();
        try {
            nearOpens--;
        } finally {
            lock.unlock();
        }
        farQueue.wake(0);
    }

    /** @return bytes, 0 at an end of file or after a hang-up, or WOULD_BLOCK */
    long read(IovIter to, boolean nonBlocking) {
        lock.lock();
        try {
            if (hungUp) {
                return 0;
            }
            if (to.remaining() == 0) {
                return 0;
            }
            if (!mayRead(to.remaining(), nonBlocking)) {
                return farClosed ? Errno.EIO.negative() : BlockingOp.WOULD_BLOCK;
            }
            long n = discipline.read(to, scratch);
            readTimer.reset();
            return n;
        } finally {
            lock.unlock();
            farQueue.wake(Poll.POLLOUT | Poll.POLLWRNORM);
        }
    }

    /** VMIN and VTIME, termios(3). */
    private boolean mayRead(long wanted, boolean nonBlocking) {
        if (termios.local(ICANON)) {
            return discipline.readable(1);
        }
        int minimum = (int) Math.min(termios.cc[VMIN] & 0xff, wanted);
        int time = termios.cc[VTIME] & 0xff;
        int have = discipline.available();
        if (have >= Math.max(minimum, 1)) {
            return true;
        }
        boolean never = minimum == 0 && time == 0;
        if (nonBlocking || never) {
            return have > 0 || never;
        }
        return time > 0 && readTimer.expired(minimum, have, time);
    }

    /** @return bytes taken, or WOULD_BLOCK, or -EIO after a hang-up */
    long write(IovIter from) {
        long done = 0;
        lock.lock();
        try {
            while (from.remaining() > 0) {
                if (hungUp || farClosed) {
                    return done > 0 ? done : Errno.EIO.negative();
                }
                int n = (int) Math.min(from.remaining(), LineDiscipline.SIZE);
                if (unseen) {
                    output.clear();
                }
                if (discipline.stopped() || output.room() < 8) {
                    break;
                }
                n = (int) from.copyIn(scratch, 0, n);
                if (n == 0) {
                    return done > 0 ? done : from.result(0);
                }
                int taken = process(n);
                if (taken < n) {
                    from.revert(n - taken);
                }
                done += taken;
                if (taken < n) {
                    break;
                }
            }
        } finally {
            lock.unlock();
        }
        if (done > 0) {
            farQueue.wake(Poll.POLLIN | Poll.POLLRDNORM);
        }
        return done > 0 || from.remaining() == 0 ? done : BlockingOp.WOULD_BLOCK;
    }

    private int process(int n) {
        if (!termios.output(OPOST)) {
            MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, chunk, 0, n);
            return output.put(chunk, 0, n);
        }
        for (int i = 0; i < n; i++) {
            if (!processor.put(scratch.get(ValueLayout.JAVA_BYTE, i) & 0xff)) {
                return i;
            }
        }
        return n;
    }

    int poll(PollTable table) {
        table.add(nearQueue);
        lock.lock();
        try {
            int events = 0;
            if (hungUp || farClosed) {
                events |= Poll.POLLHUP | Poll.POLLIN | Poll.POLLRDNORM;
            }
            int minimum = termios.cc[VTIME] == 0 && termios.cc[VMIN] != 0 ? termios.cc[VMIN] & 0xff : 1;
            if (discipline.readable(minimum)) {
                events |= Poll.POLLIN | Poll.POLLRDNORM;
            }
            if (!discipline.stopped() && output.room() >= 8) {
                events |= Poll.POLLOUT | Poll.POLLWRNORM;
            }
            return events;
        } finally {
            lock.unlock();
        }
    }

    // --- the far side: a pty master or the console bridge ---

    /** Output for the far side. @return bytes, WOULD_BLOCK, or -EIO when nobody has the terminal open any more */
    public long farRead(IovIter to) {
        long n;
        lock.lock();
        try {
            int header = packet.header();
            if (header > 0) {
                scratch.set(ValueLayout.JAVA_BYTE, 0, (byte) packet.take());
                return to.result(to.copyOut(scratch, 0, 1));
            }
            int shift = packet.enabled() ? 1 : 0;
            n = output.peek(scratch, shift, (int) Math.min(to.remaining() - shift, LineDiscipline.SIZE - 1));
            if (n <= 0) {
                return nearOpens == 0 && everOpened || hungUp ? Errno.EIO.negative() : BlockingOp.WOULD_BLOCK;
            }
            if (shift == 1) {
                scratch.set(ValueLayout.JAVA_BYTE, 0, (byte) 0);
            }
            long moved = to.copyOut(scratch, 0, n + shift);
            if (moved <= shift) {
                return to.result(moved);
            }
            output.drop((int) moved - shift);
            n = moved;
        } finally {
            lock.unlock();
        }
        nearQueue.wake(Poll.POLLOUT | Poll.POLLWRNORM);
        return n;
    }

    /** Input from the far side. @return bytes taken, or WOULD_BLOCK when the line discipline is full */
    public long farWrite(IovIter from) {
        long done = 0;
        long signals;
        lock.lock();
        try {
            while (from.remaining() > 0) {
                int n = (int) from.copyIn(scratch, 0, Math.min(from.remaining(), LineDiscipline.SIZE));
                if (n == 0) {
                    done = done > 0 ? done : from.result(0);
                    break;
                }
                int taken = 0;
                while (taken < n && discipline.room() > 0) {
                    discipline.receive(scratch.get(ValueLayout.JAVA_BYTE, taken++) & 0xff);
                }
                done += taken;
                if (taken < n) {
                    from.revert(n - taken);
                    break;
                }
            }
            signals = discipline.takeSignals();
        } finally {
            lock.unlock();
        }
        afterInput(signals);
        return done != 0 || from.remaining() == 0 ? done : BlockingOp.WOULD_BLOCK;
    }

    private void afterInput(long signals) {
        nearQueue.wake(0);
        farQueue.wake(Poll.POLLIN | Poll.POLLRDNORM);
        for (long left = signals; left != 0; left &= left - 1) {
            TtyJobControl.signalForeground(this, Long.numberOfTrailingZeros(left) + 1);
        }
    }

    public int farPoll(PollTable table) {
        table.add(farQueue);
        lock.lock();
        try {
            int events = 0;
            if (output.count() > 0 || packet.header() > 0) {
                events |= Poll.POLLIN | Poll.POLLRDNORM;
            }
            if (packet.header() > 0) {
                events |= Poll.POLLPRI;
            }
            if (nearOpens == 0 && everOpened) {
                events |= Poll.POLLHUP;
            }
            if (discipline.room() > 0) {
                events |= Poll.POLLOUT | Poll.POLLWRNORM;
            }
            return events;
        } finally {
            lock.unlock();
        }
    }

    /** The far side goes for good: a modem's hang-up. */
    public void farClosed() {
        farClosed = true;
        hangup();
    }

    /** All who have it open see an end of file; the session is told by SIGHUP (vhangup(2), tty_hangup). */
    public void hangup() {
        hungUp = true;
        lock.lock();
        try {
            hangups++;
            discipline.flushInput();
            output.clear();
        } finally {
            lock.unlock();
        }
        nearQueue.wakeAll(0);
        farQueue.wakeAll(0);
        TtyJobControl.hangup(this);
    }

    boolean hungUp() {
        return hungUp;
    }

    int hangups() {
        return hangups;
    }

    /** Nobody sits at its far side: output goes nowhere, and nothing is ever typed. */
    public void setUnseen(boolean on) {
        unseen = on;
    }

    /** Some program has it open. */
    public boolean isOpen() {
        lock.lock();
        try {
            return nearOpens > 0;
        } finally {
            lock.unlock();
        }
    }

    // --- settings ---

    Winsize winsize() {
        return winsize;
    }

    /** TIOCSWINSZ from either side: the foreground hears of a change by SIGWINCH. */
    public void setWinsize(Winsize fresh) {
        if (fresh.equals(winsize)) {
            return;
        }
        winsize = fresh;
        TtyJobControl.signalForeground(this, umlaut.abi.Signal.SIGWINCH);
    }

    /** Takes new settings ({@code fresh} is copied). Waiting for output to drain is the caller's business. */
    void setTermios(Termios fresh, boolean flushInput) {
        lock.lock();
        try {
            boolean canonical = termios.local(ICANON);
            boolean extended = termios.local(EXTPROC);
            boolean flow = termios.input(IXON);
            termios.copyFrom(fresh, locked);
            if (flushInput) {
                discipline.flushInput();
            }
            if (canonical != termios.local(ICANON) || extended != termios.local(EXTPROC)) {
                discipline.canonicalChanged();
            }
            if (flow && !termios.input(IXON)) {
                discipline.setStopped(false);
            }
            packet.flow(termios.input(IXON) && termios.is(VSTOP, 19) && termios.is(VSTART, 17));
        } finally {
            lock.unlock();
        }
        nearQueue.wake(0);
        farQueue.wake(0);
    }

    Termios copyTermios() {
        return copy(termios);
    }

    Termios copyLocked() {
        return copy(locked);
    }

    private Termios copy(Termios from) {
        Termios copy = new Termios();
        lock.lock();
        try {
            copy.copyFrom(from);
        } finally {
            lock.unlock();
        }
        return copy;
    }

    void setLocked(Termios fresh) {
        lock.lock();
        try {
            locked.copyFrom(fresh);
        } finally {
            lock.unlock();
        }
    }

    /** tcflush(3): TCIFLUSH, TCOFLUSH or TCIOFLUSH as seen from the near side. */
    void flush(int which) {
        lock.lock();
        try {
            if (which == TCIFLUSH || which == TCIOFLUSH) {
                discipline.flushInput();
            }
            if (which == TCOFLUSH || which == TCIOFLUSH) {
                output.clear();
            }
            packet.flushed(which);
        } finally {
            lock.unlock();
        }
        nearQueue.wake(0);
        farQueue.wake(0);
    }

    void setStopped(boolean on) {
        lock.lock();
        try {
            discipline.setStopped(on);
        } finally {
            lock.unlock();
        }
        nearQueue.wake(0);
    }

    /** Output is held back: stopped by flow control. */
    boolean outputBlocked() {
        lock.lock();
        try {
            return discipline.stopped();
        } finally {
            lock.unlock();
        }
    }

    int inputCount() {
        lock.lock();
        try {
            return discipline.available();
        } finally {
            lock.unlock();
        }
    }

    int outputCount() {
        lock.lock();
        try {
            return output.count();
        } finally {
            lock.unlock();
        }
    }

    PacketMode packet() {
        return packet;
    }
}
