package umlaut.kernel.vfs;

/** A place in the tree: a dentry as seen through a mount (Linux: struct path). */
public record Path(Mount mount, Dentry dentry) {
    public Inode inode() {
        return dentry.inode();
    }
}
