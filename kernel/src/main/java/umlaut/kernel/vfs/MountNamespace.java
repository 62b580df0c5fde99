package umlaut.kernel.vfs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.wait.WaitQueue;

/**
 * One tree of mounts (Linux: struct mnt_namespace, mount_namespaces(7)). A task's namespace is that of its {@link FsContext}. The links are guarded by the tree's lock.
 */
public final class MountNamespace implements Namespace {
    private final long ino;
    private final UserNamespace owner;

    private volatile Mount root;
    /** Woken at each change of the tree: /proc/mounts can be polled. */
    public final WaitQueue changes = new WaitQueue();

    private volatile int generation;
    /** Open files of it. */
    private final AtomicInteger pins = new AtomicInteger();

    MountNamespace(long ino, Mount root, UserNamespace owner) {
        this.ino = ino;
        this.owner = owner;
        this.root = root;
    }

    @Override
    public NamespaceKind kind() {
        return NamespaceKind.MNT;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public UserNamespace owner() {
        return owner;
    }

    /** A tree that was made by open_tree(2) or fsmount(2) and stands nowhere. */
    public boolean anonymous() {
        return ino == 0;
    }

    /** Grows with each namespace made. */
    long sequence() {
        return ino;
    }

    /** An open file keeps it. */
    void pin() {
        pins.incrementAndGet();
    }

    void unpin() {
        pins.decrementAndGet();
    }

    boolean pinned() {
        return pins.get() > 0;
    }

    /** The mount at the bottom: rootfs, or what pivot_root has put in its place. */
    public Mount root() {
        return root;
    }

    void setRoot(Mount fresh) {
        root = fresh;
    }

    /** "/" as a new task sees it: the topmost mount on the root. */
    public Path rootPath() {
        Mount m = root;
        for (Mount over = m.root.mountedOn(m); over != null; over = m.root.mountedOn(m)) {
            m = over;
        }
        return m.rootPath();
    }

    /** Changes with the tree. */
    public int generation() {
        return generation;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the tree's lock only
    void changed() {
        generation++;
        changes.wakeAll(umlaut.abi.Poll.POLLERR | umlaut.abi.Poll.POLLPRI);
    }

    /** Every mount in order of mounting, which is that of their numbers: the rows of /proc/PID/mounts and mountinfo, still unfiltered. */
    public List<Mount> mounts() {
        List<Mount> all = new ArrayList<>();
        collect(root, all);
        all.sort(Comparator.comparingInt(mount -> mount.id));
        return all;
    }

    /** A mount and all below it, from the top. */
    static List<Mount> subtree(Mount top) {
        List<Mount> all = new ArrayList<>();
        collect(top, all);
        return all;
    }

    private static void collect(Mount from, List<Mount> into) {
        into.add(from);
        for (Mount child : List.copyOf(from.children)) {
            collect(child, into);
        }
    }
}
