package umlaut.kernel.vfs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import umlaut.kernel.wait.WaitQueue;

/**
 * One tree of mounts (Linux: struct mnt_namespace, mount_namespaces(7)). A task's namespace is that of its root's mount. The links are guarded by the tree's lock.
 */
public final class MountNamespace {
    /** The number in /proc/PID/ns/mnt. */
    public final long ino;

    private volatile Mount root;
    /** Woken at each change of the tree: /proc/mounts can be polled. */
    public final WaitQueue changes = new WaitQueue();

    private volatile int generation;

    MountNamespace(long ino, Mount root) {
        this.ino = ino;
        this.root = root;
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

    static void collect(Mount from, List<Mount> into) {
        into.add(from);
        for (Mount child : List.copyOf(from.children)) {
            collect(child, into);
        }
    }
}
