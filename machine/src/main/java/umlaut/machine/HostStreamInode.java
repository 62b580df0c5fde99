package umlaut.machine;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.Stat;
import umlaut.host.Layouts;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/** What fstat(2) shows of a standard stream: the kind of object that the host has there, owned by the guest's first process. */
final class HostStreamInode extends Inode {
    final HostChannel channel;
    /** Files that use the channel. */
    private final AtomicInteger users = new AtomicInteger();

    HostStreamInode(SuperBlock superBlock, long ino, HostChannel channel, Credentials owner) {
        super(superBlock, ino, shownMode(channel.mode));
        this.channel = channel;
        uid = owner.fsuid();
        gid = owner.fsgid();
        refresh();
    }

    /** Anyone in the guest who holds the stream may open it again through /dev/stdin and the like. */
    private static int shownMode(int hostMode) {
        int type = hostMode & Mode.S_IFMT;
        return (type == Mode.S_IFREG ? Mode.S_IFREG : type == Mode.S_IFCHR ? Mode.S_IFCHR : Mode.S_IFIFO) | 0666;
    }

    String name() {
        return Mode.isFifo(mode) ? "pipe:[" + ino + "]" : "host:[" + ino + "]";
    }

    @Override
    public final void refresh() {
        if (channel.isRegular()) {
            MemorySegment stat = channel.stat();
            size = stat.get(Layouts.LONG, Stat.ST_SIZE);
            blocks = stat.get(Layouts.LONG, Stat.ST_BLOCKS);
        }
    }

    @Override
    public void truncate(long length) {
        if (!channel.truncate(length)) {
            throw Errno.EINVAL.exception();
        }
        refresh();
    }

    /** @throws umlaut.abi.ErrnoException EACCES for access to a host file that whoever started us did not give */
    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        if (!channel.isRegular()) {
            return new HostStream(path, this, flags, who);
        }
        int given = channel.flags & OpenFlags.O_ACCMODE;
        if (given != OpenFlags.O_RDWR && given != (flags & OpenFlags.O_ACCMODE)) {
            throw Errno.EACCES.exception();
        }
        return new HostStreamFile(path, this, channel.reopen(flags), flags, who);
    }

    void opened() {
        users.incrementAndGet();
    }

    /** Whoever reads at the other end of a pipe sees its end when the last of the guest's files is gone. */
    void closed() {
        if (users.decrementAndGet() == 0) {
            channel.close();
        }
    }

    /** The stream itself, for the process that it is given to. */
    File stream(Credentials who) {
        return channel.isRegular()
                ? new HostStreamFile(null, this, channel, channel.flags, who)
                : new HostStream(null, this, channel.flags, who);
    }
}
