package umlaut.kernel.vfs;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.wait.WaitQueue;

/**
 * What the VFS keeps for the few inodes that need more than attributes. Each part has the class that uses it, which says how it is guarded.
 */
public final class InodeState {
    /** The pipe of an open FIFO ({@code ipc.Fifo}). */
    public volatile @Nullable Object fifo;
    /** The socket bound to a socket node (net's unix sockets). */
    public volatile @Nullable Object socket;
    /** Locks of fcntl(2) and flock(2) ({@code FileLocks}). */
    volatile @Nullable FileLocks locks;
    /** inotify(7) marks. */
    public volatile @Nullable Object watches;
    /** F_SETLEASE. */
    volatile Leases.@Nullable Lease lease;
    /** F_SET_RW_HINT. */
    volatile long writeHint;
    /** Held by writes that append, so that each goes to the end the one before has made. Rank: before all locks of the file system's. */
    final ReentrantLock appendLock = new ReentrantLock();
    /** Woken when a lock may have become free. */
    public final WaitQueue lockWaiters = new WaitQueue();
}
