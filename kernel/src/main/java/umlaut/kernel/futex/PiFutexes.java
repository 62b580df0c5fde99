package umlaut.kernel.futex;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.FutexOps;
import umlaut.abi.Timespec;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;

/**
 * Futexes whose word holds the owner's thread id, FUTEX_LOCK_PI and its like (futex(2), kernel/futex/pi.c and requeue.c). The waiter next in line becomes the owner
 * in the word before it wakes. No priorities are inherited: the host schedules as it likes.
 *
 * <p>This object's monitor guards all queues. A lock is known here only while somebody waits for it.
 */
public final class PiFutexes {
    private static final class Waiter {
        final Task task;
        /** The lock that is waited for, or that will be after a requeue. */
        final FutexWord lock;

        volatile boolean owner;
        /** In {@link #conditions} still, not in a lock's queue. */
        volatile boolean unqueued;

        Waiter(Task task, FutexWord lock, boolean unqueued) {
            this.task = task;
            this.lock = lock;
            this.unqueued = unqueued;
        }
    }

    /** A lock with waiters. */
    private static final class Queue {
        Task owner;
        final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

        Queue(Task owner) {
            this.owner = owner;
        }
    }

    @GuardedBy("this") private final Map<FutexWord.Key, Queue> queues = new HashMap<>();

    /** What each task waits for, to find circles. */
    @GuardedBy("this") private final Map<Task, FutexWord> waitsFor = new HashMap<>();

    /** Waiters of FUTEX_WAIT_REQUEUE_PI, by the word they wait on. */
    @GuardedBy("this") private final Map<FutexWord.Key, ArrayDeque<Waiter>> conditions = new HashMap<>();

    synchronized long tryLock(Task task, long address, boolean isPrivate) {
        return take(task, FutexWord.of(task, address, isPrivate), false);
    }

    /**
     * Takes a free lock, or marks a taken one as waited for.
     *
     * @return 0 when taken, -EAGAIN when it is another's, or an error
     */
    @GuardedBy("this") private long take(Task task, FutexWord lock, boolean willWait) {
        while (true) {
            long word = lock.space().compareAndExchange(lock.address(), 0, task.tidInside);
            if (word < 0) {
                return word;
            }
            int old = (int) word;
            int owner = old & FutexOps.FUTEX_TID_MASK;
            if (old == 0) {
                return 0;
            }
            if (owner == task.tidInside) {
                return Errno.EDEADLK.negative();
            }
            if (owner == 0 && queues.containsKey(lock.key())) {
                handOver(lock, old, old & FutexOps.FUTEX_OWNER_DIED);
                continue;
            }
            if (owner == 0) {
                // Its owner died, or it is being handed over to nobody: ours, with the marks it has.
                int fresh = task.tidInside | old & (FutexOps.FUTEX_OWNER_DIED | FutexOps.FUTEX_WAITERS);
                if (lock.exchange(old, fresh)) {
                    return 0;
                }
                continue;
            }
            if (!willWait) {
                return Errno.EAGAIN.negative();
            }
            if (task.findTask(owner) == null) {
                return Errno.ESRCH.negative();
            }
            if ((old & FutexOps.FUTEX_WAITERS) != 0 || lock.exchange(old, old | FutexOps.FUTEX_WAITERS)) {
                return Errno.EAGAIN.negative();
            }
        }
    }

    /** Puts a waiter behind the others. @return 0, or an error: ESRCH when there is no owner, EDEADLK when it waits for the waiter */
    @GuardedBy("this") private long enqueue(Waiter waiter) {
        long word = waiter.lock.read();
        Task owner = word < 0 ? null : waiter.task.findTask((int) word & FutexOps.FUTEX_TID_MASK);
        if (owner == null) {
            return word < 0 ? word : Errno.ESRCH.negative();
        }
        FutexWord next = waitsFor.get(owner);
        for (int i = 0; next != null && i < waitsFor.size(); i++) {
            Queue queue = queues.get(next.key());
            if (queue == null) {
                break;
            }
            if (queue.owner == waiter.task) {
                return Errno.EDEADLK.negative();
            }
            next = waitsFor.get(queue.owner);
        }
        Queue queue = queues.computeIfAbsent(waiter.lock.key(), k -> new Queue(owner));
        queue.owner = owner;
        queue.waiters.addLast(waiter);
        waitsFor.put(waiter.task, waiter.lock);
        return 0;
    }

