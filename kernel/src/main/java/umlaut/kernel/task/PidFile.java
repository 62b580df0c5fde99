package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Rlimit;
import umlaut.kernel.Kernel;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.PollTable;

/**
 * A pidfd: a process, or one thread (PIDFD_THREAD), that stays the same whatever becomes of its number (pidfd_open(2);
 * Linux: fs/pidfs.c).
 */
public final class PidFile extends File {
    public final ThreadGroup group;
    /** The thread it stands for; null: the whole process. */
    public final @Nullable Task thread;

    private final Kernel kernel;
    private final Inode inode;

    private PidFile(Task opener, ThreadGroup group, @Nullable Task thread, int flags) {
        super(null, OpenFlags.O_RDWR | flags, opener.credentials());
        this.kernel = opener.kernel;
        this.group = group;
        this.thread = thread;
        this.inode = AnonInode.of(opener.kernel, AnonInode.Kind.PIDFD, opener.credentials());
    }

    /**
     * Opens one in {@code opener}'s descriptor table, close-on-exec.
     *
     * @param flags O_NONBLOCK or 0
     * @return the descriptor or -EMFILE
     */
    public static long install(Task opener, ThreadGroup group, @Nullable Task thread, int flags) {
        PidFile file = new PidFile(opener, group, thread, flags);
        try {
            return opener.files().install(file, true, 0, opener.group.limits.soft(Rlimit.RLIMIT_NOFILE));
        } catch (ErrnoException e) {
            file.release();
            return e.errno().negative();
        }
    }

    /** The pidfd behind a descriptor. @throws ErrnoException EBADF when there is none */
    static PidFile of(Task task, int fd) {
        if (task.files().get(fd) instanceof PidFile file) {
            return file;
        }
        throw Errno.EBADF.exception();
    }

    /** Has what it stands for ended? */
    boolean ended() {
        Task t = thread;
        return t != null ? t.state() == TaskState.ZOMBIE || group.zombie : group.zombie;
    }

    /** Has it been waited for, so that its number may be another's? */
    private boolean reaped() {
        Task leader = group.leader();
        return leader != null && leader.state() == TaskState.DEAD;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public int poll(PollTable table) {
        table.add(group.exitEvents);
        if (!ended()) {
            return 0;
        }
        return Poll.POLLIN | Poll.POLLRDNORM | (reaped() ? Poll.POLLHUP : 0);
    }

    /** pidfs has files as others are, but nothing in them. */
    @Override
    public boolean takesOffsets() {
        return true;
    }

    @Override
    public boolean hasData(boolean writing) {
        return false;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public @Nullable String anonymousName() {
        return "anon_inode:[pidfd]";
    }

    @Override
    public String fdInfo() {
        if (reaped()) {
            return "Pid:\t-1\nNSpid:\t-1\n";
        }
        Task reader = kernel.current();
        PidNamespace from = reader == null ? group.pidNs : reader.group.pidNs;
        StringBuilder text = new StringBuilder("Pid:\t" + from.fromGlobal(group.tgid) + "\nNSpid:");
        group.pidNs.show(text, from, group.tgid);
        return text.append('\n').toString();
    }
}
