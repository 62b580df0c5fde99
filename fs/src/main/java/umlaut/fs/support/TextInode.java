package umlaut.fs.support;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** A file of a {@link TreeFs}: its text is made when it is read; size 0 as Linux shows. */
public class TextInode extends TreeInode {
    final TextSource source;
    final @Nullable TextSink sink;

    public TextInode(TreeFs fs, long ino, int permissions, TextSource source, @Nullable TextSink sink) {
        super(fs, ino, Mode.S_IFREG | permissions);
        this.source = source;
        this.sink = sink;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new TextFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }
}
