package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Ioctl;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.mm.FileWindows;
import umlaut.kernel.mm.WindowSource;
import umlaut.kernel.task.Task;

/** Which time stamps an operation changes: inode(7), mount(8) relatime (Linux: fs/inode.c touch_atime, file_update_time). */
public final class Times {
    private static final long DAY_NS = 24L * 3600 * 1_000_000_000;

    /** Of Debian's kernels: CONFIG_HZ=250. */
    private static final long TICK_NS = 4_000_000;

    private Times() {}

    /** An open file has been read or mapped. */
    public static void accessed(File file, Task task) {
        Path path = file.path;
        if (path != null && (file.flags() & OpenFlags.O_NOATIME) == 0) {
            accessed(path.mount(), path.dentry().inode(), task);
        }
    }

    /** A file, directory or link has been read through {@code mount}. */
    static void accessed(Mount mount, Inode inode, @Nullable Task task) {
        if (task == null || mount.has(MountFlags.MS_NOATIME) || (inode.flags & Ioctl.FS_NOATIME_FL) != 0) {
            return;
        }
        if (mount.has(MountFlags.MS_NODIRATIME) && inode.isDirectory() || mount.readOnly()) {
            return;
        }
        long now = task.kernel.clock.realtimeNs();
        long atime = inode.atime;
        boolean relative = mount.has(MountFlags.MS_RELATIME);
        if (relative && inode.mtime < atime && inode.ctime < atime && now - atime < DAY_NS) {
            return;
        }
        inode.touch(AttributeChange.ATIME, now);
    }

    /** A file's contents or a directory's entries have changed. Changes within a tick that nobody has looked in between of are one (Linux: multigrain timestamps): a file system then has nothing to write down. */
    public static void modified(Inode inode, long now) {
        long changed = inode.ctime;
        if (!inode.timesSeen && inode.mtime == changed && now / TICK_NS == changed / TICK_NS) {
            return;
        }
        inode.timesSeen = false;
        set(inode);
        inode.touch(AttributeChange.MTIME | AttributeChange.CTIME, now);
    }

    /** Time stamps are set: whoever reads the file next is to see to its time of access ({@link FileWindows}). */
    static void set(Inode inode) {
        WindowSource source = inode.windowSource();
        if (source != null) {
            source.windows().written(source);
        }
    }

    /** An object's attributes or names have changed. */
    static void changed(Inode inode, long now) {
        set(inode);
        inode.touch(AttributeChange.CTIME, now);
    }
}
