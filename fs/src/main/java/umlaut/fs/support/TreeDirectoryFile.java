package umlaut.fs.support;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open {@link TreeDirectory}: lists what was there when listing began. Positions are entry numbers. */
final class TreeDirectoryFile extends DirectoryFile {
    private final TreeDirectory directory;

    @GuardedBy("this") private @Nullable List<TreeDirectory.Entry> entries;

    TreeDirectoryFile(TreeDirectory directory, Path path, int flags, Credentials credentials) {
        super(directory, path, flags, credentials);
        this.directory = directory;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        List<TreeDirectory.Entry> all;
        synchronized (this) {
            if (entries == null || sink.position() == 0) {
                entries = directory.entries(task);
            }
            all = entries;
        }
        if (!sink.addDots(directory.ino, directory.parentIno())) {
            return;
        }
        for (long i = sink.behindDots() - DirectorySink.DOTS; i < all.size(); i++) {
            TreeDirectory.Entry e = all.get((int) i);
            if (!sink.add(e.name(), e.ino(), e.type(), i + DirectorySink.DOTS + 1)) {
                return;
            }
        }
    }
}
