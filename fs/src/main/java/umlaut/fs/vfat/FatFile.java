package umlaut.fs.vfat;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
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
final class FatFile extends File {
    private final FatRegular inode;

    FatFile(FatRegular inode, Path path, int flags, Credentials credentials) {
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
        return FileRead.perform(inode::read, to, offset);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        if (from.remaining() > 0 && offset >= FatRegular.LARGEST) {
            throw Errno.EFBIG.exception();
        }
        from.limit(Math.max(0, FatRegular.LARGEST - offset));
        MemorySegment buffer = Scratch.buffer();
        long done = 0;
        while (from.remaining() > 0) {
            long want = Math.min(from.remaining(), Scratch.BUFFER);
            long got = from.copyIn(buffer, 0, want);
            if (got > 0) {
                long wrote = write(buffer, got, offset + done, done > 0);
                from.revert(got - wrote);
                done += wrote;
                if (wrote < got) {
                    return done;
                }
            }
            if (got < want && !from.repair(false)) {
                break;
            }
        }
        return from.result(done);
    }

    /** @param some a part of what was asked for has been written: an error now is a short count */
    private long write(MemorySegment buffer, long length, long offset, boolean some) {
        try {
            return inode.writeSome(buffer, 0, length, offset);
        } catch (umlaut.abi.ErrnoException e) {
            if (some && e.errno() == Errno.ENOSPC) {
                return 0;
            }
            throw e;
        }
    }

    @Override
    public long seek(long offset, int whence) {
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
    protected void onRelease() {
        inode.dropCopy(1);
    }
}
