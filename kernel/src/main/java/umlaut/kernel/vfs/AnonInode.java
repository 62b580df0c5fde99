package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * The inode of an object without a name (Linux: fs/anon_inodes.c, fs/pipe.c, net/socket.c): what fstat(2) on a pipe, socket or eventfd shows.
 */
public final class AnonInode extends Inode {
    /** What kind of object: decides st_dev and st_mode. */
    public enum Kind {
        /** A pipe: pipefs, a number of its own. */
        PIPE,
        /** A socket: sockfs, a number of its own. */
        SOCKET,
        /** A pidfd: pidfs, a number of its own. */
        PIDFD,
        /** eventfd, epoll, inotify, signalfd, timerfd and the like: all share one inode. */
        SHARED
    }

    private final String text;

    AnonInode(PseudoFs fs, long ino, int mode, String text) {
        super(fs, ino, mode);
        this.text = text;
    }

    /** An inode for a new object of {@code owner}; for {@link Kind#SHARED} the kernel's one. */
    public static AnonInode of(Kernel kernel, Kind kind, Credentials owner) {
        Vfs vfs = kernel.vfs;
        AnonInode inode = switch (kind) {
            case PIPE -> make(vfs.pipeFs, Mode.S_IFIFO | 0600, "pipe");
            case SOCKET -> make(vfs.socketFs, Mode.S_IFSOCK | 0777, "socket");
            case PIDFD -> make(vfs.pidFs, Mode.S_IFREG | 0700, "pidfd");
            case SHARED -> vfs.anonInode;
        };
        if (kind != Kind.SHARED) {
            long now = kernel.clock.realtimeNs();
            inode.uid = kind == Kind.PIDFD ? 0 : owner.fsuid();
            inode.gid = kind == Kind.PIDFD ? 0 : owner.fsgid();
            inode.atime = now;
            inode.mtime = now;
            inode.ctime = now;
        }
        return inode;
    }

    private static AnonInode make(PseudoFs fs, int mode, String text) {
        return new AnonInode(fs, fs.nextInode(), mode, text);
    }

    /** Is it that of eventfds and their like? */
    boolean isShared() {
        return text.equals("anon_inode");
    }

    /** What is no pipe and no socket is nobody's to change (anon_inode_setattr). */
    boolean isFixed() {
        return (shownMode() & Mode.S_IFMT) == 0;
    }

    /** As /proc/PID/fd shows it: "pipe:[123]". Shared ones say "anon_inode:" and their own kind instead. */
    public String displayName() {
        return text + ":[" + ino + "]";
    }

    /** pidfs has regular files, but shows no type. */
    @Override
    public int shownMode() {
        return isRegular() ? mode & ~Mode.S_IFMT : mode;
    }

    @Override
    public void setAttributes(AttributeChange change) {
        if (isFixed()) {
            throw Errno.EOPNOTSUPP.exception();
        }
        super.setAttributes(change);
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        throw Errno.ENXIO.exception();
    }
}
