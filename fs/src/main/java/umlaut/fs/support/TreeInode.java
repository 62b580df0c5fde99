package umlaut.fs.support;

import umlaut.kernel.vfs.Inode;

/** An inode of a {@link TreeFs}: root's, unless told otherwise, and as old as itself. */
public abstract class TreeInode extends Inode {
    protected TreeInode(TreeFs fs, long ino, int mode) {
        super(fs, ino, mode);
        long now = fs.clock.realtimeNs();
        atime = now;
        mtime = now;
        ctime = now;
    }

    @Override
    public boolean hasDirectIo() {
        return false;
    }

    protected final TreeFs tree() {
        return (TreeFs) superBlock;
    }

    /** What it stood for has gone: its name must be looked up again. */
    public boolean stale() {
        return false;
    }

    /** Reading leaves no trace. */
    @Override
    public void touch(int mask, long now) {}

    /** O_TRUNC on a file of settings means nothing. */
    @Override
    public void truncate(long length) {}
}
