package umlaut.fs.tmpfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Shmem;
import umlaut.kernel.mm.WindowSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** A regular file: its bytes are a {@link Shmem}, made when first needed, since many files stay empty or are gone at once. */
final class TmpRegular extends TmpInode {
    private volatile @Nullable Shmem bytes;

    TmpRegular(TmpFs fs, int mode) {
        super(fs, Mode.S_IFREG | mode & Mode.S_IALLUGO);
    }

    Shmem bytes() {
        Shmem s = bytes;
        if (s == null) {
            synchronized (this) {
                s = bytes;
                if (s == null) {
                    s = new Shmem(fs.store);
                    bytes = s;
                }
            }
        }
        return s;
    }

    @Nullable Shmem bytesOrNull() {
        return bytes;
    }

    @Override
    public @Nullable WindowSource windowSource() {
        return bytes;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new TmpFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    @Override
    public void refresh() {
        Shmem s = bytes;
        if (s != null) {
            size = s.size();
            blocks = s.allocatedBytes() >> 9;
        }
    }

    /** After a write: the size others see. */
    void grown() {
        size = bytes().size();
    }

    @Override
    public void truncate(long length) {
        if (length != 0 || bytes != null) {
            bytes().truncate(length);
        }
        size = length;
    }

    @Override
    public void evict() {
        Shmem s = bytes;
        if (s != null) {
            s.release();
        }
        super.evict();
    }
}
