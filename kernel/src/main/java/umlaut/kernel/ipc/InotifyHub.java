package umlaut.kernel.ipc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.InotifyFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.Dentry;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FsNotify;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.InodeState;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Permissions;
import umlaut.kernel.vfs.SuperBlock;

/** inotify's system calls, and the way of the VFS's events to the watches (fs/notify/fsnotify.c). Not installed until the first watch is made. */
final class InotifyHub implements FsNotify {
    private static final int SELF_ONLY = InotifyFlags.IN_DELETE_SELF | InotifyFlags.IN_MOVE_SELF;
    private static final int KNOWN = InotifyFlags.IN_ALL_EVENTS
            | InotifyFlags.IN_UNMOUNT
            | InotifyFlags.IN_Q_OVERFLOW
            | InotifyFlags.IN_IGNORED
            | InotifyFlags.IN_ISDIR
            | InotifyFlags.IN_ONLYDIR
            | InotifyFlags.IN_DONT_FOLLOW
            | InotifyFlags.IN_EXCL_UNLINK
            | InotifyFlags.IN_MASK_ADD
            | InotifyFlags.IN_MASK_CREATE
            | InotifyFlags.IN_ONESHOT;

    /** The watches of one inode. They don't keep it alive: they hear of its end. */
    private static final class Watches {
        final List<Watcher> list = new CopyOnWriteArrayList<>();
    }

    private final Kernel kernel;

    @GuardedBy("this") private boolean listening;

    /** All there are, so that a file system's can be found at its end. */
    @GuardedBy("all") private final Set<Watcher> all = new LinkedHashSet<>();

    private final Set<Inotify> instances = ConcurrentHashMap.newKeySet();

    InotifyHub(Kernel kernel) {
        this.kernel = kernel;
    }

    // --- system calls ---

    long init(Task task, int flags) {
        if ((flags & ~(InotifyFlags.IN_CLOEXEC | InotifyFlags.IN_NONBLOCK)) != 0) {
            return Errno.EINVAL.negative();
        }
        Inode inode = AnonInode.of(kernel, AnonInode.Kind.SHARED, task.credentials());
        int uid = task.credentials().uid();
        if (instances.stream().filter(i -> i.credentials.uid() == uid).count()
                >= kernel.limits.inotifyInstances.get()) {
            return Errno.EMFILE.negative();
        }
        Inotify file = new Inotify(
                this, inode, flags & OpenFlags.O_NONBLOCK, task.credentials(), kernel.limits.inotifyEvents.get());
        instances.add(file);
        return Descriptors.install(task, file, (flags & InotifyFlags.IN_CLOEXEC) != 0);
    }

    /** @param pathAddress looked at only when the descriptor is one of ours */
    long addWatch(Task task, int fd, long pathAddress, int mask) {
        boolean both = (mask & InotifyFlags.IN_MASK_ADD) != 0 && (mask & InotifyFlags.IN_MASK_CREATE) != 0;
        if ((mask & KNOWN) == 0 || both) {
            return Errno.EINVAL.negative();
        }
        File file = task.files().holdOpen(fd);
        try {
            if (!(file instanceof Inotify instance)) {
                return Errno.EINVAL.negative();
            }
            String path = task.memory.path(pathAddress);
            boolean follow = (mask & InotifyFlags.IN_DONT_FOLLOW) == 0;
            Path place = kernel.vfs.lookup(task, AtFlags.AT_FDCWD, path, follow ? 0 : AtFlags.AT_SYMLINK_NOFOLLOW);
            Inode inode = place.inode();
            if ((mask & InotifyFlags.IN_ONLYDIR) != 0 && !inode.isDirectory()) {
                return Errno.ENOTDIR.negative();
            }
            if (!Permissions.generic(inode, task.credentials(), Permissions.MAY_READ)) {
                return Errno.EACCES.negative();
            }
            return instance.watch(inode, mask);
        } finally {
            file.release();
        }
    }

