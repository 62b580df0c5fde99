package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceIoctl;
import umlaut.kernel.task.Task;

/** A namespace as a file: what /proc/PID/ns/* lead to, and what may be bind-mounted to keep it (Linux: fs/nsfs.c). */
public final class NsInode extends Inode {
    public final Namespace namespace;

    NsInode(PseudoFs fs, Namespace namespace) {
        super(fs, namespace.ino(), Mode.S_IFREG | 0444);
        this.namespace = namespace;
    }

    /** The place of {@code namespace}'s file. */
    public static Path path(Vfs vfs, Namespace namespace) {
        return new Path(
                vfs.mounts().internal(vfs.nsFs), Dentry.nameless(new NsInode(vfs.nsFs, namespace), namespace.text()));
    }

    /** An open file of it. */
    public static File open(Task task, Namespace namespace) {
        Path path = path(task.kernel.vfs, namespace);
        return path.inode().open(task, path, OpenFlags.O_RDONLY);
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new NsFile(this, path, flags, task);
    }

    /** The namespace behind an open file, or null. */
    public static @Nullable Namespace of(File file) {
        return file.inode() instanceof NsInode inode && (file.flags() & OpenFlags.O_PATH) == 0 ? inode.namespace : null;
    }

    private static final class NsFile extends File {
        private final NsInode inode;

        NsFile(NsInode inode, Path path, int flags, @Nullable Task task) {
            super(path, flags, task == null ? umlaut.kernel.cred.Credentials.ROOT : task.credentials());
            this.inode = inode;
            if (inode.namespace instanceof MountNamespace ns) {
                ns.pin();
            }
        }

        @Override
        public Inode inode() {
            return inode;
        }

        @Override
        public @Nullable String anonymousName() {
            return inode.namespace.text();
        }

        @Override
        public long ioctl(Task task, int command, long argument) {
            return NamespaceIoctl.ioctl(task, inode.namespace, command, argument);
        }

        @Override
        protected void onRelease() {
            if (inode.namespace instanceof MountNamespace ns) {
                ns.unpin();
                path().mount().vfs.mounts().left(ns);
            }
        }

        private Path path() {
            Path place = path;
            if (place == null) {
                throw new IllegalStateException("no place");
            }
            return place;
        }
    }
}
