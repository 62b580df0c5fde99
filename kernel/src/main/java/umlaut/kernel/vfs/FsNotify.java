package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;

/**
 * Who wants to hear of file system events: inotify(7), fanotify(7) (Linux: fsnotify). The VFS calls it after the event, without locks but that of the mount tree;
 * masks are IN_* bits and those that fanotify adds. Added by {@link Vfs#addNotify}.
 */
public interface FsNotify {
    /**
     * Something happened to an object: attrib, delete_self, move_self, modify by its name.
     *
     * @param dentry the name it was reached by, so that watches of its directory hear it with the name; null where there is none
     */
    void inode(int mask, Inode inode, @Nullable Dentry dentry);

    /** Something happened to an open file: access, modify, open, close. */
    void file(int mask, Inode inode, @Nullable Path path);

    /**
     * Something happened to an entry of a directory: create, delete, moved_from, moved_to.
     *
     * @param mask includes IN_ISDIR for a directory
     * @param object what the name stands or stood for
     * @param cookie joins the two halves of a rename; 0 otherwise
     */
    void entry(int mask, Inode directory, String name, Inode object, int cookie);

    /** The two halves of a rename in one. @param mask 0, or IN_ISDIR for a directory */
    default void renamed(int mask, Inode from, String oldName, Inode to, String newName, Inode object) {}

    /**
     * Before a file is opened, executed or read: waits for those who have a say.
     *
     * @throws umlaut.abi.ErrnoException EPERM where somebody forbids it
     */
    default void permission(int mask, Path path) {}

    /** The last name and the last open file of an object have gone. */
    void gone(Inode inode);

    /** The last mount of a file system has gone. */
    void unmounted(SuperBlock fs);

    /** A mount came into a namespace, or left it. Called with the mount tree's lock held. */
    default void mount(MountNamespace namespace, boolean attached, Mount mount) {}
}
