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
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/**
 * Changes of the tree of mounts (Linux: fs/namespace.c, fs/pnode.c; mount_namespaces(7)): one lock for all of a kernel's namespaces. Walks read the links without it.
 *
 * <p>Propagation: what is mounted on a shared mount is mounted on all of its peers and their slaves too, and goes from there again with it.
 */
public final class MountTree {
    private static final int FIRST_ID = 20;
    private static final long FIRST_NAMESPACE = 0xf0000000L;
    private static final int MOST_IN_NAMESPACE = 100_000;

    private final Vfs vfs;
    final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger ids = new AtomicInteger(FIRST_ID);

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
            m = make(fs, fs.rootDentry(), fs.type, 0);
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
            MountNamespace ns = new MountNamespace(FIRST_NAMESPACE, bottom, UserNamespace.INITIAL);
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

    // --- the links ---

    @GuardedBy("lock") private void link(Mount mount, Mount parent, Dentry point) {
        mount.place(parent, point);
        parent.children.add(mount);
        point.addMount(mount);
        MountNamespace ns = parent.namespace();
        List<Mount> subtree = MountNamespace.subtree(mount);
        for (Mount m : subtree) {
            m.setNamespace(ns);
            if (ns != null) {
                all.add(m);
                tell(ns, true, m);
            }
        }
        if (ns != null) {
            ns.changed();
        }
    }

