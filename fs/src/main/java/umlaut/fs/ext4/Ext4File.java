package umlaut.fs.ext4;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.abi.Seek;
import umlaut.host.Scratch;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.FileRead;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Seeking;

/** An open regular file. */
final class Ext4File extends File {
    private final Ext4Regular inode;

    Ext4File(Ext4Regular inode, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.inode = inode;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        requireAligned(to, offset);
        return FileRead.perform(this::read, to, offset);
    }

    private long read(MemorySegment to, long most, long position) {
        return position < inode.size ? inode.read(to, 0, most, position) : 0;
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        requireAligned(from, offset);
        long limit = inode.map().limit() << inode.fs.sb.blockShift;
        if (from.remaining() > 0 && offset >= limit) {
            throw Errno.EFBIG.exception();
        }
        from.limit(Math.max(0, limit - offset));
        MemorySegment buffer = Scratch.buffer();
        long done = 0;
        while (from.remaining() > 0) {
            // To whole blocks, so that the next piece begins with one.
            long most = Scratch.BUFFER - (offset + done & inode.fs.sb.blockSize - 1);
            long want = Math.min(from.remaining(), most);
            long got = from.copyIn(buffer, 0, want);
            if (got > 0) {
                try {
                    inode.write(buffer, 0, got, offset + done);
                } catch (ErrnoException e) {
                    long wrote = Math.max(0, Math.min(got, inode.size - offset - done));
                    if (done + wrote == 0 || e.errno() != Errno.ENOSPC) {
                        from.revert(got);
                        throw e;
                    }
                    from.revert(got - wrote);
                    return done + wrote;
                }
                done += got;
            }
            if (got < want && !from.repair(false)) {
                break;
            }
        }
        return from.result(done);
    }

    private void requireAligned(IovIter iter, long offset) {
        if ((flags() & OpenFlags.O_DIRECT) != 0 && ((iter.remaining() | offset) & 511) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    public long seek(long offset, int whence) {
        if (whence == Seek.SEEK_DATA || whence == Seek.SEEK_HOLE) {
            long found = inode.seek(offset, whence == Seek.SEEK_DATA);
            return found < 0 ? found : Seeking.set(this, found);
        }
        return Seeking.generic(this, offset, whence, inode.size);
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return inode;
    }

    @Override
    public void sync(boolean dataOnly) {
        inode.writeBack();
        inode.fs.sync();
    }

    @Override
    public void allocate(int mode, long offset, long length) {
        inode.fs.requireWritable();
        new Fallocate(inode).perform(mode, offset, length);
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return Ext4Ioctl.perform(inode, task, command, argument);
    }

    @Override
    protected void onRelease() {
        if (writable() && inode.writerCount() <= 1) {
            inode.dropReservation();
        }
        inode.dropCopy();
    }
}
