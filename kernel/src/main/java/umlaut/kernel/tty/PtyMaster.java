package umlaut.kernel.tty;

import static umlaut.abi.Ioctl.*;
import static umlaut.abi.TermiosFlags.*;

import umlaut.abi.Errno;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.PollTable;

/** The master side of a pseudoterminal (pty(7), ptmx(4)): one for each open of /dev/ptmx. Its close hangs the terminal up. */
public final class PtyMaster extends File {
    private final Ptys ptys;
    private final int number;
    private final Tty tty;
    private final Inode inode;

    PtyMaster(Ptys ptys, int number, Tty tty, Credentials owner, Path path, Inode inode, int flags) {
        super(path, flags, owner);
        this.ptys = ptys;
        this.number = number;
        this.tty = tty;
        this.inode = inode;
    }

    /** Of the slave under /dev/pts. */
    public int number() {
        return number;
    }

    public Tty tty() {
        return tty;
    }

    /** unlockpt(3). */
    public void unlock() {
        ptys.setLocked(number, false);
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        return tty.farRead(to);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        return tty.farWrite(from);
    }

    @Override
    public int poll(PollTable table) {
        return tty.farPoll(table);
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return switch (command) {
            case TIOCGPTN -> TtyIoctl.put(task, argument, number);
            case TIOCSPTLCK -> {
                ptys.setLocked(number, task.memory.getInt(argument) != 0);
                yield 0;
            }
            case TIOCGPTLCK -> TtyIoctl.put(task, argument, ptys.locked(number) ? 1 : 0);
            case TIOCGPTPEER -> ptys.openPeer(task, number, (int) argument);
            case TIOCPKT -> packet(task.memory.getInt(argument) != 0);
            case TIOCGPKT -> TtyIoctl.put(task, argument, tty.packet().enabled() ? 1 : 0);
            case TIOCSIG -> signal((int) argument);
            default -> TtyIoctl.call(task, tty, false, false, command, argument);
        };
    }

    private long packet(boolean on) {
        tty.lock.lock();
        try {
            tty.packet().enable(on);
        } finally {
            tty.lock.unlock();
        }
        return 0;
    }

    private long signal(int signo) {
        if (signo != Signal.SIGINT && signo != Signal.SIGQUIT && signo != Signal.SIGTSTP) {
            return Errno.EINVAL.negative();
        }
        TtyJobControl.signalForeground(tty, signo);
        return 0;
    }

    @Override
    protected void onRelease() {
        ptys.free(number);
        tty.farClosed();
    }

    @Override
    public String fdInfo() {
        return "tty-index:\t" + number + "\n";
    }
}
