package umlaut.fs.support;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.Path;

/** An open {@link TreeDirectory}: lists what was there when listing began. Positions are entry numbers. */
final class TreeDirectoryFile extends DirectoryFile {
    private static final int DOTS = 2;
    private final TreeDirectory directory;

    @GuardedBy("this") private @Nullable List<TreeDirectory.Entry> entries;

    TreeDirectoryFile(TreeDirectory directory, Path path, int flags, Credentials credentials) {
        super(directory, path, flags, credentials);
        this.directory = directory;
    }

    @Override
    public void readDirectory(Task task, DirectorySink sink) {
        long at = sink.position();
        List<TreeDirectory.Entry> all;
        synchronized (this) {
            if (entries == null || at == 0) {
                entries = directory.entries(task);
            }
            all = entries;
        }
        if (at == 0 && !sink.add(".", directory.ino, DirentType.DT_DIR, ++at)) {
            return;
        }
        if (at == 1 && !sink.add("..", directory.parentIno(), DirentType.DT_DIR, ++at)) {
            return;
        }
        for (long i = at - DOTS; i >= 0 && i < all.size(); i++) {
            TreeDirectory.Entry e = all.get((int) i);
            if (!sink.add(e.name(), e.ino(), e.type(), i + DOTS + 1)) {
                return;
            }
        }
    }
}
