package umlaut.fs.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.fs.support.DirectoryFile;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open directory of a {@link ReadOnlyFs}. Positions are entry numbers. */
final class ReadOnlyDirectoryFile extends DirectoryFile {
    private static final int DOTS = 2;
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
        long at = sink.position();
        if (at == 0 && !sink.add(".", directory.ino, DirentType.DT_DIR, ++at)) {
            return;
        }
        if (at == 1 && !sink.add("..", directory.parentNumber(), DirentType.DT_DIR, ++at)) {
            return;
        }
        List<ReadOnlyInode.Entry> all = all();
        for (long i = at - DOTS; i < all.size(); i++) {
            ReadOnlyInode.Entry e = all.get((int) i);
            if (!sink.add(e.name(), e.ino(), e.type(), i + DOTS + 1)) {
                return;
            }
        }
    }
}
