package umlaut.fs.support;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** A symbolic link of a {@link TreeFs}, whose target may depend on who looks. */
public class LinkInode extends TreeInode {
    private final Function<@Nullable Task, String> target;

    /** @param target given the task that reads or follows the link; may throw ErrnoException */
    public LinkInode(TreeFs fs, long ino, Function<@Nullable Task, String> target) {
        super(fs, ino, Mode.S_IFLNK | 0777);
        this.target = target;
    }

    @Override
    public final String readlink(@Nullable Task task) {
        return target.apply(task);
    }

    @Override
    public final File open(@Nullable Task task, Path path, int flags) {
        throw Errno.ELOOP.exception();
    }
}
