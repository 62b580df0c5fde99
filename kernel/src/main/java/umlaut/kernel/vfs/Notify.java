package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.InotifyFlags;
import umlaut.abi.OpenFlags;

/** Tells the listeners for file system events, if there are any (Linux: include/linux/fsnotify.h). */
public final class Notify {
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
        if (listener != null && !file.quiet()) {
            Inode inode = file.inode();
            listener.file(inode.isDirectory() ? mask | InotifyFlags.IN_ISDIR : mask, inode, file.path);
        }
    }

    /** A program was read to be executed. */
    public static void programRead(Vfs vfs, File file) {
        mayRead(vfs, file);
        file(vfs, InotifyFlags.IN_ACCESS, file);
    }

    static void entry(Vfs vfs, int mask, Inode directory, String name, Inode object) {
        entry(vfs, mask, directory, name, object, 0);
    }

    static void entry(Vfs vfs, int mask, Inode directory, String name, Inode object, int cookie) {
        FsNotify listener = vfs.notifier();
        if (listener != null) {
            listener.entry(object.isDirectory() ? mask | InotifyFlags.IN_ISDIR : mask, directory, name, object, cookie);
        }
    }

    /** May this place be opened? @param flags as given to open, with FMODE_EXEC for execve(2) */
    static void mayOpen(Vfs vfs, Path path, int flags) {
        FsNotify listener = vfs.notifier();
        if (listener != null && (flags & OpenFlags.FMODE_NONOTIFY) == 0) {
            int directory = path.inode().isDirectory() ? InotifyFlags.IN_ISDIR : 0;
            if ((flags & OpenFlags.FMODE_EXEC) != 0) {
                listener.permission(FanotifyFlags.FAN_OPEN_EXEC_PERM, path);
            }
            listener.permission(FanotifyFlags.FAN_OPEN_PERM | directory, path);
        }
    }

    /** May this file be read? */
    static void mayRead(Vfs vfs, File file) {
        FsNotify listener = vfs.notifier();
        Path path = file.path;
        if (listener != null && path != null && !file.quiet()) {
            int directory = path.inode().isDirectory() ? InotifyFlags.IN_ISDIR : 0;
            listener.permission(FanotifyFlags.FAN_ACCESS_PERM | directory, path);
        }
    }
}