    long lock(Task task, long address, boolean isPrivate, long timeout, boolean realtime) {
        long deadline = deadline(task, timeout, realtime);
        Waiter waiter = new Waiter(task, FutexWord.of(task, address, isPrivate), false);
        synchronized (this) {
            long taken = take(task, waiter.lock, true);
            if (taken == Errno.EAGAIN.negative()) {
                taken = enqueue(waiter);
                if (taken == 0) {
                    taken = Errno.EAGAIN.negative();
                }
            }
            if (taken != Errno.EAGAIN.negative()) {
                return taken;
            }
        }
        return await(waiter, deadline, -Restart.ERESTARTNOINTR);
    }

    /** @param interrupted what a signal makes of the wait */
    private long await(Waiter waiter, long deadline, long interrupted) {
        Task task = waiter.task;
        while (true) {
            task.prepareToSleep();
            if (waiter.owner) {
                return 0;
            }
            if (task.signalPending()) {
                return leave(waiter) ? interrupted : 0;
            }
            if (!task.sleep(deadline)) {
                return leave(waiter) ? Errno.ETIMEDOUT.negative() : 0;
            }
        }
    }

    static long deadline(Task task, long timeout, boolean realtime) {
        if (timeout == 0) {
            return Blocking.FOREVER;
        }
        MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
        if (!Timespec.isValid(time, 0)) {
            throw Errno.EINVAL.exception();
        }
        long at = Timespec.toNs(time, 0);
        if (!realtime || at == Long.MAX_VALUE) {
            return task.ns().time().toMachine(Clock.CLOCK_MONOTONIC, at);
        }
        return at - task.kernel.clock.realtimeNs() + task.kernel.clock.monotonicNs();
    }

    /** @return false if the lock has become the waiter's meanwhile */
    private synchronized boolean leave(Waiter waiter) {
        if (waiter.owner) {
            return false;
        }
        waitsFor.remove(waiter.task);
        Queue queue = queues.get(waiter.lock.key());
        if (queue != null && queue.waiters.remove(waiter) && queue.waiters.isEmpty()) {
            queues.remove(waiter.lock.key());
        }
        return true;
    }

    synchronized long unlock(Task task, long address, boolean isPrivate) {
        // Looked at before the address is: a wrong one is no lock of the caller's.
        if ((task.memory.getInt(address) & FutexOps.FUTEX_TID_MASK) != task.tidInside) {
            return Errno.EPERM.negative();
        }
        FutexWord lock = FutexWord.of(task, address, isPrivate);
        while (true) {
            long word = lock.read();
            if (word < 0) {
                return word;
            }
            if ((word & FutexOps.FUTEX_TID_MASK) != task.tidInside) {
                return Errno.EPERM.negative();
            }
            if (handOver(lock, (int) word, 0)) {
                return 0;
            }
        }
    }

    /** A task has ended, its robust list done: the first waiter for each lock it held gets that, told so by FUTEX_OWNER_DIED. */
    public synchronized void ownerDied(Task task) {
        if (queues.isEmpty()) {
            return;
        }
        for (Queue queue : queues.values().toArray(new Queue[0])) {
            Waiter first = queue.owner == task ? queue.waiters.peekFirst() : null;
            long word = first == null ? -1 : first.lock.read();
            while (first != null && word >= 0 && !handOver(first.lock, (int) word, FutexOps.FUTEX_OWNER_DIED)) {
                word = first.lock.read();
            }
        }
    }

    /** @return false if the word changed meanwhile: look again */
    @GuardedBy("this") private boolean handOver(FutexWord lock, int old, int mark) {
        Queue queue = queues.get(lock.key());
        @Nullable Waiter next = queue == null ? null : queue.waiters.peekFirst();
        boolean more = queue != null && queue.waiters.size() > 1;
        int fresh = next == null ? 0 : next.task.tidInside | mark | (more ? FutexOps.FUTEX_WAITERS : 0);
        if (!lock.exchange(old, fresh)) {
            return false;
        }
        if (next != null && queue != null) {
            queue.waiters.removeFirst();
            queue.owner = next.task;
            if (queue.waiters.isEmpty()) {
                queues.remove(lock.key());
            }
            own(next);
        }
        return true;
    }

