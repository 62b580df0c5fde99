package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;

/**
 * Who wants to hear of file system events: inotify(7) (Linux: fsnotify). The VFS calls it after the event, without locks; masks are IN_* bits. Installed
 * with {@link Vfs#setNotify}; {@link InodeState#watches} is the listener's to use.
 */
public interface FsNotify {
    /** What {@link InodeState#watches} may be, to hear of the inode's end (IN_DELETE_SELF). */
    interface Watches {
        /** The last name and the last open file have gone. */
        void inodeGone();
    }

    /**
     * Something happened to an object: access, modify, attrib, open, close, delete_self, move_self.
     *
     * @param dentry the name it was reached by, so that watches of its directory hear it with the name; null where there is none
     */
    void inode(int mask, Inode inode, @Nullable Dentry dentry);

    /**
     * Something happened to an entry of a directory: create, delete, moved_from, moved_to.
     *
     * @param mask includes IN_ISDIR for a directory
     * @param cookie joins the two halves of a rename; 0 otherwise
     */
    void entry(int mask, Inode directory, String name, int cookie);
}
