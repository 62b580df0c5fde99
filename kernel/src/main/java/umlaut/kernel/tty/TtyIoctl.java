package umlaut.kernel.tty;

import static umlaut.abi.Ioctl.*;
import static umlaut.abi.TermiosFlags.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Signal;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** ioctl_tty(2) for both sides of a terminal. */
final class TtyIoctl {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private TtyIoctl() {}

    /**
     * @param near called on the terminal itself, not on its pty master
     * @param hungUp whoever calls has lost it
     */
    static long call(Task task, Tty tty, boolean near, boolean hungUp, int command, long argument) {
        if (hungUp) {
            return command == TIOCSPGRP ? Errno.ENOTTY.negative() : Errno.EIO.negative();
        }
        return switch (command) {
            case TCGETS, TCGETS2, TCGETA -> get(task.memory, tty, command, argument);
            case TCSETS, TCSETSW, TCSETSF, TCSETS2, TCSETSW2, TCSETSF2, TCSETA, TCSETAW, TCSETAF ->
                set(task, tty, near, command, argument);
            case TIOCGSOFTCAR -> put(task, argument, (tty.copyTermios().cflag & CLOCAL) != 0 ? 1 : 0);
            case TIOCSSOFTCAR -> setSoftCarrier(task, tty, near, task.memory.getInt(argument) != 0);
            case TIOCGLCKTRMIOS -> {
                MemorySegment out = task.memory.build(Termios.SIZE);
                tty.copyLocked().store(out);
                task.memory.write(argument, out);
                yield 0;
            }
            case TIOCSLCKTRMIOS -> setLocked(task, tty, argument);
            case TIOCGWINSZ -> getWinsize(task.memory, tty, argument);
            case TIOCSWINSZ -> setWinsize(task.memory, tty, argument);
            case TIOCGPGRP -> put(task, argument, task.pidSeen(TtyJobControl.foregroundGroup(task, tty, near)));
            case TIOCSPGRP -> TtyJobControl.setForegroundGroup(task, tty, task.memory.getInt(argument), near);
            case TIOCGSID -> put(task, argument, task.pidSeen(TtyJobControl.sessionId(task, tty, near)));
            case TIOCSCTTY -> {
                TtyJobControl.acquire(task, tty, argument == 1);
                yield 0;
            }
            case TIOCNOTTY -> notty(task, tty);
            case TIOCINQ -> put(task, argument, near ? tty.inputCount() : tty.outputCount());
            case TIOCOUTQ -> put(task, argument, near ? tty.outputCount() : 0);
            case TCFLSH -> change(task, tty, near, () -> flush(tty, (int) argument));
            case TCXONC -> change(task, tty, near, () -> flow(tty, (int) argument));
            case TCSBRK, TCSBRKP -> change(task, tty, near, () -> drain(task, tty));
            // A pseudo-terminal has no line to hold down.
            case TIOCSBRK, TIOCCBRK -> 0;
            case TIOCSTI -> sti(task, tty, argument);
            case TIOCGETD -> put(task, argument, N_TTY);
            case TIOCSETD -> task.memory.getInt(argument) == N_TTY ? 0 : Errno.EINVAL.negative();
            case TIOCEXCL -> exclusive(tty, true);
            case TIOCNXCL -> exclusive(tty, false);
            case TIOCGEXCL -> put(task, argument, tty.exclusive ? 1 : 0);
            case TIOCVHANGUP -> vhangup(task, tty);
            case TIOCGDEV -> put(task, argument, (int) tty.device);
            default -> Errno.ENOTTY.negative();
        };
    }

    static long put(Task task, long address, int value) {
        task.memory.putInt(address, value);
        return 0;
    }

    @FunctionalInterface
    private interface Change {
        long make();
    }

    /** Changes by a background process of the terminal's own session stop it (SIGTTOU). */
    private static long change(Task task, Tty tty, boolean near, Change change) {
        long background = near ? TtyJobControl.check(task, tty, Signal.SIGTTOU) : 0;
        return background != 0 ? background : change.make();
    }

    private static long get(UserAccess memory, Tty tty, int command, long argument) {
        Termios now = tty.copyTermios();
        int size = command == TCGETS ? Termios.SIZE : command == TCGETS2 ? Termios.SIZE2 : Termios.TERMIO_SIZE;
        MemorySegment out = memory.build(size);
        if (command == TCGETA) {
            now.storeOld(out);
        } else {
            now.store(out);
        }
        memory.write(argument, out);
        return 0;
    }

