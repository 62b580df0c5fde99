package umlaut.fs.vfat;

import umlaut.abi.DirentType;
import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory. A position is two more than an entry's number: "." and ".." come first. */
final class FatDirectoryFile extends DirectoryFile {
    private final FatDirectory directory;

    FatDirectoryFile(FatDirectory directory, Path path, int flags, Credentials credentials) {
        super(directory, path, flags, credentials);
        this.directory = directory;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        if (!sink.addDots(directory.ino, directory.parentNumber())) {
            return;
        }
        FatDirectory.Listed listed =
                directory.next((int) Math.min(Integer.MAX_VALUE, sink.behindDots() - DirectorySink.DOTS));
        while (listed != null) {
            int type = listed.directory() ? DirentType.DT_DIR : DirentType.DT_REG;
            if (!sink.add(listed.name(), listed.ino(), type, listed.index() + 1L + DirectorySink.DOTS)) {
                return;
            }
            listed = directory.next(listed.index() + 1);
        }
    }

    @Override
    public void sync(boolean dataOnly) {
        directory.fs.sync();
    }
}
