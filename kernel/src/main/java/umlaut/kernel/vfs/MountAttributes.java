package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.MountAttr;
import umlaut.abi.MountFlags;
import umlaut.kernel.task.Task;

/** mount_setattr(2), open_tree_attr(2), and MOUNT_ATTR_* as this kernel's MS_* flags of mounts (Linux: fs/namespace.c). */
final class MountAttributes {
    private static final int PLAIN = MountFlags.MOUNT_ATTR_RDONLY
            | MountFlags.MOUNT_ATTR_NOSUID
            | MountFlags.MOUNT_ATTR_NODEV
            | MountFlags.MOUNT_ATTR_NOEXEC
            | MountFlags.MOUNT_ATTR_NODIRATIME
            | MountFlags.MOUNT_ATTR_NOSYMFOLLOW;
    private static final int VALID = PLAIN | MountFlags.MOUNT_ATTR__ATIME;
    private static final int PLACE_FLAGS =
            AtFlags.AT_EMPTY_PATH | AtFlags.AT_RECURSIVE | AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_NO_AUTOMOUNT;

    private MountAttributes() {}

    /** What to change: MS_* flags to clear, then to set; and a kind of propagation or 0. */
    record Change(int clear, int set, int propagation) {
        int applied(int flags) {
            return flags & ~clear | set;
        }
    }

    /** As fsmount(2) wants them. @throws umlaut.abi.ErrnoException EINVAL */
    static int toMountFlags(int attributes) {
        if ((attributes & ~VALID) != 0) {
            throw Errno.EINVAL.exception();
        }
        return plain(attributes) | times(attributes & MountFlags.MOUNT_ATTR__ATIME);
    }

    private static int plain(long attributes) {
        int flags = (int) attributes & 0xf;
        flags |= (attributes & MountFlags.MOUNT_ATTR_NODIRATIME) != 0 ? MountFlags.MS_NODIRATIME : 0;
        return flags | ((attributes & MountFlags.MOUNT_ATTR_NOSYMFOLLOW) != 0 ? MountFlags.MS_NOSYMFOLLOW : 0);
    }

    private static int times(int atime) {
        return switch (atime) {
            case MountFlags.MOUNT_ATTR_RELATIME -> MountFlags.MS_RELATIME;
            case MountFlags.MOUNT_ATTR_NOATIME -> MountFlags.MS_NOATIME;
            case MountFlags.MOUNT_ATTR_STRICTATIME -> 0;
            default -> throw Errno.EINVAL.exception();
        };
    }

    /** MS_* flags of a mount as MOUNT_ATTR_*, for statmount(2). */
    static long fromMountFlags(Mount mount) {
        long attributes = mount.flags() & 0xf;
        attributes |= mount.has(MountFlags.MS_NODIRATIME) ? MountFlags.MOUNT_ATTR_NODIRATIME : 0;
        attributes |= mount.has(MountFlags.MS_NOSYMFOLLOW) ? MountFlags.MOUNT_ATTR_NOSYMFOLLOW : 0;
        if (mount.has(MountFlags.MS_NOATIME)) {
            return attributes | MountFlags.MOUNT_ATTR_NOATIME;
        }
        return mount.has(MountFlags.MS_RELATIME) ? attributes : attributes | MountFlags.MOUNT_ATTR_STRICTATIME;
    }

    static long setattr(Task task, int dirFd, long path, int flags, long address, long size) {
        if ((flags & ~PLACE_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        Change change = read(task, address, size);
        if (change == null) {
            return 0;
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        Path at = walk.find(flags & (AtFlags.AT_EMPTY_PATH | AtFlags.AT_SYMLINK_NOFOLLOW));
        boolean recursive = (flags & AtFlags.AT_RECURSIVE) != 0;
        task.kernel.vfs.mounts().setAttributes(at, change, recursive, task.fs().namespace());
        return 0;
    }

    /** open_tree(2), then mount_setattr(2) on what that gave. */
    static long openTreeAttr(Task task, int dirFd, long path, int flags, long address, long size) {
        if (address == 0 && size == 0) {
            return MountApiCalls.openTree(task, dirFd, path, flags);
        }
        File tree = MountApiCalls.tree(task, dirFd, path, flags);
        try {
            Change change = read(task, address, size);
            Path at = tree.path;
            if (change != null && at != null) {
                boolean recursive = (flags & AtFlags.AT_RECURSIVE) != 0;
                task.kernel
                        .vfs
                        .mounts()
                        .setAttributes(at, change, recursive, task.fs().namespace());
            }
        } catch (umlaut.abi.ErrnoException e) {
            tree.release();
            throw e;
        }
        return MountApiCalls.install(task, tree, (flags & MountFlags.OPEN_TREE_CLOEXEC) != 0);
    }

    /** @return null when nothing is asked for */
    private static @org.jspecify.annotations.Nullable Change read(Task task, long address, long size) {
        if (Long.compareUnsigned(size, Limits.PAGE_SIZE) > 0) {
            throw Errno.E2BIG.exception();
        }
        if (size < MountAttr.SIZE) {
            throw Errno.EINVAL.exception();
        }
        MountApiCalls.requireMay(task);
        MemorySegment raw = task.memory.struct(address, (int) size);
        for (long i = MountAttr.SIZE; i < size; i++) {
            if (Le.getByte(raw, i) != 0) {
                throw Errno.E2BIG.exception();
            }
        }
        long set = Le.getLong(raw, MountAttr.ATTR_SET);
        long clear = Le.getLong(raw, MountAttr.ATTR_CLR);
        long propagation = Le.getLong(raw, MountAttr.PROPAGATION);
        if (set == 0 && clear == 0 && propagation == 0) {
            return null;
        }
        return change(set, clear, propagation);
    }

    private static Change change(long set, long clear, long propagation) {
        long types = MountFlags.MS_UNBINDABLE | MountFlags.MS_PRIVATE | MountFlags.MS_SLAVE | MountFlags.MS_SHARED;
        // Mapped mounts (MOUNT_ATTR_IDMAP) are for file systems that say so; none here does.
        if ((propagation & ~types) != 0 || Long.bitCount(propagation) > 1 || ((set | clear) & ~(long) VALID) != 0) {
            throw Errno.EINVAL.exception();
        }
        int clearFlags = plain(clear);
        int setFlags = plain(set);
        long atime = clear & MountFlags.MOUNT_ATTR__ATIME;
        if (atime != 0) {
            if (atime != MountFlags.MOUNT_ATTR__ATIME) {
                throw Errno.EINVAL.exception();
            }
            clearFlags |= MountFlags.MS_RELATIME | MountFlags.MS_NOATIME;
            setFlags |= times((int) set & MountFlags.MOUNT_ATTR__ATIME);
        } else if ((set & MountFlags.MOUNT_ATTR__ATIME) != 0) {
            throw Errno.EINVAL.exception();
        }
        return new Change(clearFlags, setFlags, (int) propagation);
    }
}
