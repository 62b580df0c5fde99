package umlaut.fs.disk;

import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.FileRead;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Seeking;

/** An open regular file of a {@link ReadOnlyFs}. */
final class ReadOnlyFile extends File {
    private final ReadOnlyInode inode;

    ReadOnlyFile(ReadOnlyInode inode, Path path, int flags, Credentials credentials) {
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
    public long seek(long offset, int whence) {
        return Seeking.generic(this, offset, whence, inode.size);
    }

    @Override
    public MappingSource mapping(boolean shared, boolean writable) {
        return inode;
    }

    @Override
    public void sync(boolean dataOnly) {}

    @Override
    protected void onRelease() {
        inode.closed();
    }
}
