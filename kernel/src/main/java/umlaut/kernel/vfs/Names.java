package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.PathRights;

/**
 * Making and removing names: mkdir(2), mknod(2), symlink(2), link(2), unlink(2), rmdir(2); {@link Rename} has the rest (Linux: fs/namei.c). Each takes a {@link
 * PathWalk} that has begun. Checks come in Linux's order, which programs see by the error they get.
 */
final class Names {
    private Names() {}

    /** Makes the object in {@code directory}, whose lock is held. */
    @FunctionalInterface
    private interface Maker {
        Inode make(Inode directory, String name);
    }

    static void mkdir(Vfs vfs, PathWalk walk, int mode) {
        Credentials who = walk.who;
        int full = mode & (Mode.S_IRWXUGO | Mode.S_ISVTX) | Mode.S_IFDIR;
        int umask = walk.umask;
        make(vfs, walk, Mode.S_IFDIR, (directory, name) -> {
            Inode made = directory.mkdir(name, AclRules.modeOf(directory, full, umask), who);
            AclRules.inherit(directory, made, full);
            return made;
        });
    }

    /** may_mknod, which comes before the path is looked at. @throws umlaut.abi.ErrnoException EPERM, EINVAL */
    static void requireNodeType(int mode) {
        switch (mode & Mode.S_IFMT) {
            case Mode.S_IFREG, Mode.S_IFCHR, Mode.S_IFBLK, Mode.S_IFIFO, Mode.S_IFSOCK, 0 -> {}
            case Mode.S_IFDIR -> throw Errno.EPERM.exception();
            default -> throw Errno.EINVAL.exception();
        }
    }

    /** @param mode type and permissions; type 0 is a regular file. @return the new object */
    static Inode mknod(Vfs vfs, PathWalk walk, int mode, long device) {
        requireNodeType(mode);
        int type = mode & Mode.S_IFMT;
        Credentials who = walk.who;
        int umask = walk.umask;
        int full = (type == 0 ? Mode.S_IFREG : type) | mode & Mode.S_IALLUGO;
        boolean whiteout = type == Mode.S_IFCHR && device == 0;
        long number = Mode.isDevice(full) ? device : 0;
        return make(vfs, walk, full, (directory, name) -> {
            if (Mode.isDevice(full) && !whiteout && !who.capable(Capability.CAP_MKNOD)) {
                throw Errno.EPERM.exception();
            }
            int stripped = Permissions.newMode(directory, full, who);
            Inode made = directory.create(name, AclRules.modeOf(directory, stripped, umask), number, who);
            AclRules.inherit(directory, made, stripped);
            return made;
        });
    }

    static void symlink(Vfs vfs, PathWalk walk, String target) {
        Credentials who = walk.who;
        make(vfs, walk, Mode.S_IFLNK, (directory, name) -> directory.symlink(name, target, who));
    }

    /** Walks to the directory that is to get a new name. */
    private static Inode parent(PathWalk walk) {
        walk.toParent();
        if (walk.lastType != PathWalk.Last.NORM) {
            throw Errno.EEXIST.exception();
        }
        return walk.inode();
    }

    /** The name, which must be free; the directory's lock is held. Only a directory's may end with a slash. */
    private static Dentry newEntry(PathWalk walk, boolean isDirectory) {
        Dentry child = walk.childLocked();
        if (!child.isNegative()) {
            throw Errno.EEXIST.exception();
        }
        if (walk.lastSlash && !isDirectory) {
            throw Errno.ENOENT.exception();
        }
        return child;
    }

