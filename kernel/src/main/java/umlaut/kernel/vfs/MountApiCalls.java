package umlaut.kernel.vfs;

import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Limits;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.landlock.PathRights;
import umlaut.kernel.task.Task;

/** The mount calls of Linux 5.2: open_tree(2), move_mount(2), fsopen(2), fsconfig(2), fsmount(2), fspick(2) (Linux: fs/fsopen.c, fs/namespace.c). */
final class MountApiCalls {
    private static final int KEY_MAX = 256;
    private static final int BLOB_MAX = 1 << 20;
    private static final int TREE_FLAGS = AtFlags.AT_EMPTY_PATH
            | AtFlags.AT_NO_AUTOMOUNT
            | AtFlags.AT_RECURSIVE
            | AtFlags.AT_SYMLINK_NOFOLLOW
            | MountFlags.OPEN_TREE_CLONE
            | MountFlags.OPEN_TREE_CLOEXEC;
    private static final int PICK_FLAGS = MountFlags.FSPICK_CLOEXEC
            | MountFlags.FSPICK_SYMLINK_NOFOLLOW
            | MountFlags.FSPICK_NO_AUTOMOUNT
            | MountFlags.FSPICK_EMPTY_PATH;

    private MountApiCalls() {}

    static long install(Task task, File file, boolean cloexec) {
        try {
            return task.files().install(file, cloexec, 0, OpenCalls.limit(task));
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    static void requireMay(Task task) {
        if (!MountCalls.mayMount(task)) {
            throw Errno.EPERM.exception();
        }
    }

    // --- trees ---

    static long openTree(Task task, int dirFd, long path, int flags) {
        return install(task, tree(task, dirFd, path, flags), (flags & MountFlags.OPEN_TREE_CLOEXEC) != 0);
    }

    static File tree(Task task, int dirFd, long path, int flags) {
        boolean clone = (flags & MountFlags.OPEN_TREE_CLONE) != 0;
        if ((flags & ~TREE_FLAGS) != 0 || !clone && (flags & AtFlags.AT_RECURSIVE) != 0) {
            throw Errno.EINVAL.exception();
        }
        if (clone) {
            requireMay(task);
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        Path at = walk.find(flags & (AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH));
        if (!clone) {
            PathFile file = new PathFile(at, OpenFlags.O_PATH, task.credentials());
            return attached(file);
        }
        boolean recursive = (flags & AtFlags.AT_RECURSIVE) != 0;
        Mount top =
                task.kernel.vfs.mounts().cloneDetached(at, recursive, task.fs().namespace());
        return attached(new DetachedTree(top, OpenFlags.O_PATH, task.credentials()));
    }

    private static File attached(PathFile file) {
        if (!file.attach()) {
            throw Errno.ENOENT.exception();
        }
        return file;
    }

    static long moveMount(Task task, int fromFd, long fromPath, int toFd, long toPath, int flags) {
        requireMay(task);
        if ((flags & ~MountFlags.MOVE_MOUNT__MASK) != 0) {
            return Errno.EINVAL.negative();
        }
        Path from = find(
                task,
                fromFd,
                fromPath,
                (flags & MountFlags.MOVE_MOUNT_F_SYMLINKS) != 0,
                (flags & MountFlags.MOVE_MOUNT_F_EMPTY_PATH) != 0);
        Path to = find(
                task,
                toFd,
                toPath,
                (flags & MountFlags.MOVE_MOUNT_T_SYMLINKS) != 0,
                (flags & MountFlags.MOVE_MOUNT_T_EMPTY_PATH) != 0);
        PathRights.requireMayMount(task.credentials());
        MountTree tree = task.kernel.vfs.mounts();
        if ((flags & MountFlags.MOVE_MOUNT_SET_GROUP) != 0) {
            requireMayChange(task, from.mount());
            requireMayChange(task, to.mount());
            tree.setGroup(from, to);
        } else {
            tree.move(from, to, task.fs().namespace());
        }
        return 0;
    }

    /** It may be in another mount namespace, if that is the caller's to change. */
    private static void requireMayChange(Task task, Mount mount) {
        MountNamespace ns = mount.namespace();
        if (ns == null) {
            throw Errno.EINVAL.exception();
        }
        if (!task.credentials().capableIn(ns.owner(), Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    private static Path find(Task task, int fd, long path, boolean follow, boolean empty) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, fd, path);
        walk.resolve(follow, empty);
        return walk.path();
    }

    // --- making file systems ---

    static long fsopen(Task task, long name, int flags) {
        requireMay(task);
        if ((flags & ~MountFlags.FSOPEN_CLOEXEC) != 0) {
            return Errno.EINVAL.negative();
        }
        String type = task.memory.string(name, Limits.PAGE_SIZE, Errno.EINVAL);
        File file = new MountContextFile(task, task.kernel.vfs.type(type), null);
        return install(task, file, (flags & MountFlags.FSOPEN_CLOEXEC) != 0);
    }

    static long fspick(Task task, int dirFd, long path, int flags) {
        requireMay(task);
        if ((flags & ~PICK_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        boolean follow = (flags & MountFlags.FSPICK_SYMLINK_NOFOLLOW) == 0;
        Path at = find(task, dirFd, path, follow, (flags & MountFlags.FSPICK_EMPTY_PATH) != 0);
        if (at.dentry() != at.mount().root) {
            return Errno.EINVAL.negative();
        }
        SuperBlock fs = at.mount().superBlock;
        File file = new MountContextFile(task, task.kernel.vfs.type(fs.type), fs);
        return install(task, file, (flags & MountFlags.FSPICK_CLOEXEC) != 0);
    }

    static long fsconfig(Task task, int fd, int command, long keyAddress, long value, int aux) {
        if (fd < 0 || !formed(command, keyAddress != 0, value != 0, aux)) {
            boolean known = command >= 0 && command <= MountFlags.FSCONFIG_CMD_CREATE_EXCL;
            return (known || fd < 0 ? Errno.EINVAL : Errno.EOPNOTSUPP).negative();
        }
        File file = task.files().hold(fd);
        try {
            if (!(file instanceof MountContextFile context)) {
                return Errno.EINVAL.negative();
            }
            String key = keyAddress == 0 ? "" : task.memory.string(keyAddress, KEY_MAX, Errno.EINVAL);
            configure(task, context, command, key, value);
            return 0;
        } finally {
            file.release();
        }
    }

    private static boolean formed(int command, boolean key, boolean value, int aux) {
        return switch (command) {
            case MountFlags.FSCONFIG_SET_FLAG -> key && !value && aux == 0;
            case MountFlags.FSCONFIG_SET_STRING -> key && value && aux == 0;
            case MountFlags.FSCONFIG_SET_BINARY -> key && value && aux > 0 && aux <= BLOB_MAX;
            case MountFlags.FSCONFIG_SET_PATH, MountFlags.FSCONFIG_SET_PATH_EMPTY ->
                key && value && (aux == AtFlags.AT_FDCWD || aux >= 0);
            case MountFlags.FSCONFIG_SET_FD -> key && !value && aux >= 0;
            case MountFlags.FSCONFIG_CMD_CREATE,
                    MountFlags.FSCONFIG_CMD_CREATE_EXCL,
                    MountFlags.FSCONFIG_CMD_RECONFIGURE -> !key && !value && aux == 0;
            default -> false;
        };
    }

    private static void configure(Task task, MountContextFile context, int command, String key, long value) {
        switch (command) {
            case MountFlags.FSCONFIG_SET_FLAG -> context.setFlag(key);
            case MountFlags.FSCONFIG_SET_STRING ->
                context.setString(key, task.memory.string(value, KEY_MAX, Errno.EINVAL));
            case MountFlags.FSCONFIG_CMD_CREATE -> context.create(task, false);
            case MountFlags.FSCONFIG_CMD_CREATE_EXCL -> context.create(task, true);
            case MountFlags.FSCONFIG_CMD_RECONFIGURE -> context.reconfigure(task);
            // No file system here has an option of these kinds.
            default -> throw Errno.EINVAL.exception();
        }
    }

    static long fsmount(Task task, int fd, int flags, int attributes) {
        requireMay(task);
        if ((flags & ~MountFlags.FSMOUNT_CLOEXEC) != 0) {
            return Errno.EINVAL.negative();
        }
        int own = MountAttributes.toMountFlags(attributes);
        File file = task.files().hold(fd);
        try {
            if (!(file instanceof MountContextFile context)) {
                return Errno.EINVAL.negative();
            }
            Mount top = context.mount(own, task.fs().namespace());
            File tree = attached(new DetachedTree(top, OpenFlags.O_PATH, task.credentials()));
            return install(task, tree, (flags & MountFlags.FSMOUNT_CLOEXEC) != 0);
        } finally {
            file.release();
        }
    }
}
