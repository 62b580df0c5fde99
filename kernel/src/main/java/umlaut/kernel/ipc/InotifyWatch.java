package umlaut.kernel.ipc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.InotifyFlags;
import umlaut.kernel.vfs.Inode;

/** One object watched by one inotify instance. */
final class InotifyWatch implements Watcher {
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

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public int mask() {
        return mask;
    }

    @Override
    public void tell(int told, int cookie, @Nullable String name) {
        owner.queue(wd, told, cookie, name);
        if ((mask & InotifyFlags.IN_ONESHOT) != 0) {
            owner.end(this);
        }
    }

    @Override
    public void gone() {
        if ((mask & InotifyFlags.IN_DELETE_SELF) != 0) {
            owner.queue(wd, InotifyFlags.IN_DELETE_SELF, 0, null);
        }
        owner.end(this);
    }

    @Override
    public void unmounted() {
        int directory = inode.isDirectory() ? InotifyFlags.IN_ISDIR : 0;
        owner.queue(wd, InotifyFlags.IN_UNMOUNT | directory, 0, null);
        owner.end(this);
    }
}
