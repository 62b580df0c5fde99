package umlaut.kernel.vfs;

/** Locks on a file (Linux: fs/locks.c). */
final class FileLocks {
    /** What ends the locks that belong to an open file. */
    interface Holder {
        void releaseAll(File file);
    }

    private FileLocks() {}
}
