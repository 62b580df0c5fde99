package umlaut.fs.tmpfs;

import umlaut.abi.DirentType;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Seeking;

/** An open directory of a tmpfs; the position is 0 for ".", 1 "..", 2 the newest entry, then a cookie: entries up to it are still to come. */
final class TmpDirectoryFile extends File {
    private final TmpDirectory directory;

    TmpDirectoryFile(TmpDirectory directory, Path path, int flags, Credentials credentials) {
        super(path, flags, credentials);
        this.directory = directory;
    }

    @Override
    public Inode inode() {
        return directory;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public long seek(long offset, int whence) {
        return Seeking.directory(this, offset, whence);
    }

    @Override
    public void sync(boolean dataOnly) {}

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        long position = sink.position();
        if (position == 0) {
            if (!sink.add(".", directory.ino, DirentType.DT_DIR, 1)) {
                return;
            }
            position = 1;
        }
        if (position == 1) {
            if (!sink.add("..", directory.parent().ino, DirentType.DT_DIR, TmpDirectory.NEWEST)) {
                return;
            }
            position = TmpDirectory.NEWEST;
        }
        directory.lock.lock();
        try {
            for (int i = directory.indexOf(position == TmpDirectory.NEWEST ? Long.MAX_VALUE : position); i >= 0; i--) {
                TmpDirectory.Entry entry = directory.at(i);
                TmpInode inode = entry.inode;
                if (inode != null && !sink.add(entry.name, inode.ino, Mode.direntType(inode.mode), entry.cookie - 1)) {
                    return;
                }
            }
        } finally {
            directory.lock.unlock();
        }
    }
}
