package umlaut.kernel.vfs;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.abi.MountFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.PathRights;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/** mount(2), umount2(2), pivot_root(2) (Linux: fs/namespace.c path_mount). */
public final class MountCalls {
    private static final int TYPES =
            MountFlags.MS_SHARED | MountFlags.MS_PRIVATE | MountFlags.MS_SLAVE | MountFlags.MS_UNBINDABLE;
    private static final int ATIMES =
            MountFlags.MS_NOATIME | MountFlags.MS_NODIRATIME | MountFlags.MS_RELATIME | MountFlags.MS_STRICTATIME;
    private static final int UMOUNT_KNOWN =
            MountFlags.MNT_FORCE | MountFlags.MNT_DETACH | MountFlags.MNT_EXPIRE | MountFlags.UMOUNT_NOFOLLOW;

    private MountCalls() {}

    // --- mount ---

    public static long mount(Task task, long source, long target, long type, int flags, long data) {
        String typeName = type == 0 ? "" : task.memory.string(type, Limits.PATH_MAX, Errno.EINVAL);
        String sourceName = source == 0 ? "" : task.memory.string(source, Limits.PATH_MAX, Errno.EINVAL);
        String options = data == 0 ? "" : options(task, data);
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, AtFlags.AT_FDCWD, target);
        Path at = walk.find(0);
        int f = (flags & MountFlags.MS_MGC_MSK) == MountFlags.MS_MGC_VAL ? flags & ~MountFlags.MS_MGC_MSK : flags;
        if ((f & MountFlags.MS_NOUSER) != 0) {
            return Errno.EINVAL.negative();
        }
        if (!mayMount(task)) {
            return Errno.EPERM.negative();
        }
        PathRights.requireMayMount(task.credentials());
        return dispatch(task, at, sourceName, type == 0, typeName, f, options);
    }

    /** CAP_SYS_ADMIN in the user namespace that owns the caller's mounts (may_mount). */
    static boolean mayMount(Task task) {
        return task.credentials().capableIn(task.fs().namespace().owner(), Capability.CAP_SYS_ADMIN);
    }

    /** A page of options at most: what is readable of it. */
    private static String options(Task task, long address) {
        byte[] page = new byte[Limits.PAGE_SIZE];
        int have = 0;
        while (have < page.length) {
            byte b = task.memory.getByte(address + have);
            if (b == 0) {
                break;
            }
            page[have++] = b;
        }
        return new String(page, 0, have, StandardCharsets.ISO_8859_1);
    }

    private static long dispatch(
            Task task, Path at, String source, boolean noType, String type, int flags, String options) {
        MountTree tree = task.kernel.vfs.mounts();
        int both = MountFlags.MS_REMOUNT | MountFlags.MS_BIND;
        int own = ownFlags(at.mount(), flags);
        boolean recursive = (flags & MountFlags.MS_REC) != 0;
        MountNamespace caller = task.fs().namespace();
        if ((flags & both) == both) {
            requireRoot(at, caller);
            setOwnFlags(at.mount(), own);
        } else if ((flags & MountFlags.MS_REMOUNT) != 0) {
            remount(task, at, flags, own, options);
        } else if ((flags & MountFlags.MS_BIND) != 0) {
            tree.bind(source(task, source), at, recursive, caller);
        } else if ((flags & TYPES) != 0) {
            int type1 = flags & ~(MountFlags.MS_REC | MountFlags.MS_SILENT);
            if (Integer.bitCount(type1 & TYPES) != 1 || (type1 & ~TYPES) != 0) {
                return Errno.EINVAL.negative();
            }
            tree.changeType(at, type1, recursive, caller);
        } else if ((flags & MountFlags.MS_MOVE) != 0) {
            tree.move(source(task, source), at, caller);
        } else {
            return noType ? Errno.EINVAL.negative() : fresh(task, at, source, type, flags, own, options);
        }
        return 0;
    }

    private static Path source(Task task, String source) {
        if (source.isEmpty()) {
            throw Errno.EINVAL.exception();
        }
        return task.kernel.vfs.lookup(task, AtFlags.AT_FDCWD, source, 0);
    }

    /** The mount's own flags: access times are relative unless asked otherwise, and a remount that says nothing of them leaves them. */
    private static int ownFlags(Mount mount, int flags) {
        int own = flags & Mount.OWN_FLAGS & ~MountFlags.MS_RELATIME;
        if ((flags & MountFlags.MS_REMOUNT) != 0 && (flags & ATIMES) == 0) {
            return own | mount.flags() & ATIMES;
        }
        boolean relative = (flags & (MountFlags.MS_NOATIME | MountFlags.MS_STRICTATIME)) == 0;
        return relative ? own | MountFlags.MS_RELATIME : own;
    }

    static int defaultFlags(int flags) {
        boolean relative = (flags & (MountFlags.MS_NOATIME | MountFlags.MS_STRICTATIME)) == 0;
        return relative ? flags | MountFlags.MS_RELATIME : flags & ~MountFlags.MS_RELATIME;
    }

    static void setOwnFlags(Mount mount, int fresh) {
        if (!mount.mayHaveFlags(fresh)) {
            throw Errno.EPERM.exception();
        }
        if ((fresh & ~mount.flags() & MountFlags.MS_RDONLY) != 0 && mount.writers() > 0) {
            throw Errno.EBUSY.exception();
        }
        mount.setFlags(fresh);
        mount.vfs.mounts().changed(mount);
    }

    static void requireRoot(Path at, MountNamespace caller) {
        if (at.dentry() != at.mount().root || at.mount().namespace() != caller) {
            throw Errno.EINVAL.exception();
        }
    }

    private static void remount(Task task, Path at, int flags, int own, String options) {
        requireRoot(at, task.fs().namespace());
        SuperBlock fs = at.mount().superBlock;
        if (!at.mount().mayHaveFlags(own) || !task.credentials().capableIn(fs.userNs(), Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        boolean readOnly = (flags & MountFlags.MS_RDONLY) != 0;
        reconfigure(fs, readOnly, options);
        at.mount().setFlags(own);
        at.mount().vfs.mounts().changed(at.mount());
    }

    static void reconfigure(SuperBlock fs, boolean readOnly, String options) {
        if (readOnly && !fs.readOnly() && fs.writers.get() > 0) {
            throw Errno.EBUSY.exception();
        }
        fs.remount(options, readOnly);
        fs.setReadOnly(readOnly);
    }

    private static long fresh(Task task, Path at, String source, String type, int flags, int own, String options) {
        Vfs vfs = task.kernel.vfs;
        MountNamespace caller = task.fs().namespace();
        requireAttachable(at, caller);
        SuperBlock fs = newSuper(task, type, source, options, (flags & MountFlags.MS_RDONLY) != 0);
        try {
            requireRevealing(fs, caller);
            vfs.mounts().attach(fs, source.isEmpty() ? "none" : source, at, own, caller);
        } catch (RuntimeException e) {
            if (fs.mounts == 0) {
                fs.kill();
            }
            throw e;
        }
        return 0;
    }

    private static void requireAttachable(Path at, MountNamespace caller) {
        if (at.mount().namespace() != caller) {
            throw Errno.EINVAL.exception();
        }
    }

    /** A file system of that type, as the caller may have it. @throws umlaut.abi.ErrnoException ENODEV, EPERM, EINVAL */
    static SuperBlock newSuper(Task task, String type, String source, String options, boolean readOnly) {
        Vfs vfs = task.kernel.vfs;
        FileSystemType known = vfs.type(type);
        requireMountable(task, known);
        SuperBlock fs = known.mount(vfs.kernel, source, options, vfs.anonymousDevice(), readOnly);
        if (fs.mounts == 0 && !known.shared()) {
            fs.setUserNs(task.credentials().userNs());
        }
        return fs;
    }

    /** Only harmless types may be mounted with the powers of a user namespace (mount_capable). */
    static void requireMountable(Task task, FileSystemType type) {
        Credentials who = task.credentials();
        UserNamespace in = type.userMountable() ? type.userNamespace(task) : UserNamespace.INITIAL;
        if (!who.capableIn(in, Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    /**
     * In a user namespace /proc and /sys may only be mounted where nothing in them has been hidden: one that is there can be seen whole (mount_too_revealing).
     */
    static void requireRevealing(SuperBlock fs, MountNamespace caller) {
        boolean guarded = fs.type.equals("proc") || fs.type.equals("sysfs");
        if (!guarded || caller.owner().level() == 0) {
            return;
        }
        for (Mount m : caller.mounts()) {
            boolean hides = m.children.stream().anyMatch(c -> c.locked && !emptyPlace(c.mountpoint()));
            if (m.superBlock.type.equals(fs.type)
                    && m.root == m.superBlock.rootDentry()
                    && !hides
                    && !m.has(MountFlags.MS_RDONLY)) {
                return;
            }
        }
        throw Errno.EPERM.exception();
    }

    /** A directory that never has anything in it but what is mounted there. */
    private static boolean emptyPlace(@Nullable Dentry point) {
        Inode inode = point == null ? null : point.inodeOrNull();
        return inode != null && inode.isDirectory() && inode.nlink == 2;
    }

    // --- umount2, pivot_root ---

    public static long umount2(Task task, long target, int flags) {
        if ((flags & ~UMOUNT_KNOWN) != 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, AtFlags.AT_FDCWD, target);
        walk.resolve((flags & MountFlags.UMOUNT_NOFOLLOW) == 0, false);
        Path at = topmost(walk.path());
        if (!mayMount(task)) {
            return Errno.EPERM.negative();
        }
        PathRights.requireMayMount(task.credentials());
        requireRoot(at, task.fs().namespace());
        boolean expire = (flags & MountFlags.MNT_EXPIRE) != 0;
        boolean lazy = (flags & MountFlags.MNT_DETACH) != 0;
        boolean root = at.mount() == task.fs().root().mount();
        if (expire && (root || lazy || (flags & MountFlags.MNT_FORCE) != 0)) {
            return Errno.EINVAL.negative();
        }
        if (root && !lazy) {
            // Unmounting one's own root makes it read-only instead, as at shutdown.
            if (!task.credentials().capableIn(at.mount().superBlock.userNs(), Capability.CAP_SYS_ADMIN)) {
                return Errno.EPERM.negative();
            }
            if (at.mount().superBlock.writers.get() > 0) {
                return Errno.EBUSY.negative();
            }
            at.mount().superBlock.setReadOnly(true);
            return 0;
        }
        task.kernel.vfs.mounts().unmount(at.mount(), lazy, expire, task.fs().namespace());
        return 0;
    }

    /** What has been mounted over the place, also when the walk began in it ("umount ." after "pivot_root . ."; LOOKUP_MOUNTPOINT). */
    private static Path topmost(Path at) {
        Path top = at;
        for (Mount over = top.dentry().mountedOn(top.mount());
                over != null;
                over = top.dentry().mountedOn(top.mount())) {
            top = over.rootPath();
        }
        return top;
    }

    public static long pivotRoot(Task task, long newRoot, long putOld) {
        if (!mayMount(task)) {
            return Errno.EPERM.negative();
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, AtFlags.AT_FDCWD, newRoot);
        walk.resolveDirectory();
        Path fresh = walk.path();
        walk.begin(task, AtFlags.AT_FDCWD, putOld);
        walk.resolveDirectory();
        PathRights.requireMayMount(task.credentials());
        task.kernel
                .vfs
                .mounts()
                .pivot(task.fs().root(), fresh, walk.path(), task.fs().namespace());
        task.kernel.vfs.facts.reconsiderAll();
        return 0;
    }
}
