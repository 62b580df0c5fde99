package umlaut.fs.hostfs;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.RenameFlags;
import umlaut.host.Files;
import umlaut.host.Scratch;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.Inode;

/**
 * What changes names and attributes in a volume. The directories' locks are held as {@link Inode} says; the host
 * decides, and its errors are passed on. Set-id bits of files are never stored on the host, where they would let others
 * act as the machine's user; device nodes can't be made.
 */
final class HostChanges {
    private static final long UTIME_OMIT = (1L << 30) - 2;
    private static final long NS = 1_000_000_000L;

    private HostChanges() {}

    static Inode create(HostInode directory, String name, int mode, Credentials owner) {
        int type = mode & Mode.S_IFMT;
        if (type == Mode.S_IFCHR || type == Mode.S_IFBLK) {
            throw Errno.EPERM.exception();
        }
        HostHandle here = directory.acquire(HostHandle.PATH);
        try {
            if (type != Mode.S_IFREG && type != 0) {
                HostErrors.check(Files.mknodat(here.fd, path(name), type | mode & 0777, 0));
                return finish(directory, here, name, mode, owner);
            }
            int flags = Files.O_RDWR | Files.O_CREAT | Files.O_EXCL | Files.O_NOFOLLOW | Files.O_CLOEXEC;
            HostHandle open = new HostHandle(
                    (int) HostErrors.check(Files.openat(here.fd, path(name), flags, mode & 0777)),
                    HostHandle.READ | HostHandle.WRITE);
            // The opener that follows may write even where the mode forbids it to all later ones: it uses this very
            // descriptor.
            try {
                HostInode made = finish(directory, here, name, mode, owner);
                made.keep(open);
                directory.fs.handles.add(made, open);
                return made;
            } finally {
                open.release();
            }
        } finally {
            here.release();
        }
    }

    static Inode mkdir(HostInode directory, String name, int mode, Credentials owner) {
        HostHandle here = directory.acquire(HostHandle.PATH);
        try {
            HostErrors.check(Files.mkdirat(here.fd, path(name), mode & 0777));
            return finish(directory, here, name, mode | Mode.S_IFDIR, owner);
        } finally {
            here.release();
        }
    }

    static Inode symlink(HostInode directory, String name, String target, Credentials owner) {
        HostHandle here = directory.acquire(HostHandle.PATH);
        try {
            HostErrors.check(Files.symlinkat(path(target), here.fd, Scratch.secondPath(HostInode.bytes(name))));
            return finish(directory, here, name, Mode.S_IFLNK | 0777, owner);
        } finally {
            here.release();
        }
    }

    /** The host's umask and ids are ours, not the guest's: sets right what can be. */
    private static HostInode finish(HostInode directory, HostHandle here, String name, int mode, Credentials owner) {
        OwnerMap owners = directory.fs.options.owners();
        if (owner.fsuid() != 0 || owner.fsgid() != 0) {
            int uid = owners.hostUid(owner.fsuid());
            int gid = owners.hostGid(owner.fsgid());
            Files.fchownat(
                    here.fd, path(name), uid, gid, Files.AT_SYMLINK_NOFOLLOW); // only host root may: else it stays ours
        }
        HostInode made = (HostInode) directory.lookup(name);
        if (made == null) {
            throw Errno.EIO.exception();
        }
        int wanted = storable(mode);
        if (!Mode.isSymlink(mode)
                && (made.mode & 07777) != wanted
                && !(Mode.isDir(mode) && (made.mode & 01777) == wanted)) {
            chmod(made, wanted);
            made.reload();
        }
        directory.reload();
        return made;
    }

    /** Permission bits that may stand on the host. */
    private static int storable(int mode) {
        return mode & (Mode.isDir(mode) ? 03777 : 01777);
    }

