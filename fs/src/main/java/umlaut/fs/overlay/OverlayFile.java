package umlaut.fs.overlay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * An open file of an overlay: passes all on to a file of the layer that shows (Linux: fs/overlayfs/file.c). One opened
 * for reading before the copy-up reads the copy from then on; what is mapped stays mapped.
 */
final class OverlayFile extends File {
    /** The flags of F_SETFL that the layer's file must know. */
    private static final int PASSED_ON = OpenFlags.O_APPEND | OpenFlags.O_DSYNC | OpenFlags.__O_SYNC;

    private final OverlayInode inode;
    private volatile Inode realInode;
    private volatile File real;

    /** The lower file that was read before the copy-up, which mappings may use. */
    @GuardedBy("this") private @Nullable File former;

    OverlayFile(OverlayInode inode, Inode realInode, File real, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
        this.realInode = realInode;
        this.real = real;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    private File real() {
        return inode.real() == realInode ? real : switchToCopy();
    }

    private synchronized File switchToCopy() {
        Inode now = inode.real();
        if (now != realInode) {
            former = real;
            real = RealFiles.open(now, flags());
            realInode = now;
        }
        return real;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        return real().read(task, to, offset);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        File file = real();
        int differs = (file.flags() ^ flags()) & PASSED_ON;
        if (differs != 0) {
            file.setFlags(file.flags() ^ differs);
        }
        long result = file.write(task, from, offset);
        inode.copySize(realInode);
        return result;
    }

    @Override
    public long seek(long offset, int whence) {
        File file = real();
        file.setPosition(position());
        long to = file.seek(offset, whence);
        setPosition(to);
        return to;
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return real().mapping(shared, writable);
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return real().ioctl(task, command, argument);
    }

    @Override
    public void sync(boolean dataOnly) {
        real().sync(dataOnly);
    }

    @Override
    public void allocate(int mode, long offset, long length) {
        real().allocate(mode, offset, length);
        inode.copySize(realInode);
    }

    @Override
    protected void onRelease() {
        real.release();
        synchronized (this) {
            File before = former;
            if (before != null) {
                before.release();
            }
        }
    }
}