    private static Inode make(Vfs vfs, PathWalk walk, int mode, Maker maker) {
        Inode directory = parent(walk);
        Dentry child;
        directory.lock.lock();
        try {
            child = newEntry(walk, Mode.isDir(mode));
            Permissions.requireWritable(walk.mount);
            PathRights.make(walk.who, walk.mount, walk.dentry, mode);
            Permissions.requireCreate(directory, walk.who);
            child.instantiate(maker.make(directory, child.name()));
            Times.modified(directory, vfs.kernel.clock.realtimeNs());
        } finally {
            directory.lock.unlock();
        }
        Inode made = child.inode();
        Notify.entry(vfs, InotifyFlags.IN_CREATE, directory, child.name(), made);
        return made;
    }

    /** @param target what the new name, the walk's, is to stand for */
    static void link(Vfs vfs, Path target, PathWalk walk) {
        Inode inode = target.inode();
        Inode directory = parent(walk);
        Dentry child;
        directory.lock.lock();
        try {
            child = newEntry(walk, false);
            Permissions.requireWritable(walk.mount);
            if (target.mount() != walk.mount) {
                throw Errno.EXDEV.exception();
            }
            protectedHardlink(vfs, inode, walk.who);
            PathRights.refer(walk.who, target.above(), inode, walk.path(), null, false, false);
            linkLocked(directory, child, inode, walk.who);
            long now = vfs.kernel.clock.realtimeNs();
            Times.modified(directory, now);
            Times.changed(inode, now);
        } finally {
            directory.lock.unlock();
        }
        Notify.inode(vfs, InotifyFlags.IN_ATTRIB, inode, null);
        Notify.entry(vfs, InotifyFlags.IN_CREATE, directory, child.name(), inode);
    }

    /** vfs_link. */
    private static void linkLocked(Inode directory, Dentry child, Inode inode, Credentials who) {
        Permissions.requireCreate(directory, who);
        if (inode.superBlock != directory.superBlock) {
            throw Errno.EXDEV.exception();
        }
        if ((inode.flags & (Ioctl.FS_APPEND_FL | Ioctl.FS_IMMUTABLE_FL)) != 0 || inode.isDirectory()) {
            throw Errno.EPERM.exception();
        }
        inode.lock.lock();
        try {
            if (inode.nlink == 0 && !inode.linkable) {
                throw Errno.ENOENT.exception();
            }
            directory.link(child.name(), inode);
            inode.linkable = false;
            child.instantiate(inode);
        } finally {
            inode.lock.unlock();
        }
    }

    /** fs.protected_hardlinks (may_linkat): only to what one owns, or could read and write anyway. */
    private static void protectedHardlink(Vfs vfs, Inode inode, Credentials who) {
        if (vfs.protections.hardlinks == 0 || Permissions.owns(inode, who)) {
            return;
        }
        int both = Mode.S_ISGID | Mode.S_IXGRP;
        boolean safe = inode.isRegular()
                && (inode.mode & Mode.S_ISUID) == 0
                && (inode.mode & both) != both
                && inode.permits(who, Permissions.MAY_READ | Permissions.MAY_WRITE);
        if (!safe) {
            throw Errno.EPERM.exception();
        }
    }

    static void unlink(Vfs vfs, PathWalk walk) {
        walk.toParent();
        if (walk.lastType != PathWalk.Last.NORM) {
            throw Errno.EISDIR.exception();
        }
        Permissions.requireWritable(walk.mount);
        Inode directory = walk.inode();
        Inode victim;
        Dentry child;
        directory.lock.lock();
        try {
            child = walk.childLocked();
            Inode found = child.inodeOrNull();
            if (walk.lastSlash) {
                throw slashError(found).exception();
            }
            if (found == null) {
                throw Errno.ENOENT.exception();
            }
            victim = found;
            PathRights.remove(walk.who, walk.mount, walk.dentry, false);
            Permissions.requireDelete(directory, victim, walk.who, false);
            if (child.isMountpoint()) {
                throw Errno.EBUSY.exception();
            }
            directory.unlink(child.name(), victim);
            walk.dentry.drop(child, true);
            long now = vfs.kernel.clock.realtimeNs();
            Times.modified(directory, now);
            Times.changed(victim, now);
        } finally {
            directory.lock.unlock();
        }
        Notify.inode(vfs, InotifyFlags.IN_ATTRIB, victim, null);
        victim.evictIfUnused();
        Notify.entry(vfs, InotifyFlags.IN_DELETE, directory, child.name(), victim);
    }

