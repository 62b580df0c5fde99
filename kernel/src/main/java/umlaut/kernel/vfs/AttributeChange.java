package umlaut.kernel.vfs;

/** New attribute values for an inode (Linux: struct iattr); only those named in {@link #mask} count. */
public final class AttributeChange {
    public static final int MODE = 1, UID = 2, GID = 4, ATIME = 8, MTIME = 16, CTIME = 32;

    public int mask;
    /** Permission bits only, 07777. */
    public int mode;

    public int uid;
    public int gid;
    /** ns since 1970. */
    public long atime;

    public long mtime;
    public long ctime;

    public boolean has(int bit) {
        return (mask & bit) != 0;
    }

    /** Sets the inode's fields; its lock is held. */
    public void applyTo(Inode inode) {
        if (has(MODE)) {
            inode.mode = inode.mode & ~07777 | mode & 07777;
        }
        if (has(UID)) {
            inode.uid = uid;
        }
        if (has(GID)) {
            inode.gid = gid;
        }
        if (has(ATIME)) {
            inode.atime = atime;
        }
        if (has(MTIME)) {
            inode.mtime = mtime;
        }
        if (has(CTIME)) {
            inode.ctime = ctime;
        }
    }
}
