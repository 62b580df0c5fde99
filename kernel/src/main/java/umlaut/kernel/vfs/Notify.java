package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.InotifyFlags;

/** Tells the listener for file system events, if there is one (Linux: include/linux/fsnotify.h). */
final class Notify {
    private Notify() {}

    static void inode(Vfs vfs, int mask, Inode inode, @Nullable Dentry dentry) {
        FsNotify listener = vfs.notifier();
        if (listener != null) {
            listener.inode(inode.isDirectory() ? mask | InotifyFlags.IN_ISDIR : mask, inode, dentry);
        }
    }

    /** An event of an open file. */
    static void file(Vfs vfs, int mask, File file) {
        FsNotify listener = vfs.notifier();
        if (listener != null) {
            Path path = file.path;
            inode(vfs, mask, file.inode(), path == null ? null : path.dentry());
        }
    }

    static void entry(Vfs vfs, int mask, Inode directory, String name, Inode object) {
        entry(vfs, mask, directory, name, object, 0);
    }

    static void entry(Vfs vfs, int mask, Inode directory, String name, Inode object, int cookie) {
        FsNotify listener = vfs.notifier();
        if (listener != null) {
            listener.entry(object.isDirectory() ? mask | InotifyFlags.IN_ISDIR : mask, directory, name, cookie);
        }
    }
}
