package umlaut.fs.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory of a {@link ReadOnlyFs}. Positions are entry numbers. */
final class ReadOnlyDirectoryFile extends DirectoryFile {
    private final ReadOnlyInode directory;

    @GuardedBy("this") private @Nullable List<ReadOnlyInode.Entry> entries;

    ReadOnlyDirectoryFile(ReadOnlyInode directory, Path path, int flags, Credentials credentials) {
        super(directory, path, flags, credentials);
        this.directory = directory;
    }

    private synchronized List<ReadOnlyInode.Entry> all() {
        List<ReadOnlyInode.Entry> known = entries;
        if (known == null) {
            known = directory.entries();
            entries = known;
        }
        return known;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        if (!sink.addDots(directory.ino, directory.parentNumber())) {
            return;
        }
        List<ReadOnlyInode.Entry> all = all();
        for (long i = sink.behindDots() - DirectorySink.DOTS; i < all.size(); i++) {
            ReadOnlyInode.Entry e = all.get((int) i);
            if (!sink.add(e.name(), e.ino(), e.type(), i + DirectorySink.DOTS + 1)) {
                return;
            }
        }
    }
}
