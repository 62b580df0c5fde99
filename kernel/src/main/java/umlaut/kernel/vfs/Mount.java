package umlaut.kernel.vfs;

/** One place where a file system (or part of one) stands in the tree (Linux: struct mount). */
public final class Mount {
    public final SuperBlock superBlock;
    public final Dentry root;

    public Mount(SuperBlock superBlock, Dentry root) {
        this.superBlock = superBlock;
        this.root = root;
    }
}
