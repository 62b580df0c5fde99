package umlaut.kernel.fanotify;

import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.NsInode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Permissions;
import umlaut.kernel.vfs.PseudoFs;

/** One call of fanotify_mark(2), checked in Linux's order (do_fanotify_mark). */
final class MarkRequest {
    private static final int TYPES = FanotifyFlags.FAN_MARK_MNTNS;
    private static final int COMMANDS =
            FanotifyFlags.FAN_MARK_ADD | FanotifyFlags.FAN_MARK_REMOVE | FanotifyFlags.FAN_MARK_FLUSH;
    private static final int IGNORE_BITS = FanotifyFlags.FAN_MARK_IGNORE | FanotifyFlags.FAN_MARK_IGNORED_MASK;
    private static final int KNOWN = TYPES
            | COMMANDS
            | IGNORE_BITS
            | FanotifyFlags.FAN_MARK_DONT_FOLLOW
            | FanotifyFlags.FAN_MARK_ONLYDIR
            | FanotifyFlags.FAN_MARK_IGNORED_SURV_MODIFY
            | FanotifyFlags.FAN_MARK_EVICTABLE;
    private static final int MOUNT_EVENTS = FanotifyFlags.FAN_MNT_ATTACH | FanotifyFlags.FAN_MNT_DETACH;
    private static final int FD_EVENTS = FanotifyFlags.FAN_ACCESS
            | FanotifyFlags.FAN_MODIFY
            | FanotifyFlags.FAN_CLOSE_WRITE
            | FanotifyFlags.FAN_CLOSE_NOWRITE
            | FanotifyFlags.FAN_OPEN
            | FanotifyFlags.FAN_OPEN_EXEC
            | FanotifyEvent.PERMISSION;
    private static final int NAME_EVENTS = FanotifyEvent.ENTRY
            | FanotifyFlags.FAN_ATTRIB
            | FanotifyFlags.FAN_DELETE_SELF
            | FanotifyFlags.FAN_MOVE_SELF;
    private static final int EVENT_FLAGS = FanotifyFlags.FAN_EVENT_ON_CHILD | FanotifyFlags.FAN_ONDIR;
    private static final int KNOWN_EVENTS =
            FD_EVENTS | NAME_EVENTS | MOUNT_EVENTS | FanotifyFlags.FAN_FS_ERROR | EVENT_FLAGS;
    private static final int DIRECTORY_ONLY = FanotifyEvent.ENTRY | EVENT_FLAGS;

    private final FanotifyHub hub;
    private final Task task;
    private final FanotifyGroup group;
    private final int flags;
    private final int mask;
    /** Event flags that this kind of mark has no say in, and so must not keep it alive. */
    private int unsaid;

    private MarkRequest(FanotifyHub hub, Task task, FanotifyGroup group, int flags, int mask, int unsaid) {
        this.hub = hub;
        this.task = task;
        this.group = group;
        this.flags = flags;
        this.mask = mask;
        this.unsaid = unsaid;
    }

