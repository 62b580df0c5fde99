package umlaut.fs.overlay;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.Inode;

/** Makes an upper inode like the lower one, before it is changed (Linux: fs/overlayfs/copy_up.c). */
final class CopyUp {
    private CopyUp() {}

    /**
     * @param dataLength how much of the data is still wanted: less than all when it is about to be truncated
     * @return the upper inode
     */
    static Inode copyUp(OverlayInode inode, long dataLength) {
        OverlayInode parent = inode.parent;
        if (parent == null || inode.fs.readOnly()) {
            throw Errno.EROFS.exception();
        }
        Inode directory = parent.copiedUp();
        inode.copyUpLock().lock();
        try {
            Inode there = inode.upper();
            if (there != null) {
                return there;
            }
            Inode lower = inode.lowers.getFirst();
            Inode fresh =
                    lower.isRegular() ? file(inode, lower, directory, dataLength) : other(inode, lower, directory);
            inode.fs.keep(fresh, inode);
            inode.setUpper(fresh);
            return fresh;
        } finally {
            inode.copyUpLock().unlock();
        }
    }

    /** A regular file appears under its name only when it is complete; one that has lost its name never does. */
    private static Inode file(OverlayInode inode, Inode lower, Inode directory, long dataLength) {
        Inode fresh = directory.tmpfile(lower.mode & 07777, Credentials.ROOT);
        if (!fresh.hold()) {
            throw Errno.EIO.exception();
        }
        // Known before it can be found by name, so that no look-up makes a second inode for it.
        inode.fs.keep(fresh, inode);
        boolean done = false;
        try {
            RealFiles.copy(lower, fresh, dataLength);
            finish(inode, lower, fresh);
            if (!inode.unlinked) {
                place(directory, () -> directory.link(inode.name, fresh));
            }
            done = true;
            return fresh;
        } finally {
            if (!done) {
                inode.fs.drop(fresh);
            }
            fresh.unhold();
        }
    }

    private static Inode other(OverlayInode inode, Inode lower, Inode directory) {
        if (inode.unlinked) {
            throw Errno.ENOENT.exception();
        }
        place(directory, () -> {
            if (lower.isDirectory()) {
                directory.mkdir(inode.name, lower.mode & 07777, Credentials.ROOT);
            } else if (lower.isSymlink()) {
                directory.symlink(inode.name, lower.readlink(null), Credentials.ROOT);
            } else {
                directory.create(inode.name, lower.mode, lower.rdev, Credentials.ROOT);
            }
        });
        Inode fresh = OverlayLookup.find(directory, inode.name);
        if (fresh == null) {
            throw Errno.EIO.exception();
        }
        finish(inode, lower, fresh);
        return fresh;
    }

    /** Does something in an upper directory that is not to show in its times. */
    private static void place(Inode directory, Runnable change) {
        directory.lock.lock();
        try {
            AttributeChange times = times(directory);
            change.run();
            directory.setAttributes(times);
        } finally {
            directory.lock.unlock();
        }
    }

    private static AttributeChange times(Inode of) {
        AttributeChange change = new AttributeChange();
        change.mask = AttributeChange.ATIME | AttributeChange.MTIME;
        change.atime = of.atime;
        change.mtime = of.mtime;
        return change;
    }

    private static void finish(OverlayInode inode, Inode lower, Inode fresh) {
        for (String name : lower.listXattr()) {
            byte[] value = lower.getXattr(name);
            if (value != null && !name.startsWith(Marks.PREFIX)) {
                Marks.trySet(fresh, name, value);
            }
        }
        byte[] origin = new byte[Long.BYTES];
        Le.putLong(MemorySegment.ofArray(origin), 0, inode.ino);
        Marks.trySet(fresh, Marks.ORIGIN, origin);
        AttributeChange change = times(lower);
        change.mask |= AttributeChange.UID | AttributeChange.GID;
        change.uid = lower.uid;
        change.gid = lower.gid;
        if (!Mode.isSymlink(lower.mode)) {
            change.mask |= AttributeChange.MODE;
            change.mode = lower.mode & 07777;
        }
        fresh.lock.lock();
        try {
            fresh.setAttributes(change);
            if (fresh.supportsAcl()) {
                fresh.setAcls(lower.accessAcl(), lower.defaultAcl());
            }
        } finally {
            fresh.lock.unlock();
        }
    }
}
