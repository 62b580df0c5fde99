package umlaut.fs.dev;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.engine.KnownFiles;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * /dev/zero and /dev/full, null(4), full(4): endless zeros; full has no room for anything written. A mapping is fresh
 * memory of its own.
 */
final class ZeroFile extends NullFile {
    private final Kernel kernel;
    private final boolean full;

    ZeroFile(Kernel kernel, boolean full, @Nullable Task task, Path path, Inode inode, int flags) {
        super(task, path, inode, flags);
        this.kernel = kernel;
        this.full = full;
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        MemorySegment zeros = kernel.pages.zeros();
        long done = 0;
        while (to.remaining() > 0) {
            long n = to.copyOut(zeros, 0, Math.min(to.remaining(), zeros.byteSize()));
            done += n;
            if (to.fault() && !to.repair(true)) {
                break;
            }
        }
        return to.result(done);
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        return full ? Errno.ENOSPC.negative() : super.write(task, from, offset);
    }

    @Override
    public int knownTransfers() {
        return full ? KnownFiles.ZEROS : KnownFiles.ZEROS | KnownFiles.SINK;
    }

    @Override
    public boolean sends() {
        return true;
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return new ZeroMapping(kernel.pages);
    }
}
