package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.XattrArgs;
import umlaut.abi.XattrFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/** Extended attributes, xattr(7): getxattr(2), setxattr(2), listxattr(2), removexattr(2) and their forms (Linux: fs/xattr.c). */
public final class XattrCalls {
    private static final int PLACE_FLAGS = AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH;

    private XattrCalls() {}

    // --- places ---

    /** Calls {@code action} with what a path names; decoding of the other arguments comes first, as in Linux. */
    @FunctionalInterface
    private interface Action {
        long on(Path path);
    }

    private static void checkPlace(int flags) {
        if ((flags & ~PLACE_FLAGS) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    private static long at(Task task, int dirFd, long path, int flags, Action action) {
        checkPlace(flags);
        if (path == 0 && (flags & AtFlags.AT_EMPTY_PATH) != 0 && dirFd >= 0) {
            return on(task, dirFd, action); // no path at all is an empty one, since Linux 6.13
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        return action.on(walk.find(flags));
    }

    /** For fsetxattr(2) and fgetxattr(2), which since Linux 6.13 also take AT_FDCWD. */
    private static long onOrHere(Task task, int fd, Action action) {
        return fd == AtFlags.AT_FDCWD ? action.on(task.fs().cwd()) : on(task, fd, action);
    }

    private static long on(Task task, int fd, Action action) {
        File file = task.files().holdOpen(fd);
        try {
            return action.on(task.kernel.vfs.pathOf(file));
        } finally {
            file.release();
        }
    }

    private static int noFollow(boolean follow) {
        return follow ? 0 : AtFlags.AT_SYMLINK_NOFOLLOW;
    }

    // --- set ---

    public static long set(Task task, long path, long name, long value, long size, int flags, boolean follow) {
        return setAt(task, AtFlags.AT_FDCWD, path, noFollow(follow), name, value, size, flags);
    }

    private static long setAt(
            Task task, int dirFd, long path, int atFlags, long name, long value, long size, int flags) {
        checkPlace(atFlags);
        String key = settableName(task, name, size, flags);
        byte[] bytes = task.memory.bytes(value, (int) size);
        return at(task, dirFd, path, atFlags, place -> set(task, place, key, bytes, flags));
    }

    public static long fset(Task task, int fd, long name, long value, long size, int flags) {
        String key = settableName(task, name, size, flags);
        byte[] bytes = task.memory.bytes(value, (int) size);
        return onOrHere(task, fd, place -> set(task, place, key, bytes, flags));
    }

    private static String settableName(Task task, long name, long size, int flags) {
        if ((flags & ~(XattrFlags.XATTR_CREATE | XattrFlags.XATTR_REPLACE)) != 0) {
            throw Errno.EINVAL.exception();
        }
        String key = name(task, name);
        if (Long.compareUnsigned(size, XattrFlags.XATTR_SIZE_MAX) > 0) {
            throw Errno.E2BIG.exception();
        }
        return key;
    }

    private static long set(Task task, Path path, String name, byte[] value, int flags) {
        Permissions.requireWritable(path.mount());
        Inode inode = path.inode();
        Credentials who = task.credentials();
        if (AclRules.isAcl(name)) {
            requireChangeable(inode);
            AclRules.checkFlags(inode, name, flags);
            task.kernel.vfs.facts.changes(inode);
            AclRules.set(inode, who, name, value);
            task.kernel.vfs.facts.changes(inode);
        } else {
            requirePermission(inode, who, name, true);
            inode.setXattr(name, FileCapabilities.toStore(inode, who, name, value), flags);
        }
        changed(task, path);
        return 0;
    }

    private static void changed(Task task, Path path) {
        Times.changed(path.inode(), task.kernel.clock.realtimeNs());
        Notify.inode(task.kernel.vfs, InotifyFlags.IN_ATTRIB, path.inode(), path.dentry());
    }

    // --- get ---

    public static long get(Task task, long path, long name, long value, long size, boolean follow) {
        return getAt(task, AtFlags.AT_FDCWD, path, noFollow(follow), name, value, size);
    }

    private static long getAt(Task task, int dirFd, long path, int atFlags, long name, long value, long size) {
        checkPlace(atFlags);
        String key = name(task, name);
        return at(task, dirFd, path, atFlags, place -> get(task, place.inode(), key, value, size));
    }

    public static long fget(Task task, int fd, long name, long value, long size) {
        String key = name(task, name);
        return onOrHere(task, fd, place -> get(task, place.inode(), key, value, size));
    }

    private static long get(Task task, Inode inode, String name, long address, long size) {
        Credentials who = task.credentials();
        byte[] value;
        if (AclRules.isAcl(name)) {
            value = AclRules.get(inode, who, name);
        } else {
            requirePermission(inode, who, name, false);
            value = FileCapabilities.toShow(who, name, inode.getXattr(name));
        }
        if (value == null) {
            return Errno.ENODATA.negative();
        }
        if (size != 0) {
            if (Long.compareUnsigned(value.length, size) > 0) {
                return Errno.ERANGE.negative();
            }
            task.memory.putBytes(address, value);
        }
        return value.length;
    }

    // --- list ---

    public static long list(Task task, long path, long list, long size, boolean follow) {
        return at(task, AtFlags.AT_FDCWD, path, noFollow(follow), place -> list(task, place.inode(), list, size));
    }

    public static long flist(Task task, int fd, long list, long size) {
        return on(task, fd, place -> list(task, place.inode(), list, size));
    }

    private static long list(Task task, Inode inode, long address, long size) {
        boolean admin = task.credentials().capable(Capability.CAP_SYS_ADMIN);
        StringBuilder names = new StringBuilder();
        AclRules.names(inode).forEach(name -> names.append(name).append('\0'));
        for (String name : inode.listXattr()) {
            if (admin || !name.startsWith("trusted.")) {
                names.append(name).append('\0');
            }
        }
        if (size != 0 && names.length() > 0) {
            if (Long.compareUnsigned(names.length(), size) > 0) {
                return Errno.ERANGE.negative();
            }
            task.memory.putBytes(address, names.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
        return names.length();
    }

    // --- remove ---

    public static long remove(Task task, long path, long name, boolean follow) {
        return removeAt(task, AtFlags.AT_FDCWD, path, noFollow(follow), name);
    }

    public static long removeAt(Task task, int dirFd, long path, int atFlags, long name) {
        checkPlace(atFlags);
        String key = name(task, name);
        return at(task, dirFd, path, atFlags, place -> remove(task, place, key));
    }

    public static long fremove(Task task, int fd, long name) {
        String key = name(task, name);
        return on(task, fd, place -> remove(task, place, key));
    }

    private static long remove(Task task, Path path, String name) {
        Permissions.requireWritable(path.mount());
        Inode inode = path.inode();
        Credentials who = task.credentials();
        if (AclRules.isAcl(name)) {
            requireChangeable(inode);
            task.kernel.vfs.facts.changes(inode);
            AclRules.set(inode, who, name, null);
            task.kernel.vfs.facts.changes(inode);
        } else {
            requirePermission(inode, who, name, true);
            inode.removeXattr(name);
        }
        changed(task, path);
        return 0;
    }

    // --- the forms of Linux 6.13 ---

    /** setxattrat(2) and getxattrat(2). @param args struct xattr_args, {@code size} bytes of it */
    public static long withArgs(
            Task task, int dirFd, long path, int atFlags, long name, long args, long size, boolean setting) {
        if (Long.compareUnsigned(size, XattrArgs.SIZE) < 0) {
            return Errno.EINVAL.negative();
        }
        if (Long.compareUnsigned(size, 4096) > 0) {
            return Errno.E2BIG.negative();
        }
        MemorySegment a = task.memory.struct(args, (int) size);
        for (long i = XattrArgs.SIZE; i < size; i++) {
            if (Le.getByte(a, i) != 0) {
                return Errno.E2BIG.negative();
            }
        }
        long value = Le.getLong(a, XattrArgs.VALUE);
        long length = Le.getUnsignedInt(a, XattrArgs.SIZE_FIELD);
        int flags = Le.getInt(a, XattrArgs.FLAGS);
        if (setting) {
            return setAt(task, dirFd, path, atFlags, name, value, length, flags);
        }
        return flags != 0 ? Errno.EINVAL.negative() : getAt(task, dirFd, path, atFlags, name, value, length);
    }

    public static long listAt(Task task, int dirFd, long path, int atFlags, long list, long size) {
        return at(task, dirFd, path, atFlags, place -> list(task, place.inode(), list, size));
    }

    // --- rules ---

    private static String name(Task task, long address) {
        String name = task.memory.string(address, XattrFlags.XATTR_NAME_MAX + 1, Errno.ERANGE);
        if (name.isEmpty()) {
            throw Errno.ERANGE.exception();
        }
        return name;
    }

    private static void requireChangeable(Inode inode) {
        if ((inode.flags & (Ioctl.FS_IMMUTABLE_FL | Ioctl.FS_APPEND_FL)) != 0) {
            throw Errno.EPERM.exception();
        }
    }

    /** xattr_permission, and what the capability module adds for security.*. */
    private static void requirePermission(Inode inode, Credentials who, String name, boolean writing) {
        if (writing) {
            requireChangeable(inode);
            UserNamespace ns = who.userNs();
            if (ns.uidInside(inode.uid) == -1 || ns.gidInside(inode.gid) == -1) {
                throw Errno.EPERM.exception();
            }
        }
        Errno refusal = writing ? Errno.EPERM : Errno.ENODATA;
        boolean admin = who.capable(Capability.CAP_SYS_ADMIN);
        if (name.startsWith("security.") && name.length() > 9) {
            boolean allowed = name.equals("security.capability")
                    ? who.capableOver(inode.uid, inode.gid, Capability.CAP_SETFCAP)
                    : who.capableIn(inode.superBlock.userNs(), Capability.CAP_SYS_ADMIN);
            if (writing && !allowed) {
                throw Errno.EPERM.exception();
            }
        } else if (name.startsWith("trusted.") && name.length() > 8) {
            if (!admin) {
                throw refusal.exception();
            }
        } else if (name.startsWith("user.") && name.length() > 5) {
            if (!inode.isRegular() && !inode.isDirectory()) {
                throw refusal.exception();
            }
            boolean sticky = inode.isDirectory() && (inode.mode & Mode.S_ISVTX) != 0;
            if (writing && sticky && !Permissions.owns(inode, who)) {
                throw Errno.EPERM.exception();
            }
            Permissions.require(inode, who, writing ? Permissions.MAY_WRITE : Permissions.MAY_READ);
        } else {
            Permissions.require(inode, who, writing ? Permissions.MAY_WRITE : Permissions.MAY_READ);
            boolean known = name.equals("security.") || name.equals("trusted.") || name.equals("user.");
            throw (known ? Errno.EINVAL : Errno.EOPNOTSUPP).exception();
        }
    }
}
