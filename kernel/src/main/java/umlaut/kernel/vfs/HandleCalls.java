package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.FileHandle;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * name_to_handle_at(2), open_by_handle_at(2) (Linux: fs/fhandle.c). A handle is the inode's number and its file system's device; file systems that can find an inode by
 * number say so ({@link SuperBlock#byNumber}).
 */
final class HandleCalls {
    private static final int FLAGS = AtFlags.AT_SYMLINK_FOLLOW
            | AtFlags.AT_EMPTY_PATH
            | AtFlags.AT_HANDLE_FID
            | AtFlags.AT_HANDLE_MNT_ID_UNIQUE
            | AtFlags.AT_HANDLE_CONNECTABLE;

    private HandleCalls() {}

    static long nameToHandle(Task task, int dirFd, long path, long handle, long mountId, int flags) {
        boolean identity = (flags & AtFlags.AT_HANDLE_FID) != 0;
        if ((flags & ~FLAGS) != 0 || identity && (flags & AtFlags.AT_HANDLE_CONNECTABLE) != 0) {
            return Errno.EINVAL.negative();
        }
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path);
        walk.resolve((flags & AtFlags.AT_SYMLINK_FOLLOW) != 0, (flags & AtFlags.AT_EMPTY_PATH) != 0);
        Inode inode = walk.inode();
        if (!identity && !inode.superBlock.exportable()) {
            return Errno.EOPNOTSUPP.negative();
        }
        int room = task.memory.getInt(handle + FileHandle.HANDLE_BYTES);
        if (Integer.compareUnsigned(room, FileHandle.MAX_HANDLE_SZ) > 0) {
            return Errno.EINVAL.negative();
        }
        boolean fits = room >= FileId.LENGTH;
        if (fits) {
            inode.superBlock.exported(inode);
        }
        if ((flags & AtFlags.AT_HANDLE_MNT_ID_UNIQUE) != 0) {
            task.memory.putLong(mountId, walk.mount.uniqueId);
        } else {
            task.memory.putInt(mountId, walk.mount.id);
        }
        MemorySegment out = task.fileScratch.struct();
        FileId.putHandle(out, 0, inode.ino);
        task.memory.write(handle, out, 0, fits ? FileHandle.SIZE + FileId.LENGTH : FileHandle.SIZE);
        return fits ? 0 : Errno.EOVERFLOW.negative();
    }

    static long openByHandle(Task task, int mountFd, long handle, int flags) {
        MemorySegment head = task.memory.struct(handle, FileHandle.SIZE);
        int length = Le.getInt(head, FileHandle.HANDLE_BYTES);
        if (length <= 0 || length > FileHandle.MAX_HANDLE_SZ || Le.getInt(head, FileHandle.HANDLE_TYPE) < 0) {
            return Errno.EINVAL.negative();
        }
        Path at = mountPlace(task, mountFd);
        SuperBlock fs = at.mount().superBlock;
        if (!mayOpen(task.credentials(), fs, flags)) {
            return Errno.EPERM.negative();
        }
        MemorySegment raw = task.memory.struct(handle, FileHandle.SIZE + length);
        if (!fs.exportable()) {
            return Errno.EOPNOTSUPP.negative();
        }
        boolean ours = Le.getInt(raw, FileHandle.HANDLE_TYPE) == FileId.TYPE && length >= FileId.LENGTH;
        Inode inode = ours ? fs.byNumber(FileId.ino(raw)) : null;
        if (inode == null || inode.nlink == 0) {
            return Errno.ESTALE.negative();
        }
        if (!inode.isDirectory() && !task.credentials().capable(Capability.CAP_DAC_READ_SEARCH)) {
            return Errno.ESTALE.negative();
        }
        Dentry place = inode == fs.root() ? fs.rootDentry() : Dentry.nameless(inode, "/");
        PathWalk walk = task.fileScratch.walk;
        File file = Open.openAt(task.kernel.vfs, walk, task, new Path(at.mount(), place), Open.legacyFlags(flags));
        return MountApiCalls.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    /** In a user namespace only directories of file systems that were mounted there (may_decode_fh). */
    private static boolean mayOpen(Credentials who, SuperBlock fs, int flags) {
        if (who.capable(Capability.CAP_DAC_READ_SEARCH)) {
            return true;
        }
        return who.capableIn(fs.userNs(), Capability.CAP_SYS_ADMIN)
                && (flags & OpenFlags.O_DIRECTORY) != 0
                && who.capableHere(Capability.CAP_DAC_READ_SEARCH);
    }

    private static Path mountPlace(Task task, int fd) {
        if (fd == AtFlags.AT_FDCWD) {
            return task.fs().cwd();
        }
        File file = task.files().hold(fd);
        try {
            @Nullable Path path = file.path;
            return path == null ? task.kernel.vfs.pathOf(file) : path;
        } finally {
            file.release();
        }
    }
}
