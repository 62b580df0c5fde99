package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * From where and as whom a path is walked: the part of a task that path_resolution(7) speaks of. At boot, and in tests, there is one without a task.
 *
 * @param task whose call it is; null at boot
 * @param umask bits taken from the modes of new files
 */
public record LookupContext(
        Path root,
        Path cwd,
        Credentials credentials,
        int umask,
        @Nullable Task task) {
    /** As {@code task} sees the tree. */
    public static LookupContext of(Task task) {
        FsContext fs = task.fs();
        return new LookupContext(fs.root(), fs.cwd(), task.credentials(), fs.umask(), task);
    }

    /** Root's view from the top of a namespace, without a task: how a machine builds its tree at boot. */
    public static LookupContext kernel(MountNamespace namespace) {
        Path top = namespace.rootPath();
        return new LookupContext(top, top, Credentials.ROOT, 0, null);
    }

    public LookupContext as(Credentials other) {
        return new LookupContext(root, cwd, other, umask, task);
    }

    public LookupContext at(Path directory) {
        return new LookupContext(root, directory, credentials, umask, task);
    }
}
