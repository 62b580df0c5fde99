package umlaut.machine;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/** What fstat(2) shows of a standard stream: the kind of object that the host has there, owned by the guest's first process. */
final class HostStreamInode extends Inode {
    final HostChannel channel;

    HostStreamInode(SuperBlock superBlock, long ino, HostChannel channel, Credentials owner) {
        super(superBlock, ino, shownMode(channel.mode));
        this.channel = channel;
        uid = owner.fsuid();
        gid = owner.fsgid();
        size = channel.isRegular() ? channel.size() : 0;
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
    public void refresh() {
        if (channel.isRegular()) {
            size = channel.size();
        }
    }

    @Override
    public void truncate(long length) {
        if (!channel.truncate(length)) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new HostStream(path, this, flags, task == null ? Credentials.ROOT : task.credentials());
    }
}
