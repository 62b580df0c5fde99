package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.PathRights;
import umlaut.kernel.task.Task;

/** open(2) from the flags to the open file (Linux: fs/open.c, fs/namei.c path_openat). */
final class Open {
    private static final int CREATION_FLAGS =
            OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOCTTY | OpenFlags.O_TRUNC | OpenFlags.O_CLOEXEC;
    private static final int INTERNAL_FLAGS = OpenFlags.FMODE_EXEC | OpenFlags.FMODE_NONOTIFY;
    private static final int PATH_FLAGS =
            OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
    /** Every flag open(2) knows (VALID_OPEN_FLAGS). */
    static final int KNOWN = OpenFlags.O_ACCMODE
            | CREATION_FLAGS
            | PATH_FLAGS
            | OpenFlags.O_APPEND
            | OpenFlags.O_NONBLOCK
            | OpenFlags.O_SYNC
            | OpenFlags.O_DSYNC
            | OpenFlags.O_ASYNC
            | OpenFlags.O_DIRECT
            | OpenFlags.O_LARGEFILE
            | OpenFlags.O_NOATIME
            | OpenFlags.__O_TMPFILE;

    private Open() {}

    /** What open(2) and openat(2) make of flags they do not know: they ignore them; and what is added. */
    static int legacyFlags(int flags) {
        return flags & KNOWN | OpenFlags.O_LARGEFILE;
    }

    /**
     * Checks flags that only openat2(2) and open(2) alike refuse (build_open_flags).
     *
     * @return the flags to go on with
     * @throws umlaut.abi.ErrnoException EINVAL
     */
    static int check(int flags) {
        int f = flags;
        if ((f & OpenFlags.__O_SYNC) != 0) {
            f |= OpenFlags.O_DSYNC;
        }
        if ((f & OpenFlags.__O_TMPFILE) != 0) {
            int access = f & OpenFlags.O_ACCMODE;
            boolean form = (f & (OpenFlags.O_TMPFILE | OpenFlags.O_CREAT)) == OpenFlags.O_TMPFILE;
            if (!form || access == OpenFlags.O_RDONLY) {
                throw Errno.EINVAL.exception();
            }
        } else if ((f & (OpenFlags.O_CREAT | OpenFlags.O_DIRECTORY)) == (OpenFlags.O_CREAT | OpenFlags.O_DIRECTORY)) {
            throw Errno.EINVAL.exception();
        }
        return f;
    }

    /** @return the open file with one reference; @throws umlaut.abi.ErrnoException as open(2) */
    static File open(Vfs vfs, PathWalk walk, int flags, int mode) {
        if ((flags & OpenFlags.O_PATH) != 0) {
            return openPath(walk, flags & PATH_FLAGS);
        }
        int f = check(flags);
        if ((f & OpenFlags.__O_TMPFILE) != 0) {
            return openTemporary(vfs, walk, f, mode);
        }
        return (f & OpenFlags.O_CREAT) == 0 ? openExisting(vfs, walk, f) : openCreating(vfs, walk, f, mode);
    }

