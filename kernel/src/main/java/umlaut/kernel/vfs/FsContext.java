package umlaut.kernel.vfs;

/**
 * Root, working directory, umask and mount namespace, shared by tasks cloned with CLONE_FS (Linux: fs_struct). Each field is read and replaced as a whole.
 */
public final class FsContext {
    private volatile Path root;
    private volatile Path cwd;
    private volatile MountNamespace namespace;
    private volatile int umask;

    /** In the namespace that {@code root} is in. */
    public FsContext(Path root, Path cwd, int umask) {
        this(root, cwd, umask, namespaceOf(root));
    }

    private FsContext(Path root, Path cwd, int umask, MountNamespace namespace) {
        this.root = root;
        this.cwd = cwd;
        this.umask = umask;
        this.namespace = namespace;
    }

    private static MountNamespace namespaceOf(Path root) {
        MountNamespace ns = root.mount().namespace();
        return ns == null ? root.mount().vfs.namespace() : ns;
    }

    public FsContext copy() {
        return new FsContext(root, cwd, umask, namespace);
    }

    /** The tree of mounts whose owner it is, even when {@link #root} has been detached from it. */
    public MountNamespace namespace() {
        return namespace;
    }

    public void setNamespace(MountNamespace fresh) {
        namespace = fresh;
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
