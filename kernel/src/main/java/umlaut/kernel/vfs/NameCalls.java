package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.kernel.task.Task;

/** mkdir(2), mknod(2), link(2), symlink(2), readlink(2), unlink(2), rmdir(2), rename(2) and their forms: decoding. {@link Names} does the work. */
public final class NameCalls {
    private NameCalls() {}

    private static PathWalk walk(Task task, int dirFd, long path) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        return walk;
    }

    public static long mkdirat(Task task, int dirFd, long path, int mode) {
        Names.mkdir(task.kernel.vfs, walk(task, dirFd, path), mode);
        return 0;
    }

    /** @param device in the 32-bit form of mknod(2) */
    public static long mknodat(Task task, int dirFd, long path, int mode, int device) {
        Names.requireNodeType(mode);
        Names.mknod(task.kernel.vfs, walk(task, dirFd, path), mode & 0xffff, decodeDevice(device));
        return 0;
    }

    /** new_decode_dev, in the form of st_rdev. */
    private static long decodeDevice(int device) {
        return DeviceTable.number((device & 0xfff00) >>> 8, device & 0xff | device >>> 12 & 0xfff00);
    }

    public static long symlinkat(Task task, long target, int dirFd, long path) {
        String text = task.memory.path(target);
        if (text.isEmpty()) {
            return Errno.ENOENT.negative();
        }
        Names.symlink(task.kernel.vfs, walk(task, dirFd, path), text);
        return 0;
    }

    public static long linkat(Task task, int oldFd, long oldPath, int newFd, long newPath, int flags) {
        if ((flags & ~(AtFlags.AT_SYMLINK_FOLLOW | AtFlags.AT_EMPTY_PATH)) != 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk from = walk(task, oldFd, oldPath);
        boolean empty = (flags & AtFlags.AT_EMPTY_PATH) != 0;
        if (empty && from.isEmpty() && !mayLinkByDescriptor(task, oldFd)) {
            return Errno.ENOENT.negative();
        }
        from.resolve((flags & AtFlags.AT_SYMLINK_FOLLOW) != 0, empty);
        PathWalk to = task.fileScratch.second();
        Path target = from.path();
        // Held, so that the object does not go with its last name meanwhile.
        if (!target.inode().hold()) {
            return Errno.ENOENT.negative();
        }
        try {
            to.begin(task, newFd, newPath);
            Names.link(task.kernel.vfs, target, to);
        } finally {
            target.inode().unhold();
        }
        return 0;
    }

    /** Since Linux 6.10 also who has opened it may, not only CAP_DAC_READ_SEARCH. */
    private static boolean mayLinkByDescriptor(Task task, int fd) {
        if (task.credentials().capable(Capability.CAP_DAC_READ_SEARCH)) {
            return true;
        }
        File file = fd == AtFlags.AT_FDCWD ? null : task.files().lookup(fd);
        return file != null && file.credentials == task.credentials();
    }

    public static long unlinkat(Task task, int dirFd, long path, int flags) {
        if ((flags & ~AtFlags.AT_REMOVEDIR) != 0) {
            return Errno.EINVAL.negative();
        }
        if (flags != 0) {
            Names.rmdir(task.kernel.vfs, walk(task, dirFd, path));
        } else {
            Names.unlink(task.kernel.vfs, walk(task, dirFd, path));
        }
        return 0;
    }

    public static long renameat2(Task task, int oldFd, long oldPath, int newFd, long newPath, int flags) {
        Rename.checkFlags(flags);
        PathWalk from = walk(task, oldFd, oldPath);
        from.toParent();
        PathWalk to = task.fileScratch.second();
        to.begin(task, newFd, newPath);
        Rename.rename(task.kernel.vfs, from, to, flags);
        return 0;
    }

    public static long readlinkat(Task task, int dirFd, long path, long buffer, int size) {
        if (size <= 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = walk(task, dirFd, path);
        boolean byDescriptor = walk.isEmpty() && dirFd != AtFlags.AT_FDCWD;
        walk.resolve(false, byDescriptor);
        Inode inode = walk.inode();
        if (!inode.isSymlink()) {
            return (walk.isEmpty() ? Errno.ENOENT : Errno.EINVAL).negative();
        }
        byte[] target = walk.target(inode);
        Times.accessed(walk.mount, inode, task);
        int n = Math.min(target.length, size);
        MemorySegment room = task.fileScratch.room();
        int kept = Math.min(n, Limits.PATH_MAX);
        MemorySegment.copy(target, 0, room, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, kept);
        task.memory.write(buffer, room, 0, kept);
        return kept;
    }

    // --- root, working directory, umask ---

    public static long chdir(Task task, long path) {
        PathWalk walk = walk(task, AtFlags.AT_FDCWD, path);
        walk.resolveDirectory();
        Permissions.require(walk.inode(), walk.who, Permissions.MAY_EXEC);
        task.fs().setCwd(walk.path());
        return 0;
    }

    public static long fchdir(Task task, int fd) {
        File file = task.files().hold(fd);
        try {
            Path path = file.path;
            if (path == null || !file.inode().isDirectory()) {
                return Errno.ENOTDIR.negative();
            }
            Permissions.require(file.inode(), task.credentials(), Permissions.MAY_EXEC);
            task.fs().setCwd(path);
            return 0;
        } finally {
            file.release();
        }
    }

    public static long chroot(Task task, long path) {
        PathWalk walk = walk(task, AtFlags.AT_FDCWD, path);
        walk.resolveDirectory();
        Permissions.require(walk.inode(), walk.who, Permissions.MAY_EXEC);
        if (!walk.who.capableHere(Capability.CAP_SYS_CHROOT)) {
            return Errno.EPERM.negative();
        }
        task.fs().setRoot(walk.path());
        task.kernel.vfs.facts.reconsiderAll();
        return 0;
    }

    /** @return the length with its NUL */
    public static long getcwd(Task task, long buffer, long size) {
        String name = task.fs().cwd().cwdName(task.fs().root());
        if (name == null) {
            return Errno.ENOENT.negative();
        }
        int length = name.length() + 1;
        if (length > Limits.PATH_MAX) {
            return Errno.ENAMETOOLONG.negative();
        }
        if (Long.compareUnsigned(length, size) > 0) {
            return Errno.ERANGE.negative();
        }
        MemorySegment room = task.fileScratch.room();
        for (int i = 0; i < length - 1; i++) {
            Le.putByte(room, i, name.charAt(i));
        }
        Le.putByte(room, length - 1, 0);
        task.memory.write(buffer, room, 0, length);
        return length;
    }

    public static long umask(Task task, int mask) {
        return task.fs().setUmask(mask);
    }
}