    private static File openPath(PathWalk walk, int flags) {
        if (!walk.isPlaced()) {
            walk.resolve((flags & OpenFlags.O_NOFOLLOW) == 0, false);
        }
        Inode inode = walk.inode();
        if ((flags & OpenFlags.O_DIRECTORY) != 0 && !inode.isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        File file = new PathFile(walk.path(), flags & ~OpenFlags.O_CLOEXEC, walk.who);
        if (!file.attach()) {
            throw Errno.ENOENT.exception();
        }
        return file;
    }

    /** Opens a place that was not found by its name. */
    static File openAt(Vfs vfs, PathWalk walk, Task task, Path place, int flags) {
        walk.beginAt(task, place);
        if ((flags & OpenFlags.O_PATH) != 0) {
            return openPath(walk, flags & PATH_FLAGS);
        }
        int f = check(flags);
        if ((f & OpenFlags.O_DIRECTORY) != 0 && !walk.inode().isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        return openPlace(vfs, walk, f);
    }

    private static File openTemporary(Vfs vfs, PathWalk walk, int flags, int mode) {
        walk.resolveDirectory();
        Dentry dentry = Names.tmpfile(walk, flags, mode);
        return instantiate(vfs, walk.task, new Path(walk.mount, dentry), flags, walk.who);
    }

    private static File openExisting(Vfs vfs, PathWalk walk, int flags) {
        boolean follow = (flags & OpenFlags.O_NOFOLLOW) == 0;
        walk.resolve(follow, false);
        if ((flags & OpenFlags.O_DIRECTORY) != 0 && !walk.inode().isDirectory()) {
            // A link that was not to be followed counts as one first.
            boolean link = walk.inode().isSymlink();
            throw (link && follow ? Errno.ELOOP : Errno.ENOTDIR).exception();
        }
        return openPlace(vfs, walk, flags);
    }

    private static File openCreating(Vfs vfs, PathWalk walk, int flags, int mode) {
        boolean exclusive = (flags & OpenFlags.O_EXCL) != 0;
        boolean follow = (flags & OpenFlags.O_NOFOLLOW) == 0 && !exclusive;
        while (true) {
            walk.toParent();
            if (walk.lastType == PathWalk.Last.JUMPED) {
                return openFound(vfs, walk, flags, null);
            }
            if (walk.lastType != PathWalk.Last.NORM) {
                throw (exclusive ? Errno.EEXIST : Errno.EISDIR).exception();
            }
            if (walk.lastSlash) {
                throw Errno.EISDIR.exception();
            }
            Inode directory = walk.inode();
            Dentry child = walk.child();
            boolean created = false;
            if (child.isNegative()) {
                child = create(vfs, walk, mode);
                created = child != null;
                if (child == null) {
                    child = walk.child();
                }
            }
            if (created) {
                return openCreated(vfs, walk, child, flags);
            }
            if (!walk.enter(child, follow, true)) {
                if (exclusive) {
                    throw Errno.EEXIST.exception();
                }
                return openFound(vfs, walk, flags, directory);
            }
        }
    }

    /** @return the new file's dentry, or null if somebody else has made it meanwhile */
    private static @Nullable Dentry create(Vfs vfs, PathWalk walk, int mode) {
        Inode directory = walk.inode();
        Dentry child;
        directory.lock.lock();
        try {
            child = walk.childLocked();
            if (!child.isNegative()) {
                return null;
            }
            Names.createFile(vfs, walk, child, mode);
        } finally {
            directory.lock.unlock();
        }
        Notify.entry(vfs, InotifyFlags.IN_CREATE, directory, child.name(), child.inode());
        return child;
    }

    /** What was just created is opened whatever its mode says. */
    private static File openCreated(Vfs vfs, PathWalk walk, Dentry child, int flags) {
        walk.dentry = child;
        File file = instantiate(vfs, walk.task, walk.path(), flags & ~OpenFlags.O_TRUNC, walk.who);
        file.setCreated();
        return file;
    }

    /** O_CREAT of something that was there. */
    private static File openFound(Vfs vfs, PathWalk walk, int flags, @Nullable Inode directory) {
        Inode inode = walk.inode();
        if (inode.isDirectory()) {
            throw Errno.EISDIR.exception();
        }
        if (directory != null && protectedFile(vfs, directory, inode, walk.who)) {
            throw Errno.EACCES.exception();
        }
        return openPlace(vfs, walk, flags);
    }

    /** fs.protected_regular and protected_fifos (may_create_in_sticky). */
    private static boolean protectedFile(Vfs vfs, Inode directory, Inode inode, Credentials who) {
        if ((directory.mode & Mode.S_ISVTX) == 0 || inode.uid == directory.uid || inode.uid == who.fsuid()) {
            return false;
        }
        int level = inode.isRegular() ? vfs.protections.regular : Mode.isFifo(inode.mode) ? vfs.protections.fifos : 0;
        boolean world = (directory.mode & Mode.S_IWOTH) != 0;
        boolean group = (directory.mode & Mode.S_IWGRP) != 0;
        return level >= 1 && world || level >= 2 && group;
    }

    /** Permissions, then the file itself, then O_TRUNC (do_open). */
    private static File openPlace(Vfs vfs, PathWalk walk, int flags) {
        Inode inode = walk.inode();
        boolean truncate = (flags & OpenFlags.O_TRUNC) != 0 && inode.isRegular();
        if (truncate) {
            Permissions.requireWritable(walk.mount);
        }
        mayOpen(walk, inode, flags);
        File file = instantiate(vfs, walk.task, walk.path(), flags, walk.who);
        if (truncate) {
            try {
                Truncate.requireAllowed(file);
                Truncate.atOpen(vfs, file, walk.who);
            } catch (RuntimeException e) {
                file.release();
                throw e;
            }
        }
        return file;
    }

    /** may_open. */
    private static void mayOpen(PathWalk walk, Inode inode, int flags) {
        int mask = accessMask(flags);
        switch (inode.mode & Mode.S_IFMT) {
            case Mode.S_IFLNK -> throw Errno.ELOOP.exception();
            case Mode.S_IFDIR -> {
                if ((mask & Permissions.MAY_WRITE) != 0) {
                    throw Errno.EISDIR.exception();
                }
            }
            case Mode.S_IFCHR, Mode.S_IFBLK -> {
                if (walk.mount.has(MountFlags.MS_NODEV)
                        || inode.superBlock.userNs().level() > 0) {
                    throw Errno.EACCES.exception();
                }
            }
            default -> {}
        }
        Permissions.require(inode, walk.who, mask);
        boolean reading = (flags & OpenFlags.O_ACCMODE) == OpenFlags.O_RDONLY;
        boolean appendOnly = (inode.flags & Ioctl.FS_APPEND_FL) != 0;
        if (appendOnly && (!reading && (flags & OpenFlags.O_APPEND) == 0 || (flags & OpenFlags.O_TRUNC) != 0)) {
            throw Errno.EPERM.exception();
        }
        if ((flags & OpenFlags.O_NOATIME) != 0 && !Permissions.owns(inode, walk.who)) {
            throw Errno.EPERM.exception();
        }
    }

    private static int accessMask(int flags) {
        int mask = switch (flags & OpenFlags.O_ACCMODE) {
            case OpenFlags.O_RDONLY -> Permissions.MAY_READ;
            case OpenFlags.O_WRONLY -> Permissions.MAY_WRITE;
            default -> Permissions.MAY_READ | Permissions.MAY_WRITE;
        };
        return (flags & OpenFlags.O_TRUNC) != 0 ? mask | Permissions.MAY_WRITE : mask;
    }

    /** do_dentry_open: counts the writer, makes the file, and binds it to inode and mount. */
    static File instantiate(Vfs vfs, @Nullable Task task, Path path, int flags, Credentials who) {
        Inode inode = path.inode();
        if ((flags & OpenFlags.O_DIRECT) != 0 && !inode.hasDirectIo()) {
            throw Errno.EINVAL.exception();
        }
        boolean writing = OpenFlags.mayWrite(flags) && inode.isRegular();
        if (!inode.hold()) {
            throw Errno.ENOENT.exception();
        }
        boolean counted = false;
        File file = null;
        try {
            Leases.breakFor(vfs, task, inode, flags);
            if (writing) {
                Permissions.requireWritable(path.mount());
                inode.beginWrite();
                counted = true;
            }
            int without = (flags & OpenFlags.FMODE_NONOTIFY) == 0 ? PathRights.atOpen(who, path, flags) : 0;
            Notify.mayOpen(vfs, path, flags);
            file = make(vfs, task, path, inode, flags);
            if (!file.attach()) {
                throw Errno.ENXIO.exception();
            }
            if ((flags & OpenFlags.FMODE_NONOTIFY) != 0) {
                file.setQuiet();
            }
            file.setWithout(without);
            int executed = (flags & OpenFlags.FMODE_EXEC) != 0 ? FanotifyFlags.FAN_OPEN_EXEC : 0;
            Notify.file(vfs, InotifyFlags.IN_OPEN | executed, file);
            return file;
        } finally {
            if (file == null && counted) {
                inode.endWrite();
            }
            inode.unhold();
        }
    }

    private static File make(Vfs vfs, @Nullable Task task, Path path, Inode inode, int flags) {
        int status = flags & ~(CREATION_FLAGS | INTERNAL_FLAGS);
        switch (inode.mode & Mode.S_IFMT) {
            case Mode.S_IFCHR, Mode.S_IFBLK -> {
                CharDevice driver = vfs.devices().driver(Mode.isBlock(inode.mode), inode.rdev);
                // A block device opened exclusively is claimed: the one creation flag that a driver must see.
                int exclusive = Mode.isBlock(inode.mode) ? flags & OpenFlags.O_EXCL : 0;
                return driver.open(task, path, inode, status | exclusive);
            }
            case Mode.S_IFIFO -> {
                FifoOpener opener = vfs.fifoOpener();
                if (opener == null) {
                    throw Errno.ENXIO.exception();
                }
                return opener.open(task, path, inode, status);
            }
            case Mode.S_IFSOCK -> throw Errno.ENXIO.exception();
            default -> {
                return inode.open(task, path, status);
            }
        }
    }

    /** do_open_execat. */
    static File openExec(Vfs vfs, PathWalk walk, int atFlags) {
        boolean follow = (atFlags & AtFlags.AT_SYMLINK_NOFOLLOW) == 0;
        walk.resolve(follow, (atFlags & AtFlags.AT_EMPTY_PATH) != 0);
        Inode inode = walk.inode();
        if (inode.isSymlink()) {
            throw Errno.ELOOP.exception();
        }
        if (!inode.isRegular() || walk.mount.has(MountFlags.MS_NOEXEC)) {
            throw Errno.EACCES.exception();
        }
        Permissions.require(inode, walk.who, Permissions.MAY_EXEC);
        File file = instantiate(
                vfs,
                walk.task,
                walk.path(),
                OpenFlags.O_RDONLY | OpenFlags.O_LARGEFILE | OpenFlags.FMODE_EXEC,
                walk.who);
        try {
            file.denyWrite();
        } catch (RuntimeException e) {
            file.release();
            throw e;
        }
        return file;
    }
}