    private void tell(MountNamespace ns, boolean attached, Mount mount) {
        FsNotify listener = vfs.notifier();
        if (listener != null) {
            listener.mount(ns, attached, mount);
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
        List<Mount> subtree = MountNamespace.subtree(top);
        for (Mount m : subtree) {
            MountNamespace before = m.namespace();
            if (before != null) {
                tell(before, false, m);
            }
            m.setNamespace(null);
            m.peerGroup = 0;
            m.masterGroup = 0;
            m.locked = false;
            all.remove(m);
        }
        for (Mount m : subtree) {
            m.detached();
        }
    }

    /** A mount's flags have changed: who polls the list of mounts is told. */
    void changed(Mount mount) {
        MountNamespace ns = mount.namespace();
        if (ns != null) {
            ns.changed();
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
            FsNotify listener = vfs.notifier();
            if (listener != null) {
                listener.unmounted(mount.superBlock);
            }
            mount.superBlock.kill();
        }
    }

    // --- mounting ---

    /** A new file system onto {@code at} (do_new_mount). @throws umlaut.abi.ErrnoException EBUSY, ENOTDIR, ENOENT, EINVAL */
    Mount attach(SuperBlock fresh, String source, Path at, int flags, MountNamespace caller) {
        lock.lock();
        try {
            if (at.mount().superBlock == fresh && at.dentry() == at.mount().root) {
                throw Errno.EBUSY.exception();
            }
            Mount m = make(fresh, fresh.rootDentry(), source, flags);
            fresh.mounts++;
            try {
                graft(m, at, caller);
            } catch (RuntimeException e) {
                fresh.mounts--;
                throw e;
            }
            return m;
        } finally {
            lock.unlock();
        }
    }

    /** Only mounts of the caller's own namespace, and trees that are in none yet, may be changed (check_mnt). */
    private static void requireReach(Mount mount, MountNamespace caller) {
        MountNamespace ns = mount.namespace();
        if (ns == null || ns != caller && !ns.anonymous()) {
            throw Errno.EINVAL.exception();
        }
    }

    /** Puts a detached tree at a place and on the place's peers (graft_tree, attach_recursive_mnt). */
    @GuardedBy("lock")
    void graft(Mount top, Path at, MountNamespace caller) {
        if (top.root.inode().isDirectory() != at.inode().isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        if (at.dentry().isDeleted()) {
            throw Errno.ENOENT.exception();
        }
        requireReach(at.mount(), caller);
        // Somebody may have mounted there since the walk: we go on top.
        Mount parent = at.mount();
        Dentry point = at.dentry();
        for (Mount over = point.mountedOn(parent); over != null; over = point.mountedOn(parent)) {
            parent = over;
            point = over.root;
        }
        boolean shared = parent.peerGroup != 0;
        if (shared) {
            List<Mount> subtree = MountNamespace.subtree(top);
            for (Mount m : subtree) {
                if (m.peerGroup == 0) {
                    m.peerGroup = ++groups;
                }
            }
        }
        List<Mount> receivers = shared ? receivers(parent, point) : List.of();
        MountNamespace home = parent.namespace();
        requireRoom(home, top);
        for (Mount peer : receivers) {
            Mount copy = copy(top, true);
            MountNamespace there = peer.namespace();
            if (home != null && there != null && there.owner() != home.owner()) {
                lockTree(copy, true);
            }
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

    /** fs.mount-max. */
    private static void requireRoom(@Nullable MountNamespace ns, Mount top) {
        List<Mount> subtree = MountNamespace.subtree(top);
        if (ns != null && ns.mounts().size() + subtree.size() > MOST_IN_NAMESPACE) {
            throw Errno.ENOSPC.exception();
        }
    }

    /** lock_mnt_tree. @param withTop the top too can't be taken off */
    private static void lockTree(Mount top, boolean withTop) {
        List<Mount> subtree = MountNamespace.subtree(top);
        for (Mount m : subtree) {
            m.lock(withTop || m != top);
        }
    }

    private static void enslave(Mount top) {
        List<Mount> subtree = MountNamespace.subtree(top);
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
        c.locked = from.locked;
        c.lockedFlags = from.lockedFlags;
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

    /** MS_BIND (do_loopback). @param caller the namespace of who asks */
    public void bind(Path from, Path at, boolean recursive, MountNamespace caller) {
        lock.lock();
        try {
            if (at.mount().namespace() != caller) {
                throw Errno.EINVAL.exception();
            }
            Mount top = copyForBind(from, recursive, caller);
            try {
                graft(top, at, caller);
            } catch (RuntimeException e) {
                discard(top);
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Mount copyForBind(Path from, boolean recursive, MountNamespace caller) {
        Mount old = from.mount();
        boolean ofNamespace = from.inode() instanceof NsInode;
        if (!ofNamespace) {
            requireReach(old, caller);
        } else if (loops(from.inode(), caller)) {
            throw Errno.EINVAL.exception();
        }
        if (old.unbindable || !recursive && hasLockedChildren(old, from.dentry())) {
            throw Errno.EINVAL.exception();
        }
        Mount top = cloneOne(old, from.dentry());
        top.locked = false;
        if (recursive) {
            copyChildren(old, top, from.dentry());
        }
        return top;
    }

    /** A mount namespace can't be mounted in itself nor in one that was made before it (mnt_ns_loop). */
    private static boolean loops(Inode inode, MountNamespace caller) {
        return inode instanceof NsInode file
                && file.namespace instanceof MountNamespace ns
                && ns.sequence() <= caller.sequence();
    }

    private static boolean hasLockedChildren(Mount mount, Dentry visible) {
        for (Mount child : mount.children) {
            Dentry point = child.mountpoint();
            if (child.locked && point != null && point.isBelow(visible)) {
                return true;
            }
        }
        return false;
    }

    /** open_tree(OPEN_TREE_CLONE): a copy in a namespace of its own, which has no number. */
    Mount cloneDetached(Path from, boolean recursive, MountNamespace caller) {
        lock.lock();
        try {
            Mount top = copyForBind(from, recursive, caller);
            adoptDetached(top, caller.owner());
            return top;
        } finally {
            lock.unlock();
        }
    }

    /** fsmount(2): a new file system that stands nowhere yet. */
    Mount newDetached(SuperBlock fresh, String source, int flags, MountNamespace caller) {
        lock.lock();
        try {
            Mount top = make(fresh, fresh.rootDentry(), source, flags);
            fresh.mounts++;
            adoptDetached(top, caller.owner());
            return top;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void adoptDetached(Mount top, UserNamespace owner) {
        MountNamespace ns = new MountNamespace(0, top, owner);
        List<Mount> subtree = MountNamespace.subtree(top);
        for (Mount m : subtree) {
            m.setNamespace(ns);
            all.add(m);
        }
    }

    /** The descriptor of a detached tree was closed: it goes, unless it was put somewhere meanwhile (dissolve_on_fput). */
    void dissolve(Mount top) {
        lock.lock();
        try {
            MountNamespace ns = top.namespace();
            if (ns != null && ns.anonymous() && ns.root() == top) {
                discard(top);
            }
        } finally {
            lock.unlock();
        }
    }

    /** MS_MOVE (do_move_mount). */
    public void move(Path from, Path at, MountNamespace caller) {
        lock.lock();
        try {
            Mount mount = from.mount();
            Mount parent = mount.parent();
            MountNamespace ns = mount.namespace();
            boolean detached = ns != null && ns.anonymous() && ns.root() == mount;
            boolean attached = ns == caller && parent != null;
            if (from.dentry() != mount.root
                    || !detached && !attached
                    || at.mount().namespace() != caller) {
                throw Errno.EINVAL.exception();
            }
            if (mount.locked || parent != null && parent.peerGroup != 0) {
                throw Errno.EINVAL.exception();
            }
            if (mount.root.inode().isDirectory() != at.inode().isDirectory()) {
                throw Errno.EINVAL.exception();
            }
            if (at.mount().peerGroup != 0 && hasUnbindable(mount)) {
                throw Errno.EINVAL.exception();
            }
            for (Mount m = at.mount(); m != null; m = m.parent()) {
                if (m == mount) {
                    throw Errno.ELOOP.exception();
                }
            }
            if (detached) {
                graft(mount, at, caller);
                return;
            }
            Dentry before = mount.mountpoint();
            unlink(mount);
            tell(caller, false, mount);
            try {
                graft(mount, at, caller);
            } catch (RuntimeException e) {
                if (parent != null && before != null) {
                    link(mount, parent, before);
                }
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean hasUnbindable(Mount top) {
        List<Mount> subtree = MountNamespace.subtree(top);
        return subtree.stream().anyMatch(m -> m.unbindable);
    }

    /** MS_SHARED and its like (do_change_type). @param type exactly one of MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE */
    public void changeType(Path at, int type, boolean recursive, MountNamespace caller) {
        lock.lock();
        try {
            if (at.dentry() != at.mount().root) {
                throw Errno.EINVAL.exception();
            }
            requireReach(at.mount(), caller);
            List<Mount> which = recursive ? MountNamespace.subtree(at.mount()) : List.of(at.mount());
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

    /** mount_setattr(2): all of them or none. */
    void setAttributes(Path at, MountAttributes.Change change, boolean recursive, MountNamespace caller) {
        lock.lock();
        try {
            if (at.dentry() != at.mount().root) {
                throw Errno.EINVAL.exception();
            }
            requireReach(at.mount(), caller);
            List<Mount> which = recursive ? MountNamespace.subtree(at.mount()) : List.of(at.mount());
            for (Mount m : which) {
                int fresh = change.applied(m.flags());
                if (!m.mayHaveFlags(fresh)) {
                    throw Errno.EPERM.exception();
                }
                if ((fresh & ~m.flags() & MountFlags.MS_RDONLY) != 0 && m.writers() > 0) {
                    throw Errno.EBUSY.exception();
                }
            }
            for (Mount m : which) {
                vfs.facts.general();
                m.setFlags(change.applied(m.flags()));
                vfs.facts.general();
                if (change.propagation() != 0) {
                    setType(m, change.propagation());
                }
                changed(m);
            }
        } finally {
            lock.unlock();
        }
    }

    /** MOVE_MOUNT_SET_GROUP: {@code to} hears and tells what {@code from} does (do_set_group). */
    void setGroup(Path from, Path to) {
        lock.lock();
        try {
            Mount a = from.mount();
            Mount b = to.mount();
            boolean tops = from.dentry() == a.root && to.dentry() == b.root;
            boolean fits = a.superBlock == b.superBlock && b.root.isBelow(a.root);
            if (!tops || b.peerGroup != 0 || b.masterGroup != 0 || a.peerGroup == 0 && a.masterGroup == 0 || !fits) {
                throw Errno.EINVAL.exception();
            }
            if (hasLockedChildren(a, b.root)) {
                throw Errno.EINVAL.exception();
            }
            b.peerGroup = a.peerGroup;
            b.masterGroup = a.masterGroup;
        } finally {
            lock.unlock();
        }
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
    public void unmount(Mount mount, boolean lazy, boolean expire, MountNamespace caller) {
        lock.lock();
        try {
            if (mount.namespace() != caller || mount.locked) {
                throw Errno.EINVAL.exception();
            }
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
    void pivot(Path root, Path fresh, Path old, MountNamespace caller) {
        lock.lock();
        try {
            checkPivot(root, fresh, old, caller);
            Mount rootMount = root.mount();
            Mount freshMount = fresh.mount();
            Mount below = rootMount.parent();
            Dentry point = rootMount.mountpoint();
            if (below == null || point == null) {
                throw Errno.EINVAL.exception();
            }
            if (rootMount.locked) {
                freshMount.locked = true;
                rootMount.locked = false;
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

    private static void checkPivot(Path root, Path fresh, Path old, MountNamespace caller) {
        Mount freshParent = fresh.mount().parent();
        Mount rootParent = root.mount().parent();
        boolean shared = old.mount().peerGroup != 0
                || freshParent != null && freshParent.peerGroup != 0
                || rootParent != null && rootParent.peerGroup != 0;
        if (shared
                || fresh.mount().locked
                || root.mount().namespace() != caller
                || fresh.mount().namespace() != caller) {
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

    /**
     * CLONE_NEWNS: a copy of {@code fs}'s namespace, in which its root and working directory stand where they stood (copy_mnt_ns). In another user namespace shared mounts
     * become slaves, and nothing that was covered can be uncovered.
     */
    public void copyNamespace(FsContext fs, UserNamespace owner, long ino) {
        lock.lock();
        try {
            MountNamespace from = fs.namespace();
            List<Mount> before = MountNamespace.subtree(from.root());
            Mount top = cloneOne(from.root(), from.root().root);
            copyAll(from.root(), top);
            List<Mount> after = MountNamespace.subtree(top);
            MountNamespace ns = new MountNamespace(ino, top, owner);
            boolean lesser = owner != from.owner();
            Path root = fs.root();
            Path cwd = fs.cwd();
            for (int i = 0; i < after.size(); i++) {
                Mount m = after.get(i);
                m.setNamespace(ns);
                all.add(m);
                if (lesser && m.peerGroup != 0) {
                    m.masterGroup = m.peerGroup;
                    m.peerGroup = 0;
                }
                if (root.mount() == before.get(i)) {
                    fs.setRoot(new Path(m, root.dentry()));
                }
                if (cwd.mount() == before.get(i)) {
                    fs.setCwd(new Path(m, cwd.dentry()));
                }
            }
            if (lesser) {
                lockTree(top, false);
            }
            fs.setNamespace(ns);
        } finally {
            lock.unlock();
        }
    }

    /** Somebody has left a namespace: with its last task, open file and mount its mounts go (put_mnt_ns). */
    public void left(MountNamespace ns) {
        if (ns == initial || ns.pinned()) {
            return;
        }
        for (Task task : vfs.kernel.tasks.tasks()) {
            if (!task.exited && task.fs().namespace() == ns) {
                return;
            }
        }
        List<MountNamespace> inside = new ArrayList<>();
        lock.lock();
        try {
            if (ns.root().namespace() != ns
                    || all.stream()
                            .anyMatch(m -> m.root.inodeOrNull() instanceof NsInode file && file.namespace == ns)) {
                return;
            }
            for (Mount m : ns.mounts()) {
                if (m.root.inodeOrNull() instanceof NsInode file && file.namespace instanceof MountNamespace other) {
                    inside.add(other);
                }
            }
            discard(ns.root());
        } finally {
            lock.unlock();
        }
        inside.forEach(this::left);
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
