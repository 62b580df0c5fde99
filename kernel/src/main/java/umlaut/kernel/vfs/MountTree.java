package umlaut.kernel.vfs;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the tree of mounts (Linux: fs/namespace.c): one lock for all of a kernel's namespaces. Walks read the links without it.
 */
public final class MountTree {
    private static final int FIRST_ID = 20;
    private final Vfs vfs;
    final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger ids = new AtomicInteger(FIRST_ID);
    private volatile @Nullable MountNamespace initial;

    MountTree(Vfs vfs) {
        this.vfs = vfs;
    }

    /** The mount of a file system that is in no tree. */
    Mount internal(SuperBlock fs) {
        Mount m = fs.internalMount;
        if (m == null) {
            m = new Mount(ids.getAndIncrement(), fs, fs.rootDentry(), "none", 0);
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

    Mount mountRoot(SuperBlock superBlock, String source, int flags) {
        Mount root = new Mount(ids.getAndIncrement(), superBlock, superBlock.rootDentry(), source, flags & Mount.OWN_FLAGS);
        MountNamespace ns = new MountNamespace(0xf0000000L, root);
        root.setNamespace(ns);
        initial = ns;
        return root;
    }

    /** A new file system onto {@code at}. */
    Mount attach(SuperBlock fresh, String source, Path at, int flags) {
        lock.lock();
        try {
            Mount m = new Mount(ids.getAndIncrement(), fresh, fresh.rootDentry(), source, flags & Mount.OWN_FLAGS);
            m.place(at.mount(), at.dentry());
            m.setNamespace(at.mount().namespace());
            at.mount().children.add(m);
            at.dentry().addMount(m);
            return m;
        } finally {
            lock.unlock();
        }
    }
}
