package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.Mode;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** The file behind a memfd (memfd_create(2); Linux: mm/memfd.c): bytes in a {@link Shmem}, no name, seals. Gone with its last open file or mapping. */
class MemfdInode extends Inode {
    private static final int ALL_SEALS = Fcntl.F_SEAL_SEAL
            | Fcntl.F_SEAL_SHRINK
            | Fcntl.F_SEAL_GROW
            | Fcntl.F_SEAL_WRITE
            | Fcntl.F_SEAL_FUTURE_WRITE
            | Fcntl.F_SEAL_EXEC;

    final Shmem bytes;
    final String name;
    private final Kernel kernel;

    /** Changed under {@link Inode#lock}. */
    private volatile int seals;

    MemfdInode(Kernel kernel, String name, int mode, int seals, Credentials owner) {
        super(kernel.vfs.memoryFs, kernel.vfs.memoryFs.nextInode(), Mode.S_IFREG | mode);
        this.kernel = kernel;
        this.name = name;
        this.seals = seals;
        this.bytes = new Shmem(kernel.pages);
        nlink = 0;
        uid = owner.fsuid();
        gid = owner.fsgid();
        long now = kernel.clock.realtimeNs();
        atime = now;
        mtime = now;
        ctime = now;
        btime = now;
    }

    @Override
    public WindowSource windowSource() {
        return bytes;
    }

    int seals() {
        return seals;
    }

    boolean sealed(int any) {
        return (seals & any) != 0;
    }

    void addSeals(int more) {
        if ((more & ~ALL_SEALS) != 0) {
            throw Errno.EINVAL.exception();
        }
        lock.lock();
        try {
            if (sealed(Fcntl.F_SEAL_SEAL)) {
                throw Errno.EPERM.exception();
            }
            int all = more;
            if ((more & Fcntl.F_SEAL_EXEC) != 0 && (mode & Mode.S_IXUGO) != 0) {
                all |= Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE;
            }
            if ((all & Fcntl.F_SEAL_WRITE) != 0 && !sealed(Fcntl.F_SEAL_WRITE) && bytes.mappedWritable()) {
                throw Errno.EBUSY.exception();
            }
            seals = seals | all;
            if (sealed(Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)) {
                bytes.sealWriting();
            }
        } finally {
            lock.unlock();
        }
    }

    long write(IovIter from, long offset) {
        lock.lock();
        try {
            if (sealed(Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)
                    || sealed(Fcntl.F_SEAL_GROW) && offset + from.remaining() > bytes.size()) {
                throw Errno.EPERM.exception();
            }
            long result = bytes.write(from, offset);
            touched();
            return result;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void touched() {
        size = bytes.size();
        long now = kernel.clock.realtimeNs();
        mtime = now;
        ctime = now;
    }

    @Override
    @GuardedBy("lock") public void truncate(long length) {
        if (length < bytes.size() && sealed(Fcntl.F_SEAL_SHRINK)
                || length > bytes.size() && sealed(Fcntl.F_SEAL_GROW)) {
            throw Errno.EPERM.exception();
        }
        bytes.truncate(length);
        touched();
    }

    void allocate(int mode, long offset, long length) {
        boolean punch = mode == (Fcntl.FALLOC_FL_PUNCH_HOLE | Fcntl.FALLOC_FL_KEEP_SIZE);
        if (!punch && (mode & ~Fcntl.FALLOC_FL_KEEP_SIZE) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        lock.lock();
        try {
            if (punch) {
                if (sealed(Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)) {
                    throw Errno.EPERM.exception();
                }
                bytes.punchHole(offset, length);
            } else {
                boolean keepSize = (mode & Fcntl.FALLOC_FL_KEEP_SIZE) != 0;
                if (!keepSize && sealed(Fcntl.F_SEAL_GROW) && offset + length > bytes.size()) {
                    throw Errno.EPERM.exception();
                }
                bytes.allocate(offset, length, keepSize);
            }
            touched();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void setAttributes(AttributeChange change) {
        if (change.has(AttributeChange.MODE)
                && sealed(Fcntl.F_SEAL_EXEC)
                && ((change.mode ^ mode) & Mode.S_IXUGO) != 0) {
            throw Errno.EPERM.exception();
        }
        super.setAttributes(change);
    }

    @Override
    public void refresh() {
        size = bytes.size();
        blocks = bytes.allocatedBytes() >> 9;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new MemfdFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials(), false);
    }

    @Override
    public void evict() {
        bytes.release();
        super.evict();
    }
}
