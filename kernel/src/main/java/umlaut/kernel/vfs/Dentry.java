package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;

/** A name in a directory, cached (Linux: struct dentry). A negative dentry has no inode: the name is known not to exist. */
public final class Dentry {
    private volatile @Nullable Inode inode;

    public Dentry(@Nullable Inode inode) {
        this.inode = inode;
    }

    public @Nullable Inode inodeOrNull() {
        return inode;
    }

    public Inode inode() {
        Inode found = inode;
        if (found == null) {
            throw new IllegalStateException("negative dentry");
        }
        return found;
    }
}
