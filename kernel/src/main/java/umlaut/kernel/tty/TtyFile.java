package umlaut.kernel.tty;

import static umlaut.abi.TermiosFlags.TOSTOP;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.PollTable;

/** A terminal opened by a program: the slave side of a pty, the console (tty(4)). */
public final class TtyFile extends File {
    private final Tty tty;
    private final Inode inode;
    /** The terminal's count of hang-ups when it was opened. */
    private final int opened;

    private TtyFile(Tty tty, @Nullable Task task, @Nullable Path path, Inode inode, int flags) {
        super(path, flags, task == null ? Credentials.ROOT : task.credentials());
        this.tty = tty;
        this.inode = inode;
        tty.nearOpened();
        opened = tty.hangups();
    }

    /**
     * Opens it; a session leader without a controlling terminal gets it as that, unless O_NOCTTY.
     *
     * @param task null at boot
     */
    public static TtyFile open(Tty tty, @Nullable Task task, @Nullable Path path, Inode inode, int flags) {
        TtyFile file = new TtyFile(tty, task, path, inode, flags);
        if (task != null && (flags & OpenFlags.O_NOCTTY) == 0 && file.readable()) {
            TtyJobControl.opened(task, tty);
        }
        return file;
    }

    public Tty tty() {
        return tty;
    }

    private boolean hungUp() {
        return tty.hungUp() || tty.hangups() != opened;
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
        if (hungUp()) {
            return 0;
        }
        long background = TtyJobControl.check(task, tty, Signal.SIGTTIN);
        return background != 0 ? background : tty.read(to, nonBlocking());
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        if (hungUp()) {
            return Errno.EIO.negative();
        }
        if (tty.termios.local(TOSTOP)) {
            long background = TtyJobControl.check(task, tty, Signal.SIGTTOU);
            if (background != 0) {
                return background;
            }
        }
        return tty.write(from);
    }

    @Override
    public int poll(PollTable table) {
        int events = tty.poll(table);
        return hungUp() ? events | Poll.POLLHUP | Poll.POLLIN | Poll.POLLRDNORM : events;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return TtyIoctl.call(task, tty, true, hungUp(), command, argument);
    }

    @Override
    protected void onRelease() {
        tty.nearClosed();
    }
}
