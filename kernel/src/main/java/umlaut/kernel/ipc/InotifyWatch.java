package umlaut.kernel.ipc;

import umlaut.abi.InotifyFlags;
import umlaut.kernel.vfs.Inode;

/** One object watched by one inotify instance. */
final class InotifyWatch {
    /** Of what inotify_add_watch is given, the part that stays with the watch. */
    static final int KEPT = InotifyFlags.IN_ALL_EVENTS | InotifyFlags.IN_EXCL_UNLINK | InotifyFlags.IN_ONESHOT;

    final Inotify owner;
    final int wd;
    final Inode inode;
    volatile int mask;

    InotifyWatch(Inotify owner, int wd, Inode inode, int mask) {
        this.owner = owner;
        this.wd = wd;
        this.inode = inode;
        this.mask = mask;
    }
}