    static long removeWatch(Task task, int fd, int wd) {
        File file = task.files().holdOpen(fd);
        try {
            if (!(file instanceof Inotify instance)) {
                return Errno.EINVAL.negative();
            }
            instance.unwatch(wd);
            return 0;
        } finally {
            file.release();
        }
    }

    /** The watches of dnotify that a file has set on its directory. */
    @Nullable DirectoryWatch directoryWatch(File file) {
        InodeState state = file.inode().stateOrNull();
        if (state != null && state.watches instanceof Watches watches) {
            for (Watcher watch : watches.list) {
                if (watch instanceof DirectoryWatch found && found.file == file) {
                    return found;
                }
            }
        }
        return null;
    }

    // --- watches ---

    void add(Watcher watch) {
        InodeState state = watch.inode().state();
        synchronized (state) {
            Watches watches = (Watches) state.watches;
            if (watches == null) {
                watches = new Watches();
                state.watches = watches;
            }
            watches.list.add(watch);
        }
        synchronized (all) {
            all.add(watch);
        }
        listen();
    }

    private synchronized void listen() {
        if (!listening) {
            kernel.vfs.addNotify(this);
            listening = true;
        }
    }

    /** fs.inotify.max_user_watches. @throws umlaut.abi.ErrnoException ENOSPC */
    void requireRoom() {
        synchronized (all) {
            if (all.size() >= kernel.limits.inotifyWatches.get()) {
                throw Errno.ENOSPC.exception();
            }
        }
    }

    void ended(Inotify instance) {
        instances.remove(instance);
    }

    void remove(Watcher watch) {
        synchronized (all) {
            all.remove(watch);
        }
        InodeState state = watch.inode().state();
        synchronized (state) {
            Watches watches = (Watches) state.watches;
            if (watches != null && watches.list.remove(watch) && watches.list.isEmpty()) {
                state.watches = null;
            }
        }
    }

    // --- events ---

    @Override
    public void inode(int mask, Inode inode, @Nullable Dentry dentry) {
        int told = mask;
        // The directory hears of it first.
        if ((mask & SELF_ONLY) == 0 && dentry != null) {
            Dentry parent = dentry.parent();
            Inode directory = parent == null ? null : parent.inodeOrNull();
            if (directory != null && directory != inode) {
                deliver(directory, told, 0, dentry.name(), dentry.isDeleted());
            }
        }
        deliver(inode, told, 0, null, false);
    }

    @Override
    public void file(int mask, Inode inode, @Nullable Path path) {
        inode(mask & ~FanotifyFlags.FAN_OPEN_EXEC, inode, path == null ? null : path.dentry());
    }

    @Override
    public void entry(int mask, Inode directory, String name, Inode object, int cookie) {
        deliver(directory, mask, cookie, name, false);
    }

    @Override
    public void gone(Inode inode) {
        InodeState state = inode.stateOrNull();
        if (state != null && state.watches instanceof Watches watches) {
            watches.list.forEach(Watcher::gone);
        }
    }

    @Override
    public void unmounted(SuperBlock fs) {
        List<Watcher> newestFirst;
        synchronized (all) {
            newestFirst = new ArrayList<>(all).reversed();
        }
        for (Watcher watch : newestFirst) {
            if (watch.inode().superBlock == fs) {
                watch.unmounted();
            }
        }
    }

    private static void deliver(Inode inode, int mask, int cookie, @Nullable String name, boolean unlinked) {
        InodeState state = inode.stateOrNull();
        if (state == null || !(state.watches instanceof Watches watches)) {
            return;
        }
        for (Watcher watch : watches.list) {
            int wanted = watch.mask();
            boolean excluded = unlinked && (wanted & InotifyFlags.IN_EXCL_UNLINK) != 0;
            if ((wanted & mask & InotifyFlags.IN_ALL_EVENTS) == 0 || excluded) {
                continue;
            }
            // Linux tells IN_ISDIR of a directory's own end and move no more than of a file's.
            int told = (mask & SELF_ONLY) != 0 ? mask & ~InotifyFlags.IN_ISDIR : mask;
            watch.tell(told, cookie, name);
        }
    }
}
