package umlaut.kernel.vfs;

/**
 * Root, working directory and umask, shared by tasks cloned with CLONE_FS (Linux: fs_struct). Each field is read and replaced as a whole.
 */
public final class FsContext {
    private volatile Path root;
    private volatile Path cwd;
    private volatile int umask;

    public FsContext(Path root, Path cwd, int umask) {
        this.root = root;
        this.cwd = cwd;
        this.umask = umask;
    }

    public FsContext copy() {
        return new FsContext(root, cwd, umask);
    }

    public Path root() {
        return root;
    }

    public void setRoot(Path path) {
        root = path;
    }

    public Path cwd() {
        return cwd;
    }

    public void setCwd(Path path) {
        cwd = path;
    }

    public int umask() {
        return umask;
    }

    /** @return the old mask */
    public synchronized int setUmask(int mask) {
        int old = umask;
        umask = mask & 0777;
        return old;
    }
}