    static void link(HostInode directory, String name, HostInode target) {
        HostInode from = target.parent();
        if (from == null) {
            throw Errno.EPERM.exception();
        }
        HostHandle there = from.acquire(HostHandle.PATH);
        HostHandle here = directory.acquire(HostHandle.PATH);
        try {
            HostErrors.check(
                    Files.linkat(there.fd, path(target.name()), here.fd, Scratch.secondPath(HostInode.bytes(name)), 0));
        } finally {
            there.release();
            here.release();
        }
        target.reload();
        directory.reload();
    }

    static void unlink(HostInode directory, String name, HostInode victim, int flags) {
        HostHandle here = directory.acquire(HostHandle.PATH);
        try {
            HostErrors.check(Files.unlinkat(here.fd, path(name), flags));
        } finally {
            here.release();
        }
        victim.reload();
        directory.reload();
    }

    static void rename(
            HostInode from,
            String oldName,
            HostInode moved,
            HostInode to,
            String newName,
            @Nullable Inode replaced,
            int flags) {
        if ((flags & RenameFlags.RENAME_WHITEOUT) != 0) {
            throw Errno.EINVAL.exception();
        }
        HostHandle source = from.acquire(HostHandle.PATH);
        HostHandle target = to.acquire(HostHandle.PATH);
        try {
            HostErrors.check(Files.renameat2(
                    source.fd, path(oldName), target.fd, Scratch.secondPath(HostInode.bytes(newName)), flags));
        } finally {
            source.release();
            target.release();
        }
        moved.moved(to, newName);
        if (replaced instanceof HostInode other) {
            if ((flags & RenameFlags.RENAME_EXCHANGE) != 0) {
                other.moved(from, oldName);
            }
            other.reload();
        }
        moved.reload();
        from.reload();
        to.reload();
    }

    static void setAttributes(HostInode inode, AttributeChange change) {
        if (inode.fs.options.readOnly()) {
            throw Errno.EROFS.exception();
        }
        HostHandle file = inode.acquire(HostHandle.PATH);
        try {
            if (change.has(AttributeChange.UID) || change.has(AttributeChange.GID)) {
                OwnerMap owners = inode.fs.options.owners();
                int uid = change.has(AttributeChange.UID) ? owners.hostUid(change.uid) : -1;
                int gid = change.has(AttributeChange.GID) ? owners.hostGid(change.gid) : -1;
                HostErrors.check(Files.fchownat(file.fd, Scratch.path(""), uid, gid, Files.AT_EMPTY_PATH));
            }
            if (change.has(AttributeChange.MODE)) {
                chmod(inode, storable(inode.mode & Mode.S_IFMT | change.mode));
            }
            if (change.has(AttributeChange.ATIME) || change.has(AttributeChange.MTIME)) {
                MemorySegment times = Scratch.room();
                putTime(times, 0, change.has(AttributeChange.ATIME), change.atime);
                putTime(times, 16, change.has(AttributeChange.MTIME), change.mtime);
                HostErrors.check(Files.utimensat(Files.AT_FDCWD, byDescriptor(file), times, 0));
            }
        } finally {
            file.release();
        }
        inode.reload();
    }

    private static void chmod(HostInode inode, int bits) {
        if (inode.isSymlink()) {
            throw Errno.EOPNOTSUPP.exception();
        }
        HostHandle file = inode.acquire(HostHandle.PATH);
        try {
            HostErrors.check(Files.fchmodat(Files.AT_FDCWD, byDescriptor(file), bits));
        } finally {
            file.release();
        }
    }

    private static void putTime(MemorySegment times, long at, boolean set, long ns) {
        Le.putLong(times, at, Math.floorDiv(ns, NS));
        Le.putLong(times, at + 8, set ? Math.floorMod(ns, NS) : UTIME_OMIT);
    }

    /** Names exactly the object that the descriptor stands for, also where a call takes no O_PATH descriptor. */
    static MemorySegment byDescriptor(HostHandle file) {
        return Scratch.path("/proc/self/fd/" + file.fd);
    }

    private static MemorySegment path(String name) {
        return Scratch.path(HostInode.bytes(name));
    }
}
