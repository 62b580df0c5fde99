package umlaut.kernel.vfs;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import umlaut.kernel.task.Task;

/**
 * Keeps the dentry cache from growing without end (Linux: shrink_dcache_sb, the dentry LRU). When a file system has too many dentries one thread goes over them: what was
 * not looked up since the last time goes, if it has no entries of its own, no mount, no open file, and nobody stands in it. The file system can find it again.
 */
final class DentryShrinker {
    private static final int MOST = 50_000;
    /** Where names come and go by themselves, what is cached of those that went (the directories of ended processes) is worth little. */
    private static final int MOST_REVALIDATING = 2_000;

    private final Vfs vfs;
    private final AtomicBoolean running = new AtomicBoolean();

    DentryShrinker(Vfs vfs) {
        this.vfs = vfs;
    }

    /** An entry has been added to {@code fs}; locks may be held. */
    void added(SuperBlock fs) {
        int limit = Math.max(fs.revalidates() ? MOST_REVALIDATING : MOST, fs.dentryGoal);
        if (fs.dentries.get() > limit && running.compareAndSet(false, true)) {
            vfs.kernel.threads.start(() -> run(fs));
        }
    }

    private void run(SuperBlock fs) {
        try {
            // New names count as seen: the first round leaves them, the next, when there are half as many again, takes
            // those not used since.
            sweep(fs, inUse());
            int left = fs.dentries.get();
            fs.dentryGoal = left + left / 2;
        } finally {
            running.set(false);
        }
    }

    private Set<Dentry> inUse() {
        Set<Dentry> used = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Task task : vfs.kernel.tasks.tasks()) {
            used.add(task.fs().cwd().dentry());
            used.add(task.fs().root().dentry());
        }
        for (Mount mount : vfs.mounts().all()) {
            used.add(mount.root);
        }
        return used;
    }

    /** Goes over all directories, the deepest first. */
    private static void sweep(SuperBlock fs, Set<Dentry> used) {
        Deque<Dentry> open = new ArrayDeque<>();
        Deque<Dentry> order = new ArrayDeque<>();
        open.push(fs.rootDentry());
        while (!open.isEmpty()) {
            Dentry directory = open.pop();
            order.push(directory);
            for (Dentry child : directory.cached()) {
                if (child.cachedCount() > 0) {
                    open.push(child);
                }
            }
        }
        for (Dentry directory : order) {
            sweepOne(directory, used);
        }
    }

    private static void sweepOne(Dentry directory, Set<Dentry> used) {
        Inode inode = directory.inodeOrNull();
        if (inode == null || !inode.lock.tryLock()) {
            return;
        }
        try {
            for (Dentry child : directory.cached()) {
                if (child.takeReferenced() || used.contains(child) || child.isMountpoint() || child.cachedCount() > 0) {
                    continue;
                }
                Inode object = child.inodeOrNull();
                if (object == null || object.openCount() == 0) {
                    directory.drop(child, false);
                }
            }
        } finally {
            inode.lock.unlock();
        }
    }
}