    private static long set(Task task, Tty tty, boolean near, int command, long argument) {
        return change(task, tty, near, () -> {
            Termios fresh = tty.copyTermios();
            switch (command) {
                case TCSETA, TCSETAW, TCSETAF -> fresh.loadOld(task.memory.struct(argument, Termios.TERMIO_SIZE));
                case TCSETS, TCSETSW, TCSETSF -> fresh.load(task.memory.struct(argument, Termios.SIZE));
                default -> fresh.load(task.memory.struct(argument, Termios.SIZE2));
            }
            boolean flush = command == TCSETSF || command == TCSETSF2 || command == TCSETAF;
            boolean wait = flush || command == TCSETSW || command == TCSETSW2 || command == TCSETAW;
            long drained = wait && near ? drain(task, tty) : 0;
            if (drained != 0) {
                return drained;
            }
            tty.setTermios(fresh, flush);
            return 0;
        });
    }

    private static long setSoftCarrier(Task task, Tty tty, boolean near, boolean on) {
        return change(task, tty, near, () -> {
            Termios fresh = tty.copyTermios();
            fresh.cflag = on ? fresh.cflag | CLOCAL : fresh.cflag & ~CLOCAL;
            tty.setTermios(fresh, false);
            return 0;
        });
    }

    private static long setLocked(Task task, Tty tty, long argument) {
        if (!task.credentials().capable(Capability.CAP_CHECKPOINT_RESTORE)
                && !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        Termios locked = Termios.zero();
        locked.load(task.memory.struct(argument, Termios.SIZE));
        tty.setLocked(locked);
        return 0;
    }

    /** tcdrain(3). A pty's output counts as sent once it is in the master's buffer, as in Linux. */
    private static long drain(Task task, Tty tty) {
        return Blocking.on(
                task, tty.nearQueue, () -> tty.hungUp() || !tty.outputBlocked() ? 0 : BlockingOp.WOULD_BLOCK);
    }

    private static long getWinsize(UserAccess memory, Tty tty, long argument) {
        Winsize size = tty.winsize();
        MemorySegment out = memory.build(Winsize.SIZE);
        out.set(SHORT, 0, (short) size.rows());
        out.set(SHORT, 2, (short) size.columns());
        out.set(SHORT, 4, (short) size.xPixels());
        out.set(SHORT, 6, (short) size.yPixels());
        memory.write(argument, out);
        return 0;
    }

    private static long setWinsize(UserAccess memory, Tty tty, long argument) {
        MemorySegment in = memory.struct(argument, Winsize.SIZE);
        tty.setWinsize(new Winsize(
                in.get(SHORT, 0) & 0xffff,
                in.get(SHORT, 2) & 0xffff,
                in.get(SHORT, 4) & 0xffff,
                in.get(SHORT, 6) & 0xffff));
        return 0;
    }

    private static long notty(Task task, Tty tty) {
        if (TtyJobControl.of(task) != tty) {
            return Errno.ENOTTY.negative();
        }
        TtyJobControl.disassociate(task);
        return 0;
    }

    private static long flush(Tty tty, int which) {
        if (which != TCIFLUSH && which != TCOFLUSH && which != TCIOFLUSH) {
            return Errno.EINVAL.negative();
        }
        tty.flush(which);
        return 0;
    }

    private static long flow(Tty tty, int action) {
        switch (action) {
            case TCOOFF -> tty.setStopped(true);
            case TCOON -> tty.setStopped(false);
            case TCIOFF, TCION -> {
                // Would send STOP or START to the far side, which on a pty does not throttle anything.
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        return 0;
    }

    /** Faked input (TIOCSTI): into the caller's own terminal, or anyone's for the privileged. */
    private static long sti(Task task, Tty tty, long argument) {
        if (TtyJobControl.of(task) != tty && !task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        MemorySegment one = MemorySegment.ofArray(new byte[] {task.memory.getByte(argument)});
        tty.farWrite(new IovIter().kernel(one, 0, 1));
        return 0;
    }

    private static long exclusive(Tty tty, boolean on) {
        tty.exclusive = on;
        return 0;
    }

    private static long vhangup(Task task, Tty tty) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        tty.hangup();
        return 0;
    }
}