    static long mark(FanotifyHub hub, Task task, int fd, int flags, long wideMask, int dirFd, long pathname) {
        if (wideMask >>> 32 != 0 || (flags & ~KNOWN) != 0) {
            return Errno.EINVAL.negative();
        }
        int mask = (int) wideMask;
        switch (flags & COMMANDS) {
            case FanotifyFlags.FAN_MARK_ADD, FanotifyFlags.FAN_MARK_REMOVE -> {
                if (mask == 0) {
                    return Errno.EINVAL.negative();
                }
            }
            case FanotifyFlags.FAN_MARK_FLUSH -> {
                if ((flags & ~(TYPES | FanotifyFlags.FAN_MARK_FLUSH)) != 0) {
                    return Errno.EINVAL.negative();
                }
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        int ignore = flags & IGNORE_BITS;
        if ((mask & ~KNOWN_EVENTS) != 0 || ignore == IGNORE_BITS) {
            return Errno.EINVAL.negative();
        }
        boolean old = ignore == FanotifyFlags.FAN_MARK_IGNORED_MASK;
        File file = task.files().holdOpen(fd);
        try {
            if (!(file instanceof FanotifyGroup group)) {
                return Errno.EINVAL.negative();
            }
            MarkRequest request =
                    new MarkRequest(hub, task, group, flags, old ? mask & ~EVENT_FLAGS : mask, old ? EVENT_FLAGS : 0);
            return request.run(dirFd, pathname);
        } finally {
            file.release();
        }
    }

    private int type() {
        return flags & TYPES;
    }

    private boolean wants(int events) {
        return (mask & events) != 0;
    }

    private boolean adds() {
        return (flags & FanotifyFlags.FAN_MARK_ADD) != 0;
    }

    private long run(int dirFd, long pathname) {
        boolean mounts = group.has(FanotifyFlags.FAN_REPORT_MNT);
        boolean namespace = type() == FanotifyFlags.FAN_MARK_MNTNS;
        if (mounts != namespace || (mounts ? (mask & ~MOUNT_EVENTS) != 0 : wants(MOUNT_EVENTS))) {
            return Errno.EINVAL.negative();
        }
        if (type() != FanotifyFlags.FAN_MARK_INODE
                && !task.credentials().capableIn(group.userNs, Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        if (!eventsFit()) {
            return Errno.EINVAL.negative();
        }
        if ((flags & FanotifyFlags.FAN_MARK_FLUSH) != 0) {
            hub.flush(group, type());
            return 0;
        }
        return at(place(dirFd, pathname));
    }

    /** Can the group be told these events by such a mark? */
    private boolean eventsFit() {
        boolean inode = type() == FanotifyFlags.FAN_MARK_INODE;
        int priority = group.priority();
        if (wants(FanotifyEvent.PERMISSION) && priority == FanotifyFlags.FAN_CLASS_NOTIF) {
            return false;
        }
        if (wants(FanotifyFlags.FAN_FS_ERROR) && type() != FanotifyFlags.FAN_MARK_FILESYSTEM) {
            return false;
        }
        if ((flags & FanotifyFlags.FAN_MARK_EVICTABLE) != 0 && !inode) {
            return false;
        }
        boolean nameless = group.fids() == 0 || type() == FanotifyFlags.FAN_MARK_MOUNT;
        if ((mask & ~(FD_EVENTS | MOUNT_EVENTS | EVENT_FLAGS)) != 0 && nameless) {
            return false;
        }
        return !wants(FanotifyFlags.FAN_RENAME) || group.has(FanotifyFlags.FAN_REPORT_NAME);
    }

    /** fanotify_find_path. */
    private Path place(int dirFd, long pathname) {
        boolean onlyDirectory = (flags & FanotifyFlags.FAN_MARK_ONLYDIR) != 0;
        Path found;
        if (pathname == 0) {
            found = task.kernel.vfs.placeOf(task, dirFd);
        } else {
            boolean follow = (flags & FanotifyFlags.FAN_MARK_DONT_FOLLOW) == 0;
            String name = task.memory.path(pathname);
            found = task.kernel.vfs.lookup(task, dirFd, name, follow ? 0 : AtFlags.AT_SYMLINK_NOFOLLOW);
        }
        Inode inode = found.inode();
        if (onlyDirectory && !inode.isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        if (!inode.permits(task.credentials(), Permissions.MAY_READ)) {
            throw Errno.EACCES.exception();
        }
        return found;
    }

    private long at(Path place) {
        Inode inode = place.inode();
        boolean byInode = type() == FanotifyFlags.FAN_MARK_INODE;
        if (adds()) {
            boolean strict = group.has(FanotifyFlags.FAN_REPORT_TARGET_FID)
                    || wants(FanotifyFlags.FAN_RENAME)
                    || (flags & FanotifyFlags.FAN_MARK_IGNORE) != 0;
            if (wants(FanotifyEvent.PERMISSION) && inode.superBlock.type.equals("proc")
                    || !byInode && !(inode instanceof NsInode) && inode.superBlock instanceof PseudoFs) {
                return Errno.EINVAL.negative();
            }
            if (strict && byInode && !inode.isDirectory() && wants(DIRECTORY_ONLY)) {
                return Errno.ENOTDIR.negative();
            }
        }
        if (group.fids() != 0 && !byInode && !inode.superBlock.exportable()) {
            return Errno.EOPNOTSUPP.negative();
        }
        Object target = switch (type()) {
            case FanotifyFlags.FAN_MARK_INODE -> inode;
            case FanotifyFlags.FAN_MARK_MOUNT -> place.mount();
            case FanotifyFlags.FAN_MARK_FILESYSTEM -> inode.superBlock;
            default -> namespace(inode);
        };
        return adds() ? add(target, inode) : remove(target, inode);
    }

    private static Object namespace(Inode inode) {
        if (inode instanceof NsInode file && file.namespace instanceof MountNamespace ns) {
            return ns;
        }
        throw Errno.EINVAL.exception();
    }

    private long add(Object target, Inode inode) {
        boolean byInode = target == inode;
        int ignore = flags & IGNORE_BITS;
        if (ignore != 0 && (flags & FanotifyFlags.FAN_MARK_IGNORED_SURV_MODIFY) == 0) {
            if (ignore == FanotifyFlags.FAN_MARK_IGNORE && (!byInode || inode.isDirectory())) {
                return (byInode ? Errno.EISDIR : Errno.EINVAL).negative();
            }
            // What it ignores would be over with the next write.
            if (byInode && inode.writerCount() > 0) {
                return 0;
            }
        }
        return hub.add(group, target, type(), effective(byInode && inode.isDirectory()), flags);
    }

    private long remove(Object target, Inode inode) {
        int events = effective(target == inode && inode.isDirectory());
        return hub.remove(group, target, events & ~unsaid, unsaid, (flags & IGNORE_BITS) != 0);
    }

    /** Only directories have children; but who is to be told parents and names wants them of all. */
    private int effective(boolean directory) {
        if (directory) {
            return mask;
        }
        unsaid = FanotifyFlags.FAN_EVENT_ON_CHILD;
        boolean parents = group.has(FanotifyFlags.FAN_REPORT_DIR_FID) && adds() && (flags & IGNORE_BITS) == 0;
        int events = mask & ~FanotifyFlags.FAN_EVENT_ON_CHILD;
        return parents ? events | FanotifyFlags.FAN_EVENT_ON_CHILD : events;
    }
}
