package umlaut.fs.tmpfs;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.abi.XattrFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** An object of a tmpfs; by itself a device node, FIFO or socket. Extended attributes are guarded by {@link #lock}. */
class TmpInode extends Inode {
    final TmpFs fs;
    private @Nullable TreeMap<String, byte[]> xattrs;

    TmpInode(TmpFs fs, int mode) {
        super(fs, fs.nextNumber(), mode);
        this.fs = fs;
    }

    /** Owner, group and times of a new object. */
    final void init(TmpDirectory directory, Credentials owner) {
        own(directory, owner, fs.now());
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        throw Errno.ENXIO.exception();
    }

    @Override
    public int supportedFlags() {
        return Ioctl.FS_IMMUTABLE_FL | Ioctl.FS_APPEND_FL | Ioctl.FS_NODUMP_FL | Ioctl.FS_NOATIME_FL;
    }

    @Override
    public void evict() {
        fs.unreserveInode();
    }

    @Override
    public boolean supportsAcl() {
        return true;
    }

    // --- extended attributes ---

    @Override
    public byte @Nullable [] getXattr(String name) {
        lock.lock();
        try {
            return xattrs == null ? null : xattrs.get(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void setXattr(String name, byte[] value, int flags) {
        lock.lock();
        try {
            TreeMap<String, byte[]> all = xattrs;
            if (all == null) {
                all = new TreeMap<>();
            }
            boolean there = all.containsKey(name);
            if (there && (flags & XattrFlags.XATTR_CREATE) != 0) {
                throw Errno.EEXIST.exception();
            }
            if (!there && (flags & XattrFlags.XATTR_REPLACE) != 0) {
                throw Errno.ENODATA.exception();
            }
            all.put(name, value.clone());
            if (name.equals("security.capability")) {
                fileCapabilities = true;
            }
            xattrs = all;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> listXattr() {
        lock.lock();
        try {
            return xattrs == null ? List.of() : new ArrayList<>(xattrs.descendingKeySet());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void removeXattr(String name) {
        lock.lock();
        try {
            if (xattrs == null || xattrs.remove(name) == null) {
                throw Errno.ENODATA.exception();
            }
        } finally {
            lock.unlock();
        }
    }
}
