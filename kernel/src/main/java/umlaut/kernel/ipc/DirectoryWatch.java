package umlaut.kernel.ipc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Poll;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AsyncIo;
import umlaut.kernel.vfs.AsyncOwner;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** One open directory whose owner gets a signal when something happens to its entries: F_NOTIFY of fcntl(2) (Linux: fs/notify/dnotify/dnotify.c). */
final class DirectoryWatch implements Watcher {
    private static final int[][] EVENTS = {
        {Fcntl.DN_ACCESS, InotifyFlags.IN_ACCESS},
        {Fcntl.DN_MODIFY, InotifyFlags.IN_MODIFY},
        {Fcntl.DN_CREATE, InotifyFlags.IN_CREATE | InotifyFlags.IN_MOVED_TO},
        {Fcntl.DN_DELETE, InotifyFlags.IN_DELETE | InotifyFlags.IN_MOVED_FROM},
        {Fcntl.DN_RENAME, InotifyFlags.IN_MOVED_FROM | InotifyFlags.IN_MOVED_TO},
        {Fcntl.DN_ATTRIB, InotifyFlags.IN_ATTRIB},
    };
    private static final long BAND = Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLMSG;

    final File file;
    private final InotifyHub hub;
    private final Task setter;
    private final int fd;
    private volatile int mask;
    private volatile boolean lasting;

    private DirectoryWatch(InotifyHub hub, Task setter, File file, int fd) {
        this.hub = hub;
        this.setter = setter;
        this.file = file;
        this.fd = fd;
    }

    /** fcntl(fd, F_NOTIFY, events). Events add up until they are all taken back by 0. */
    static long set(InotifyHub hub, Task task, File file, int fd, int events) {
        int wanted = 0;
        for (int[] pair : EVENTS) {
            wanted |= (events & pair[0]) != 0 ? pair[1] : 0;
        }
        DirectoryWatch there = hub.directoryWatch(file);
        if (wanted == 0) {
            if (there != null) {
                hub.remove(there);
            }
            return 0;
        }
        if (!file.inode().isDirectory()) {
            return Errno.ENOTDIR.negative();
        }
        AsyncOwner old = file.owner();
        int signal = old == null ? 0 : old.signal();
        file.setOwner(new AsyncOwner(
                Fcntl.F_OWNER_PID,
                task.group.tgid,
                signal,
                task.credentials().uid(),
                task.credentials().euid()));
        DirectoryWatch watch = there == null ? new DirectoryWatch(hub, task, file, fd) : there;
        watch.mask |= wanted;
        watch.lasting = (events & Fcntl.DN_MULTISHOT) != 0;
        if (there == null) {
            hub.add(watch);
        }
        return 0;
    }

    @Override
    public Inode inode() {
        return file.inode();
    }

    @Override
    public int mask() {
        return mask;
    }

    @Override
    public void tell(int told, int cookie, @Nullable String name) {
        AsyncOwner owner = file.owner();
        if (file.references() <= 0) {
            hub.remove(this);
            return;
        }
        if (name == null && (told & InotifyFlags.IN_ATTRIB) == 0) {
            return; // of the directory itself only a change of its attributes is told
        }
        if (!lasting) {
            hub.remove(this);
        }
        if (owner != null) {
            AsyncIo.signal(setter.kernel, owner, AsyncIo.POLL_MSG, BAND, fd);
        }
    }

    @Override
    public void gone() {
        hub.remove(this);
    }

    @Override
    public void unmounted() {
        gone();
    }
}
