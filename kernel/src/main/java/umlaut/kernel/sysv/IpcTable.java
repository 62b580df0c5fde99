package umlaut.kernel.sysv;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IpcConst;
import umlaut.kernel.task.Task;

/** All objects of one kind by number and by key (Linux: struct ipc_ids, ipcget). A number is a sequence count times 32,768 plus a place. */
final class IpcTable<T extends IpcObject> {
    private static final int PLACES = 1 << 15;

    private final AtomicLong most;
    private final AtomicLong next;

    @GuardedBy("this") private final TreeMap<Integer, T> byPlace = new TreeMap<>();

    @GuardedBy("this") private int sequence;

    @GuardedBy("this") private int lastPlace = -1;

    /**
     * @param most how many there may be
     * @param next the number the next one is to get if it is free, -1: any
     */
    IpcTable(AtomicLong most, AtomicLong next) {
        this.most = most;
        this.next = next;
    }

    /** Checks that an existing object is large enough: throws EINVAL. */
    interface Fits<T> {
        void check(T found);
    }

    /**
     * shmget(2) and its like.
     *
     * @return the id, or -errno: EEXIST, ENOENT, ENOSPC, EACCES
     */
    synchronized long get(Task task, int key, int flags, Fits<T> fits, Supplier<T> make) {
        T found = key == IpcConst.IPC_PRIVATE ? null : byKey(key);
        if (found == null) {
            if (key != IpcConst.IPC_PRIVATE && (flags & IpcConst.IPC_CREAT) == 0) {
                return Errno.ENOENT.negative();
            }
            if (byPlace.size() >= Math.min(most.get(), PLACES)) {
                return Errno.ENOSPC.negative();
            }
            T fresh = make.get();
            add(fresh);
            return fresh.id;
        }
        if ((flags & IpcConst.IPC_CREAT) != 0 && (flags & IpcConst.IPC_EXCL) != 0) {
            return Errno.EEXIST.negative();
        }
        fits.check(found);
        int request = (flags >> 6 | flags >> 3 | flags) & 7;
        return found.permits(task, request) ? found.id : Errno.EACCES.negative();
    }

    @GuardedBy("this") private @Nullable T byKey(int key) {
        for (T object : byPlace.values()) {
            if (object.key == key) {
                return object;
            }
        }
        return null;
    }

    @GuardedBy("this") private void add(T fresh) {
        int wanted = (int) next.getAndSet(-1);
        int place = wanted < 0 ? 0 : wanted % PLACES;
        while (byPlace.containsKey(place)) {
            place = (place + 1) % PLACES;
        }
        if (wanted >= 0) {
            fresh.id = wanted - wanted % PLACES + place;
        } else {
            if (place <= lastPlace) {
                sequence = sequence + 1 & 0xffff;
            }
            lastPlace = place;
            fresh.id = (sequence << 15 | place) & Integer.MAX_VALUE;
        }
        byPlace.put(place, fresh);
    }

    /** @throws umlaut.abi.ErrnoException EINVAL when there is none, EIDRM when its place has another */
    synchronized T find(int id) {
        T found = id < 0 ? null : byPlace.get(id % PLACES);
        if (found == null) {
            throw Errno.EINVAL.exception();
        }
        if (found.id != id) {
            throw Errno.EIDRM.exception();
        }
        return found;
    }

    /** By place, for the *_STAT commands of ipcs(1). @throws umlaut.abi.ErrnoException EINVAL */
    synchronized T atPlace(int place) {
        T found = byPlace.get(place);
        if (found == null) {
            throw Errno.EINVAL.exception();
        }
        return found;
    }

    synchronized void remove(T object) {
        byPlace.remove(object.id % PLACES, object);
    }

    synchronized int highestPlace() {
        return byPlace.isEmpty() ? 0 : byPlace.lastKey();
    }

    synchronized List<T> all() {
        return new ArrayList<>(byPlace.values());
    }
}
