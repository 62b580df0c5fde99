package umlaut.block;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Fcntl;
import umlaut.host.Scratch;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/** A file of the guest as a disk. Its pages are that file's own business: they cannot be located. */
final class LoopBackend implements BlockBackend {
    final File file;
    private final Task owner;
    final long offset;
    private final long size;
    private final boolean readOnly;

    /** @param file has a reference of ours; @param limit bytes at most, 0: all there are */
    LoopBackend(File file, Task owner, long offset, long limit, boolean readOnly) {
        this.file = file;
        this.owner = owner;
        this.offset = offset;
        this.readOnly = readOnly;
        file.inode().refresh();
        long there = Math.max(0, file.inode().size - offset);
        size = (limit > 0 ? Math.min(limit, there) : there) & -(long) BlockDevice.SECTOR;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void read(MemorySegment to, long start, long length, long position) {
        IovIter iter = new IovIter().kernel(to, start, length);
        while (iter.remaining() > 0) {
            long n = file.read(owner, iter, offset + position + iter.moved());
            if (n < 0) {
                throw Errno.EIO.exception();
            }
            if (n == 0) {
                to.asSlice(start + iter.moved(), iter.remaining()).fill((byte) 0);
                return;
            }
        }
    }

    @Override
    public void write(MemorySegment from, long start, long length, long position) {
        IovIter iter = new IovIter().kernel(from, start, length);
        while (iter.remaining() > 0) {
            if (file.write(owner, iter, offset + position + iter.moved()) <= 0) {
                throw Errno.EIO.exception();
            }
        }
    }

    @Override
    public void flush() {
        file.sync(true);
    }

    @Override
    public void discard(long position, long length) {
        try {
            file.allocate(Fcntl.FALLOC_FL_PUNCH_HOLE | Fcntl.FALLOC_FL_KEEP_SIZE, offset + position, length);
        } catch (ErrnoException e) {
            MemorySegment zeros = Scratch.buffer().fill((byte) 0);
            for (long done = 0; done < length; done += zeros.byteSize()) {
                write(zeros, 0, Math.min(length - done, zeros.byteSize()), position + done);
            }
        }
    }

    @Override
    public void close() {
        file.release();
    }
}
