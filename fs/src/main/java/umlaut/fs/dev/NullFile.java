package umlaut.fs.dev;

import org.jspecify.annotations.Nullable;
import umlaut.engine.KnownFiles;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** /dev/null, null(4): takes everything, without looking at it; gives the end of file. */
class NullFile extends DeviceFile {
    NullFile(@Nullable Task task, Path path, Inode inode, int flags) {
        super(task, path, inode, flags);
    }

    @Override
    public long read(Task task, IovIter to, long offset) {
        return 0;
    }

    @Override
    public int knownTransfers() {
        return KnownFiles.END | KnownFiles.SINK;
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        long all = from.remaining();
        from.advance(all);
        return all;
    }
}
