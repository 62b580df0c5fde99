package umlaut.kernel.ipc;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.vfs.Inode;

/** Somebody who hears of one inode's events (Linux: struct fsnotify_mark). */
interface Watcher {
    Inode inode();

    /** IN_* bits: the events wanted, and IN_EXCL_UNLINK. */
    int mask();

    /** @param name of the entry of a directory that it is about; null: the object itself */
    void tell(int mask, int cookie, @Nullable String name);

    /** The object has gone for good. */
    void gone();

    /** Its file system has been unmounted. */
    void unmounted();
}
