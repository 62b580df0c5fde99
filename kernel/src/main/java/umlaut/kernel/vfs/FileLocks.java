package umlaut.kernel.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Fcntl;

/**
 * Locks on one file: record locks of fcntl(2), traditional and of open file descriptions, and those of flock(2) (Linux: fs/locks.c). The two families do not see each other.
 *
 * <p>Owners are compared as objects: a descriptor table for traditional locks, a {@link File} for the others. Guarded by this object's monitor, a leaf; who waits stands in
 * {@link InodeState#lockWaiters}.
 */
final class FileLocks {
    /** What ends the locks that belong to an open file. */
    interface Holder {
        void releaseAll(File file);
    }

    /**
     * @param type F_RDLCK or F_WRLCK
     * @param end last byte, Long.MAX_VALUE = for ever
     * @param pid for F_GETLK and /proc/locks; -1 for open file descriptions
     */
    record Lock(Object owner, int type, long start, long end, int pid) {
        boolean conflicts(Object other, int otherType, long otherStart, long otherEnd) {
            return owner != other
                    && (type == Fcntl.F_WRLCK || otherType == Fcntl.F_WRLCK)
                    && start <= otherEnd
                    && otherStart <= end;
        }

        Lock range(long newStart, long newEnd) {
            return new Lock(owner, type, newStart, newEnd, pid);
        }
    }

    private final InodeState state;

    @GuardedBy("this") private final List<Lock> records = new ArrayList<>();

    @GuardedBy("this") private final List<Lock> whole = new ArrayList<>();

    private FileLocks(InodeState state) {
        this.state = state;
    }

    static FileLocks of(Inode inode) {
        InodeState state = inode.state();
        FileLocks locks = state.locks;
        if (locks == null) {
            synchronized (state) {
                locks = state.locks;
                if (locks == null) {
                    locks = new FileLocks(state);
                    state.locks = locks;
                }
            }
        }
        return locks;
    }

    // --- record locks ---

    /** For F_GETLK: as {@link #conflict}; asked for F_UNLCK, the first lock of the owner's own in that range, or null (Linux: posix_test_locks_conflict). */
    synchronized @Nullable Lock test(Object owner, int type, long start, long end) {
        if (type != Fcntl.F_UNLCK) {
            return conflict(owner, type, start, end);
        }
        for (Lock lock : records) {
            if (lock.owner == owner && lock.start <= end && start <= lock.end) {
                return lock;
            }
        }
        return null;
    }

    /** The first record lock that stands against such a lock, or null. */
    synchronized @Nullable Lock conflict(Object owner, int type, long start, long end) {
        for (Lock lock : records) {
            if (lock.conflicts(owner, type, start, end)) {
                return lock;
            }
        }
        return null;
    }

    /**
     * Sets or, with F_UNLCK, clears a range of the owner's. Old locks of the owner are cut or joined as POSIX has it.
     *
     * @return the lock in the way, or null when it is done
     */
    @Nullable Lock set(Object owner, int type, long start, long end, int pid) {
        boolean freed;
        synchronized (this) {
            if (type != Fcntl.F_UNLCK) {
                Lock obstacle = conflict(owner, type, start, end);
                if (obstacle != null) {
                    return obstacle;
                }
            }
            freed = cut(owner, start, end);
            if (type != Fcntl.F_UNLCK) {
                insert(new Lock(owner, type, start, end, pid));
            }
        }
        // A read lock in place of a write lock lets others in as well.
        if (freed) {
            state.lockWaiters.wakeAll(0);
        }
        return null;
    }

    /** @return whether anything was there */
    @GuardedBy("this") private boolean cut(Object owner, long start, long end) {
        boolean any = false;
        List<Lock> left = new ArrayList<>(records.size() + 1);
        for (Lock lock : records) {
            if (lock.owner != owner || lock.start > end || lock.end < start) {
                left.add(lock);
                continue;
            }
            any = true;
            if (lock.start < start) {
                left.add(lock.range(lock.start, start - 1));
            }
            if (lock.end > end) {
                left.add(lock.range(end + 1, lock.end));
            }
        }
        records.clear();
        records.addAll(left);
        return any;
    }

    /** Joins it with neighbours of the same owner and type; the list is in order of start. */
    @GuardedBy("this") private void insert(Lock fresh) {
        long start = fresh.start;
        long end = fresh.end;
        for (int i = records.size() - 1; i >= 0; i--) {
            Lock lock = records.get(i);
            if (lock.owner == fresh.owner && lock.type == fresh.type) {
                boolean before = lock.end != Long.MAX_VALUE && lock.end + 1 == start;
                boolean behind = end != Long.MAX_VALUE && end + 1 == lock.start;
                if (before || behind) {
                    start = Math.min(start, lock.start);
                    end = Math.max(end, lock.end);
                    records.remove(i);
                }
            }
        }
        int at = 0;
        while (at < records.size() && records.get(at).start <= start) {
            at++;
        }
        records.add(at, fresh.range(start, end));
    }

    /** A descriptor of the table's on this file was closed: all its traditional locks on it go, POSIX's most surprising rule. */
    void closed(FileTable owner) {
        boolean any;
        synchronized (this) {
            any = records.removeIf(lock -> lock.owner == owner);
        }
        if (any) {
            state.lockWaiters.wakeAll(0);
        }
    }

    // --- flock ---

    /**
     * flock(2): takes, changes or with F_UNLCK drops the file's lock on the whole.
     *
     * @return false while another's lock is in the way; an old lock of its own is then gone already, as in Linux
     */
    boolean flock(File file, int type, int pid) {
        boolean freed;
        boolean done;
        synchronized (this) {
            for (Lock lock : whole) {
                if (lock.owner == file && lock.type == type) {
                    return true;
                }
            }
            freed = whole.removeIf(lock -> lock.owner == file);
            done = true;
            if (type != Fcntl.F_UNLCK) {
                for (Lock lock : whole) {
                    done &= !lock.conflicts(file, type, 0, Long.MAX_VALUE);
                }
                if (done) {
                    whole.add(new Lock(file, type, 0, Long.MAX_VALUE, pid));
                }
            }
        }
        if (freed) {
            state.lockWaiters.wakeAll(0);
        }
        return done;
    }

    /** The file's end: its flock and its open-file-description locks go. */
    void released(File file) {
        boolean any;
        synchronized (this) {
            any = whole.removeIf(lock -> lock.owner == file);
            any |= records.removeIf(lock -> lock.owner == file);
        }
        if (any) {
            state.lockWaiters.wakeAll(0);
        }
    }

    // --- for /proc/locks ---

    synchronized List<Lock> recordLocks() {
        return List.copyOf(records);
    }

    synchronized List<Lock> flocks() {
        return List.copyOf(whole);
    }
}