    private static Errno slashError(@Nullable Inode found) {
        if (found == null) {
            return Errno.ENOENT;
        }
        return found.isDirectory() ? Errno.EISDIR : Errno.ENOTDIR;
    }

    static void rmdir(Vfs vfs, PathWalk walk) {
        walk.toParent();
        switch (walk.lastType) {
            case DOTDOT -> throw Errno.ENOTEMPTY.exception();
            case DOT -> throw Errno.EINVAL.exception();
            case ROOT, JUMPED -> throw Errno.EBUSY.exception();
            case NORM -> {}
        }
        Permissions.requireWritable(walk.mount);
        Inode directory = walk.inode();
        Dentry child;
        Inode victim;
        directory.lock.lock();
        try {
            child = walk.childLocked();
            Inode found = child.inodeOrNull();
            if (found == null) {
                throw Errno.ENOENT.exception();
            }
            victim = found;
            PathRights.remove(walk.who, walk.mount, walk.dentry, true);
            Permissions.requireDelete(directory, victim, walk.who, true);
            if (child.isMountpoint()) {
                throw Errno.EBUSY.exception();
            }
            removeDirectory(walk.dentry, child, directory, victim);
            long now = vfs.kernel.clock.realtimeNs();
            Times.modified(directory, now);
            Times.changed(victim, now);
        } finally {
            directory.lock.unlock();
        }
        victim.evictIfUnused();
        Notify.entry(vfs, InotifyFlags.IN_DELETE, directory, child.name(), victim);
    }

    /** Under the victim's lock too, so that nobody makes an entry in it meanwhile. */
    private static void removeDirectory(Dentry parent, Dentry child, Inode directory, Inode victim) {
        victim.lock.lock();
        try {
            directory.rmdir(child.name(), victim);
            parent.drop(child, true);
        } finally {
            victim.lock.unlock();
        }
    }

    /** A new regular file in the walk's directory, whose lock is held, for open(2). */
    static void createFile(Vfs vfs, PathWalk walk, Dentry child, int mode) {
        Inode directory = walk.inode();
        Permissions.requireWritable(walk.mount);
        PathRights.make(walk.who, walk.mount, walk.dentry, Mode.S_IFREG);
        Permissions.requireCreate(directory, walk.who);
        int full = Mode.S_IFREG | mode & Mode.S_IALLUGO;
        int stripped = Permissions.newMode(directory, full, walk.who);
        Inode made = directory.create(child.name(), AclRules.modeOf(directory, stripped, walk.umask), 0, walk.who);
        AclRules.inherit(directory, made, stripped);
        child.instantiate(made);
        Times.modified(directory, vfs.kernel.clock.realtimeNs());
    }

    /** O_TMPFILE: an object without a name in the directory the walk has reached. */
    static Dentry tmpfile(PathWalk walk, int flags, int mode) {
        Inode directory = walk.inode();
        Permissions.requireWritable(walk.mount);
        Permissions.requireCreate(directory, walk.who);
        int full = Mode.S_IFREG | mode & Mode.S_IALLUGO;
        Inode inode;
        directory.lock.lock();
        try {
            int stripped = Permissions.newMode(directory, full, walk.who);
            inode = directory.tmpfile(AclRules.modeOf(directory, stripped, walk.umask), walk.who);
            AclRules.inherit(directory, inode, stripped);
        } finally {
            directory.lock.unlock();
        }
        inode.linkable = (flags & OpenFlags.O_EXCL) == 0;
        return Dentry.unnamed(walk.dentry, "#" + inode.ino, inode);
    }
}
