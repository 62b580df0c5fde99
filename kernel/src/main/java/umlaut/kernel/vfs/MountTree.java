package umlaut.kernel.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.MountFlags;
import umlaut.kernel.task.Task;

/**
 * Changes of the tree of mounts (Linux: fs/namespace.c, fs/pnode.c; mount_namespaces(7)): one lock for all of a kernel's namespaces. Walks read the links without it.
 *
 * <p>Propagation: what is mounted on a shared mount is mounted on all of its peers and their slaves too, and goes from there again with it.
 */
public final class MountTree {
    private static final int FIRST_ID = 20;
    private static final long FIRST_NAMESPACE = 0xf0000000L;

    private final Vfs vfs;
    final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger ids = new AtomicInteger(FIRST_ID);
    private final AtomicInteger namespaces = new AtomicInteger();

    @GuardedBy("lock") private int groups;

    /** Every mount that is in a namespace. */
    @GuardedBy("lock") private final Set<Mount> all = new LinkedHashSet<>();

    private volatile @Nullable MountNamespace initial;

    MountTree(Vfs vfs) {
        this.vfs = vfs;
    }

    /** The mount of a file system that is in no tree. */
    Mount internal(SuperBlock fs) {
        Mount m = fs.internalMount;
        if (m == null) {
            m = make(fs, fs.rootDentry(), "none", 0);
            fs.internalMount = m;
        }
        return m;
    }

    MountNamespace initialNamespace() {
        MountNamespace ns = initial;
        if (ns == null) {
            throw new IllegalStateException("no root file system yet");
        }
        return ns;
    }

    /** Every mount that is in a namespace. */
    List<Mount> all() {
        lock.lock();
        try {
            return new ArrayList<>(all);
        } finally {
            lock.unlock();
        }
    }

    private Mount make(SuperBlock fs, Dentry root, String source, int flags) {
        return new Mount(vfs, ids.getAndIncrement(), fs, root, source, flags & Mount.OWN_FLAGS);
    }

    /** As Linux does, the root stands on an empty rootfs that nobody sees, so that pivot_root(2) can take it off. */
    Mount mountRoot(SuperBlock superBlock, String source, int flags) {
        lock.lock();
        try {
            PseudoFs rootFs = new PseudoFs("rootfs", vfs.anonymousDevice(), MountFlags.RAMFS_MAGIC);
            Mount bottom = make(rootFs, rootFs.rootDentry(), "none", 0);
            MountNamespace ns = new MountNamespace(nextNamespace(), bottom);
            bottom.setNamespace(ns);
            all.add(bottom);
            initial = ns;
            Mount root = make(superBlock, superBlock.rootDentry(), source, flags);
            superBlock.mounts++;
            link(root, bottom, bottom.root);
            return root;
        } finally {
            lock.unlock();
        }
    }

    private long nextNamespace() {
        return FIRST_NAMESPACE + namespaces.getAndIncrement();
    }

    // --- the links ---

    @GuardedBy("lock") private void link(Mount mount, Mount parent, Dentry point) {
        mount.place(parent, point);
        parent.children.add(mount);
        point.addMount(mount);
        MountNamespace ns = parent.namespace();
        List<Mount> subtree = new ArrayList<>();
        MountNamespace.collect(mount, subtree);
        for (Mount m : subtree) {
            m.setNamespace(ns);
            if (ns != null) {
                all.add(m);
            }
        }
        if (ns != null) {
            ns.changed();
        }
    }

    @GuardedBy("lock") private void unlink(Mount mount) {
        Mount parent = mount.parent();
        Dentry point = mount.mountpoint();
        MountNamespace ns = mount.namespace();
        if (parent != null && point != null) {
            parent.children.remove(mount);
            point.removeMount(mount);
        }
        mount.place(null, null);
        if (ns != null) {
            ns.changed();
        }
    }

    /** Takes a subtree out for good (umount_tree). */
    @GuardedBy("lock") private void discard(Mount top) {
        unlink(top);
        List<Mount> subtree = new ArrayList<>();
        MountNamespace.collect(top, subtree);
        for (Mount m : subtree) {
            m.setNamespace(null);
            m.peerGroup = 0;
            m.masterGroup = 0;
            all.remove(m);
        }
        for (Mount m : subtree) {
            m.detached();
        }
    }

