package umlaut.kernel.vfs;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Nr;
import umlaut.engine.KnownPaths;
import umlaut.engine.UserThread;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.task.Task;

/**
 * What failed look-ups tell about their paths, for guest threads to answer the same question without the kernel ({@link KnownPaths}). A look-up that has failed is walked once more, with {@link PathTrail} to note on which
 * directories its outcome rests; these then have a counter each, which {@link Dentry} counts whenever their names change.
 *
 * <p>Facts are those of one root, the one that the first program has: tasks in another mount namespace or below chroot(2) do not use them, nor does anybody while {@code --trace} is on.
 */
public final class PathFacts {
    private final Vfs vfs;
    final KnownPaths known;
    private final AtomicInteger counters = new AtomicInteger();
    private volatile @Nullable Path root;

    PathFacts(Vfs vfs, KnownPaths known) {
        this.vfs = vfs;
        this.known = known;
    }

    // --- who may use them ---

    /** A thread that is about to run its first instruction with that root; as soon as others can find its task, that is to be {@link #reconsider}ed. */
    public void begin(UserThread user, FsContext fs) {
        if (isRoot(fs)) {
            user.own().knownPaths(true);
        }
    }

    /** The task begins another program, or has just asked what it need not ask again. */
    public void begin(Task task) {
        begin(task.user(), task.fs());
        task.files().tellOpens(task.user());
        reconsider(task);
    }

    private boolean isRoot(FsContext fs) {
        if (known == KnownPaths.NONE || vfs.kernel.tracer.enabled()) {
            return false;
        }
        Path first = root;
        if (first == null) {
            first = vfs.namespace().rootPath();
            root = first;
        }
        return fs.namespace() == vfs.namespace() && fs.root().is(first);
    }

    /** A task that others can find since, or whose root may have changed. */
    public void reconsider(Task task) {
        if (!isRoot(task.fs())) {
            task.user().own().knownPaths(false);
        }
    }

    /** After roots of whatever tasks have changed: chroot(2), pivot_root(2), setns(2). */
    public void reconsiderAll() {
        vfs.kernel.tasks.tasks().forEach(this::reconsider);
    }

    // --- what becomes of them ---

    /** Around a change of what many paths lead to. */
    void general() {
        known.changes(KnownPaths.GENERAL);
    }

    /** Around a change of permissions. */
    void changes(Inode inode) {
        if (inode.isDirectory()) {
            general();
        }
    }

    /** A number for a directory's counter; others may have the same. */
    short newCounter() {
        return (short) (1 + Math.floorMod(counters.getAndIncrement(), KnownPaths.COUNTERS - 1));
    }

    // --- how they are learned ---

    /** The argument of {@code nr} that is its path, if its failure may become a fact; else -1. */
    private static int pathArgument(int nr) {
        return switch (nr) {
            case Nr.OPEN, Nr.STAT, Nr.LSTAT, Nr.ACCESS, Nr.READLINK -> 0;
            case Nr.OPENAT, Nr.NEWFSTATAT, Nr.STATX, Nr.FACCESSAT, Nr.READLINKAT -> 1;
            default -> -1;
        };
    }

    /** A call on a path has failed so. */
    void failed(Task task, int nr, Args args, Errno error) {
        boolean link = nr == Nr.READLINK || nr == Nr.READLINKAT;
        int argument = pathArgument(nr);
        if (argument < 0 || error != Errno.ENOENT && !(link && error == Errno.EINVAL) || !isRoot(task.fs())) {
            return;
        }
        try {
            learn(task, args.l(argument));
        } catch (ErrnoException e) {
            // Gone, or different, meanwhile: no fact.
        }
    }

    private void learn(Task task, long path) {
        PathWalk walk = task.fileScratch.walk;
        PathTrail trail = new PathTrail(this);
        int fact = walk.follow(task, path, trail);
        if (fact != 0 && trail.isSound()) {
            known.keep(walk.given(), walk.givenLength(), fact, trail.counters, trail.count(), trail.sum());
            begin(task);
        }
    }
}