    @GuardedBy("this") private void own(Waiter waiter) {
        waitsFor.remove(waiter.task);
        waiter.owner = true;
        waiter.task.wakeUp();
    }

    // --- conditions ---

    /** FUTEX_WAIT_REQUEUE_PI: sleeps on {@code address} until another moves the wait to the lock at {@code target}. */
    long waitRequeue(
            Task task, long address, int value, boolean isPrivate, long timeout, boolean realtime, long target) {
        long deadline = deadline(task, timeout, realtime);
        FutexWord condition = FutexWord.of(task, address, isPrivate);
        FutexWord lock = FutexWord.of(task, target, isPrivate);
        if (condition.key().equals(lock.key())) {
            return Errno.EINVAL.negative();
        }
        if (!isPrivate && lock.read() < 0) {
            return Errno.EFAULT.negative(); // a shared word has its key from its page
        }
        Waiter waiter = new Waiter(task, lock, true);
        synchronized (this) {
            long word = condition.read();
            if (word < 0 || (int) word != value) {
                return word < 0 ? word : Errno.EAGAIN.negative();
            }
            conditions.computeIfAbsent(condition.key(), k -> new ArrayDeque<>()).addLast(waiter);
        }
        while (true) {
            task.prepareToSleep();
            if (waiter.owner) {
                return 0;
            }
            if (!waiter.unqueued) {
                return await(waiter, deadline, Errno.EAGAIN.negative());
            }
            boolean signal = task.signalPending();
            if ((signal || !task.sleep(deadline)) && forget(condition, waiter)) {
                return signal ? -Restart.ERESTARTNOINTR : Errno.ETIMEDOUT.negative();
            }
        }
    }

    /** @return false if it has been moved to its lock */
    private synchronized boolean forget(FutexWord condition, Waiter waiter) {
        ArrayDeque<Waiter> queue = conditions.get(condition.key());
        if (queue == null || !queue.remove(waiter)) {
            return false;
        }
        if (queue.isEmpty()) {
            conditions.remove(condition.key());
        }
        return true;
    }

    /** FUTEX_CMP_REQUEUE_PI. @return waiters woken and moved, or -errno */
    synchronized long requeue(Task task, long address, boolean isPrivate, int wake, int most, long target, int value) {
        if (wake != 1 || most < 0) {
            return Errno.EINVAL.negative();
        }
        FutexWord condition = FutexWord.of(task, address, isPrivate);
        FutexWord lock = FutexWord.of(task, target, isPrivate);
        if (condition.key().equals(lock.key())) {
            return Errno.EINVAL.negative();
        }
        long word = condition.read();
        if (word < 0 || (int) word != value) {
            return word < 0 ? word : Errno.EAGAIN.negative();
        }
        ArrayDeque<Waiter> queue = conditions.get(condition.key());
        long done = 0;
        while (queue != null && !queue.isEmpty() && done <= most) {
            Waiter next = queue.getFirst();
            if (!next.lock.key().equals(lock.key())) {
                return Errno.EINVAL.negative();
            }
            long error = move(next);
            if (error < 0) {
                return done > 0 ? done : error;
            }
            queue.removeFirst();
            done++;
        }
        if (queue != null && queue.isEmpty()) {
            conditions.remove(condition.key());
        }
        return done;
    }

    /** A waiter gets its lock, or a place in the queue for it. */
    @GuardedBy("this") private long move(Waiter waiter) {
        long taken = take(waiter.task, waiter.lock, true);
        if (taken == Errno.EAGAIN.negative()) {
            taken = enqueue(waiter);
            if (taken == 0) {
                waiter.unqueued = false;
                waiter.task.wakeUp();
            }
        } else if (taken == 0) {
            waiter.unqueued = false;
            own(waiter);
        }
        return taken;
    }
}