    /** A mount outside every tree has lost its last open file, or had none. */
    void gone(Mount mount) {
        boolean last;
        lock.lock();
        try {
            last = --mount.superBlock.mounts == 0;
        } finally {
            lock.unlock();
        }
        if (last) {
            mount.superBlock.kill();
        }
    }

    // --- mounting ---

    /** A new file system onto {@code at} (do_new_mount). @throws umlaut.abi.ErrnoException EBUSY, ENOTDIR, ENOENT, EINVAL */
    Mount attach(SuperBlock fresh, String source, Path at, int flags) {
        lock.lock();
        try {
            if (at.mount().superBlock == fresh && at.dentry() == at.mount().root) {
                throw Errno.EBUSY.exception();
            }
            Mount m = make(fresh, fresh.rootDentry(), source, flags);
            fresh.mounts++;
            try {
                graft(m, at);
            } catch (RuntimeException e) {
                fresh.mounts--;
                throw e;
            }
            return m;
        } finally {
            lock.unlock();
        }
    }

    /** Puts a detached tree at a place and on the place's peers (graft_tree, attach_recursive_mnt). */
    @GuardedBy("lock") private void graft(Mount top, Path at) {
        if (top.root.inode().isDirectory() != at.inode().isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        if (at.dentry().isDeleted()) {
            throw Errno.ENOENT.exception();
        }
        if (at.mount().namespace() == null) {
            throw Errno.EINVAL.exception();
        }
        // Somebody may have mounted there since the walk: we go on top.
        Mount parent = at.mount();
        Dentry point = at.dentry();
        for (Mount over = point.mountedOn(parent); over != null; over = point.mountedOn(parent)) {
            parent = over;
            point = over.root;
        }
        boolean shared = parent.peerGroup != 0;
        if (shared) {
            List<Mount> subtree = new ArrayList<>();
            MountNamespace.collect(top, subtree);
            for (Mount m : subtree) {
                if (m.peerGroup == 0) {
                    m.peerGroup = ++groups;
                }
            }
        }
        List<Mount> receivers = shared ? receivers(parent, point) : List.of();
        for (Mount peer : receivers) {
            Mount copy = copy(top, true);
            if (peer.peerGroup == 0) {
                enslave(copy);
            }
            Mount below = peer;
            Dentry spot = point;
            for (Mount over = spot.mountedOn(below); over != null; over = spot.mountedOn(below)) {
                below = over;
                spot = over.root;
            }
            link(copy, below, spot);
        }
        link(top, parent, point);
    }

    private static void enslave(Mount top) {
        List<Mount> subtree = new ArrayList<>();
        MountNamespace.collect(top, subtree);
        for (Mount m : subtree) {
            m.masterGroup = m.peerGroup;
            m.peerGroup = 0;
        }
    }

    /** The mounts that a change on a shared one goes on to: peers, slaves, and so on, where the place is visible. */
    @GuardedBy("lock") private List<Mount> receivers(Mount from, Dentry point) {
        List<Mount> found = new ArrayList<>();
        Set<Integer> wanted = new LinkedHashSet<>(List.of(from.peerGroup));
        boolean more = true;
        while (more) {
            more = false;
            for (Mount m : all) {
                boolean hears = m.peerGroup != 0 && wanted.contains(m.peerGroup) || wanted.contains(m.masterGroup);
                if (m == from || !hears || found.contains(m)) {
                    continue;
                }
                found.add(m);
                if (m.peerGroup != 0) {
                    more |= wanted.add(m.peerGroup);
                }
            }
        }
        found.removeIf(m -> !point.isBelow(m.root));
        return found;
    }

    /** A detached copy of a mount, with all below it if {@code recursive} (copy_tree). */
    @GuardedBy("lock") private Mount copy(Mount from, boolean recursive) {
        Mount top = cloneOne(from, from.root);
        if (recursive) {
            copyChildren(from, top, from.root);
        }
        return top;
    }

    @GuardedBy("lock") private Mount cloneOne(Mount from, Dentry root) {
        Mount c = make(from.superBlock, root, from.source, from.flags());
        c.peerGroup = from.peerGroup;
        c.masterGroup = from.masterGroup;
        c.unbindable = from.unbindable;
        from.superBlock.mounts++;
        return c;
    }

    @GuardedBy("lock") private void copyChildren(Mount from, Mount to, Dentry visible) {
        for (Mount child : List.copyOf(from.children)) {
            Dentry point = child.mountpoint();
            if (point == null || child.unbindable || !point.isBelow(visible)) {
                continue;
            }
            Mount c = cloneOne(child, child.root);
            c.place(to, point);
            to.children.add(c);
            point.addMount(c);
            copyChildren(child, c, child.root);
        }
    }

    /** MS_BIND (do_loopback). */
    public void bind(Path from, Path at, boolean recursive) {
        lock.lock();
        try {
            if (from.mount().namespace() == null || from.mount().unbindable) {
                throw Errno.EINVAL.exception();
            }
            Mount top = cloneOne(from.mount(), from.dentry());
            if (recursive) {
                copyChildren(from.mount(), top, from.dentry());
            }
            try {
                graft(top, at);
            } catch (RuntimeException e) {
                discard(top);
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    /** MS_MOVE (do_move_mount). */
    public void move(Path from, Path at) {
        lock.lock();
        try {
            Mount mount = from.mount();
            Mount parent = mount.parent();
            boolean attached = mount.namespace() != null && from.dentry() == mount.root;
            if (parent == null || !attached || at.mount().namespace() != mount.namespace() || parent.peerGroup != 0) {
                throw Errno.EINVAL.exception();
            }
            if (mount.root.inode().isDirectory() != at.inode().isDirectory()) {
                throw Errno.EINVAL.exception();
            }
            for (Mount m = at.mount(); m != null; m = m.parent()) {
                if (m == mount) {
                    throw Errno.ELOOP.exception();
                }
            }
            unlink(mount);
            graft(mount, at);
        } finally {
            lock.unlock();
        }
    }

    /** MS_SHARED and its like (do_change_type). @param type exactly one of MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE */
    public void changeType(Path at, int type, boolean recursive) {
        lock.lock();
        try {
            if (at.dentry() != at.mount().root || at.mount().namespace() == null) {
                throw Errno.EINVAL.exception();
            }
            List<Mount> which = new ArrayList<>();
            if (recursive) {
                MountNamespace.collect(at.mount(), which);
            } else {
                which.add(at.mount());
            }
            which.forEach(m -> setType(m, type));
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("GuardedBy") // called under it
    private void setType(Mount m, int type) {
        if (type == MountFlags.MS_SHARED) {
            if (m.peerGroup == 0) {
                m.peerGroup = ++groups;
            }
            m.unbindable = false;
            return;
        }
        boolean peers = m.peerGroup != 0 && all.stream().anyMatch(o -> o != m && o.peerGroup == m.peerGroup);
        if (type == MountFlags.MS_SLAVE) {
            // Without peers there is nobody to be a slave of but the master it may have.
            if (peers) {
                m.masterGroup = m.peerGroup;
            }
        } else {
            m.masterGroup = 0;
        }
        m.peerGroup = 0;
        m.unbindable = type == MountFlags.MS_UNBINDABLE;
    }

    // --- unmounting ---

    /** Is it in use: by mounts on it, open files, or tasks that have their root or working directory there? */
    private boolean busy(Mount mount) {
        if (!mount.children.isEmpty() || mount.openFiles() > 0) {
            return true;
        }
        for (Task task : vfs.kernel.tasks.tasks()) {
            FsContext fs = task.fs();
            if (fs.root().mount() == mount || fs.cwd().mount() == mount) {
                return true;
            }
        }
        return false;
    }

    /**
     * umount2(2) after its checks.
     *
     * @param lazy MNT_DETACH: takes it out of the tree even when in use
     * @param expire MNT_EXPIRE: only if nobody used it since the last such call
     */
    public void unmount(Mount mount, boolean lazy, boolean expire) {
        lock.lock();
        try {
            Mount parent = mount.parent();
            Dentry point = mount.mountpoint();
            if (parent == null || point == null || mount.namespace() == null) {
                throw Errno.EINVAL.exception();
            }
            if (!lazy && busy(mount)) {
                throw Errno.EBUSY.exception();
            }
            if (expire && !mount.expireMark()) {
                throw Errno.EAGAIN.exception();
            }
            List<Mount> others = new ArrayList<>();
            if (parent.peerGroup != 0) {
                for (Mount peer : receivers(parent, point)) {
                    Mount there = point.mountedOn(peer);
                    if (there != null && there.superBlock == mount.superBlock && there.root == mount.root) {
                        others.add(there);
                    }
                }
            }
            discard(mount);
            for (Mount other : others) {
                if (lazy || other.children.isEmpty()) {
                    discard(other);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // --- the root, and namespaces ---

    /** pivot_root(2) after its look-ups. @param root the caller's */
    void pivot(Path root, Path fresh, Path old) {
        lock.lock();
        try {
            checkPivot(root, fresh, old);
            Mount rootMount = root.mount();
            Mount freshMount = fresh.mount();
            Mount below = rootMount.parent();
            Dentry point = rootMount.mountpoint();
            if (below == null || point == null) {
                throw Errno.EINVAL.exception();
            }
            unlink(freshMount);
            unlink(rootMount);
            link(freshMount, below, point);
            link(rootMount, old.mount(), old.dentry());
            for (Task task : vfs.kernel.tasks.tasks()) {
                FsContext fs = task.fs();
                if (fs.root().is(root)) {
                    fs.setRoot(fresh);
                }
                if (fs.cwd().is(root)) {
                    fs.setCwd(fresh);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static void checkPivot(Path root, Path fresh, Path old) {
        Mount freshParent = fresh.mount().parent();
        Mount rootParent = root.mount().parent();
        boolean shared = old.mount().peerGroup != 0
                || freshParent != null && freshParent.peerGroup != 0
                || rootParent != null && rootParent.peerGroup != 0;
        if (shared
                || root.mount().namespace() == null
                || fresh.mount().namespace() != root.mount().namespace()) {
            throw Errno.EINVAL.exception();
        }
        if (fresh.dentry().isDeleted()) {
            throw Errno.ENOENT.exception();
        }
        if (fresh.mount() == root.mount() || old.mount() == root.mount()) {
            throw Errno.EBUSY.exception();
        }
        boolean tops = root.dentry() == root.mount().root && fresh.dentry() == fresh.mount().root;
        if (!tops || rootParent == null || freshParent == null) {
            throw Errno.EINVAL.exception();
        }
        if (!old.reachableFrom(fresh) || !fresh.reachableFrom(root)) {
            throw Errno.EINVAL.exception();
        }
    }

    /** CLONE_NEWNS: a copy of the task's namespace, in which its root and working directory stand where they stood. The caller puts {@code fs} in place. */
    public MountNamespace copyNamespace(FsContext fs) {
        lock.lock();
        try {
            MountNamespace from = fs.root().mount().namespace();
            if (from == null) {
                throw Errno.EINVAL.exception();
            }
            List<Mount> before = new ArrayList<>();
            MountNamespace.collect(from.root(), before);
            Mount top = cloneOne(from.root(), from.root().root);
            copyAll(from.root(), top);
            List<Mount> after = new ArrayList<>();
            MountNamespace.collect(top, after);
            MountNamespace ns = new MountNamespace(nextNamespace(), top);
            for (int i = 0; i < after.size(); i++) {
                after.get(i).setNamespace(ns);
                all.add(after.get(i));
                if (fs.root().mount() == before.get(i)) {
                    fs.setRoot(new Path(after.get(i), fs.root().dentry()));
                }
                if (fs.cwd().mount() == before.get(i)) {
                    fs.setCwd(new Path(after.get(i), fs.cwd().dentry()));
                }
            }
            return ns;
        } finally {
            lock.unlock();
        }
    }

    /** As copyChildren, unbindable ones too, in the same order. */
    @GuardedBy("lock") private void copyAll(Mount from, Mount to) {
        for (Mount child : List.copyOf(from.children)) {
            Dentry point = child.mountpoint();
            Mount c = cloneOne(child, child.root);
            c.place(to, point);
            to.children.add(c);
            if (point != null) {
                point.addMount(c);
            }
            copyAll(child, c);
        }
    }
}
