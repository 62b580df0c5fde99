package umlaut.kernel.futex;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.FutexOps;
import umlaut.abi.Timespec;
import umlaut.engine.AddressSpace;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;

/**
 * Futexes whose word holds the owner's thread id, FUTEX_LOCK_PI and its like (futex(2), kernel/futex/pi.c). The waiter next in line becomes the owner
 * in the word before it wakes. No priorities are inherited: the host schedules as it likes.
 */
public final class PiFutexes {
    private record Key(AddressSpace space, long address) {}

    private static final class Waiter {
        final Task task;
        volatile boolean owner;

        Waiter(Task task) {
            this.task = task;
        }
    }

    @GuardedBy("this") private final Map<Key, ArrayDeque<Waiter>> queues = new HashMap<>();

    long tryLock(Task task, long address) {
        checkAddress(address);
        synchronized (this) {
            return take(task, address, false);
        }
    }

    private static void checkAddress(long address) {
        if ((address & 3) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    /**
     * Takes a free lock, or marks a taken one as waited for.
     *
     * @return 0 when taken, -EAGAIN when it is another's, or an error
     */
    @GuardedBy("this") private long take(Task task, long address, boolean willWait) {
        AddressSpace space = task.mm().space();
        while (true) {
            long word = space.compareAndExchange(address, 0, task.tid);
            if (word < 0) {
                return word;
            }
            int old = (int) word;
            int owner = old & FutexOps.FUTEX_TID_MASK;
            if (old == 0) {
                return 0;
            }
            if (owner == task.tid) {
                return Errno.EDEADLK.negative();
            }
            if (owner == 0) {
                // Its owner died, or it is being handed over to nobody: ours, with the marks it has.
                int fresh = task.tid | old & (FutexOps.FUTEX_OWNER_DIED | FutexOps.FUTEX_WAITERS);
                if (space.compareAndExchange(address, old, fresh) == word) {
                    return 0;
                }
                continue;
            }
            if (!willWait) {
                return Errno.EAGAIN.negative();
            }
            if (task.kernel.tasks.task(owner) == null) {
                return Errno.ESRCH.negative();
            }
            if ((old & FutexOps.FUTEX_WAITERS) != 0
                    || space.compareAndExchange(address, old, old | FutexOps.FUTEX_WAITERS) == word) {
                return Errno.EAGAIN.negative();
            }
        }
    }

    long lock(Task task, long address, long timeout, boolean realtime) {
        checkAddress(address);
        long deadline = deadline(task, timeout, realtime);
        Waiter waiter;
        Key key = new Key(task.mm().space(), address);
        synchronized (this) {
            long taken = take(task, address, true);
            if (taken != Errno.EAGAIN.negative()) {
                return taken;
            }
            waiter = new Waiter(task);
            queues.computeIfAbsent(key, k -> new ArrayDeque<>()).addLast(waiter);
        }
        while (true) {
            task.prepareToSleep();
            if (waiter.owner) {
                return 0;
            }
            if (task.signalPending()) {
                return leave(key, waiter) ? -Restart.ERESTARTNOINTR : 0;
            }
            if (!task.sleep(deadline)) {
                return leave(key, waiter) ? Errno.ETIMEDOUT.negative() : 0;
            }
        }
    }

    private static long deadline(Task task, long timeout, boolean realtime) {
        if (timeout == 0) {
            return Blocking.FOREVER;
        }
        MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
        if (!Timespec.isValid(time, 0)) {
            throw Errno.EINVAL.exception();
        }
        long at = Timespec.toNs(time, 0);
        if (!realtime || at == Long.MAX_VALUE) {
            return at;
        }
        return at - task.kernel.clock.realtimeNs() + task.kernel.clock.monotonicNs();
    }

    /** @return false if the lock has become the waiter's meanwhile */
    private synchronized boolean leave(Key key, Waiter waiter) {
        if (waiter.owner) {
            return false;
        }
        ArrayDeque<Waiter> queue = queues.get(key);
        if (queue != null) {
            queue.remove(waiter);
            if (queue.isEmpty()) {
                queues.remove(key);
            }
        }
        return true;
    }

    synchronized long unlock(Task task, long address) {
        checkAddress(address);
        AddressSpace space = task.mm().space();
        while (true) {
            // An exchange of a value for itself reads the word.
            long word = space.compareAndExchange(address, 0, 0);
            if (word < 0) {
                return word;
            }
            if ((word & FutexOps.FUTEX_TID_MASK) != task.tid) {
                return Errno.EPERM.negative();
            }
            if (handOver(new Key(space, address), (int) word, 0)) {
                return 0;
            }
        }
    }

    /** The owner has died (robust_list): the first waiter gets the lock, told so by FUTEX_OWNER_DIED. @return false if nobody waits */
    public synchronized boolean ownerDied(AddressSpace space, long address) {
        Key key = new Key(space, address);
        while (queues.containsKey(key)) {
            long word = space.compareAndExchange(address, 0, 0);
            if (word < 0 || handOver(key, (int) word, FutexOps.FUTEX_OWNER_DIED)) {
                return true;
            }
        }
        return false;
    }

    /** @return false if the word changed meanwhile: look again */
    @GuardedBy("this") private boolean handOver(Key key, int old, int mark) {
        ArrayDeque<Waiter> queue = queues.get(key);
        @Nullable Waiter next = queue == null ? null : queue.peekFirst();
        boolean more = queue != null && queue.size() > 1;
        int fresh = next == null ? 0 : next.task.tid | mark | (more ? FutexOps.FUTEX_WAITERS : 0);
        if (key.space.compareAndExchange(key.address, old, fresh) != Integer.toUnsignedLong(old)) {
            return false;
        }
        if (next != null && queue != null) {
            queue.removeFirst();
            if (queue.isEmpty()) {
                queues.remove(key);
            }
            next.owner = true;
            next.task.wakeUp();
        }
        return true;
    }
}
