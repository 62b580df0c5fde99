package umlaut.kernel.wait;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.EpollEvent;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Poll;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/**
 * An epoll instance (Linux: struct eventpoll, epoll(7)). Wake-ups of watched files put items into the ready list, so that waiting costs by what is
 * ready, not by what is watched.
 *
 * <p>Locks: {@link #mutex} serializes changes and harvesting; an instance's mutex is taken before those of the instances it watches, which
 * form a tree without cycles. {@link ReadyList}'s monitor is a leaf, taken by wakers under a queue's monitor.
 */
public final class EventPoll extends File {
    /** Bits of events that say how, not what. */
    static final int PRIVATE_BITS = Poll.EPOLLWAKEUP | Poll.EPOLLONESHOT | Poll.EPOLLET | Poll.EPOLLEXCLUSIVE;

    private static final int EXCLUSIVE_OK = Poll.EPOLLIN
            | Poll.EPOLLOUT
            | Poll.EPOLLERR
            | Poll.EPOLLHUP
            | Poll.EPOLLWAKEUP
            | Poll.EPOLLET
            | Poll.EPOLLEXCLUSIVE;
    /** Deepest chain of instances watching instances (EP_MAX_NESTS). */
    private static final int MAX_NESTS = 4;

    private static final int BATCH = 64;

    private record Key(File file, int fd) {}

    private final Inode inode;
    final ReentrantLock mutex = new ReentrantLock();

    @GuardedBy("mutex") private final Map<Key, EpollItem> items = new HashMap<>();

    private final ReadyList ready = new ReadyList();
    /** Where epoll_wait sleeps, exclusively. */
    private final WaitQueue waiters = new WaitQueue();
    /** Where those wait who poll this instance. */
    private final WaitQueue pollers = new WaitQueue();

    /** Room for events on their way to the guest, so that harvesting allocates nothing. */
    @GuardedBy("mutex") private final MemorySegment batch = Arena.ofAuto().allocate((long) BATCH * EpollEvent.SIZE, 8);

    public EventPoll(Inode inode, int flags, Credentials credentials) {
        super(null, flags, credentials);
        this.inode = inode;
    }

    // --- epoll_ctl ---

    /** epoll_ctl(2) once the descriptors are known, with Linux's order of checks. */
    void control(int operation, File target, int fd, int events, long data) {
        if (!target.pollable()) {
            throw Errno.EPERM.exception();
        }
        if (target == this) {
            throw Errno.EINVAL.exception();
        }
        boolean watchesEpoll = target instanceof EventPoll;
        if ((events & Poll.EPOLLEXCLUSIVE) != 0 && operation != Poll.EPOLL_CTL_DEL) {
            if (operation == Poll.EPOLL_CTL_MOD
                    || operation == Poll.EPOLL_CTL_ADD && (watchesEpoll || (events & ~EXCLUSIVE_OK) != 0)) {
                throw Errno.EINVAL.exception();
            }
        }
        if (operation == Poll.EPOLL_CTL_ADD && target instanceof EventPoll inner) {
            checkNesting(inner);
        }
        mutex.lock();
        try {
            EpollItem item = items.get(new Key(target, fd));
            switch (operation) {
                case Poll.EPOLL_CTL_ADD -> add(item, target, fd, events, data);
                case Poll.EPOLL_CTL_MOD -> modify(item, events, data);
                case Poll.EPOLL_CTL_DEL -> remove(item);
                default -> throw Errno.EINVAL.exception();
            }
        } finally {
            mutex.unlock();
        }
    }

    @GuardedBy("mutex") private void add(@Nullable EpollItem old, File target, int fd, int events, long data) {
        if (old != null) {
            throw Errno.EEXIST.exception();
        }
        EpollItem item = new EpollItem(this, target, fd, events | Poll.EPOLLERR | Poll.EPOLLHUP, data);
        items.put(new Key(target, fd), item);
        target.epollLinks().add(item);
        if ((target.poll(item) & item.events) != 0) {
            becameReady(item);
        }
    }

    @GuardedBy("mutex") private void modify(@Nullable EpollItem item, int events, long data) {
        if (item == null) {
            throw Errno.ENOENT.exception();
        }
        if ((item.events & Poll.EPOLLEXCLUSIVE) != 0) {
            throw Errno.EINVAL.exception();
        }
        item.data = data;
        item.events = events | Poll.EPOLLERR | Poll.EPOLLHUP;
        if (item.pending() != 0) {
            becameReady(item);
        }
    }

    @GuardedBy("mutex") private void remove(@Nullable EpollItem item) {
        if (item == null) {
            throw Errno.ENOENT.exception();
        }
        items.remove(new Key(item.file, item.fd));
        item.leaveQueues();
        ready.remove(item);
        item.file.epollLinks().remove(item);
    }

    /** The item's file is going. */
    void forget(EpollItem item) {
        mutex.lock();
        try {
            if (items.get(new Key(item.file, item.fd)) == item) {
                remove(item);
            }
        } finally {
            mutex.unlock();
        }
    }

    // --- nesting ---

    /** @throws umlaut.abi.ErrnoException ELOOP if watching {@code inner} made a cycle or too deep a chain */
    private void checkNesting(EventPoll inner) {
        int below = depthBelow(inner, 0);
        if (below > MAX_NESTS || below + 1 + heightAbove(this, 0) > MAX_NESTS) {
            throw Errno.ELOOP.exception();
        }
    }

    private int depthBelow(EventPoll at, int depth) {
        if (at == this || depth > MAX_NESTS) {
            return MAX_NESTS + 1;
        }
        int deepest = 0;
        for (EventPoll inner : at.watched()) {
            deepest = Math.max(deepest, 1 + depthBelow(inner, depth + 1));
        }
        return deepest;
    }

    private static int heightAbove(EventPoll at, int height) {
        EpollLinks links = at.epollLinksOrNull();
        if (links == null || height > MAX_NESTS) {
            return 0;
        }
        int highest = 0;
        for (EpollItem item : links.items()) {
            highest = Math.max(highest, 1 + heightAbove(item.owner, height + 1));
        }
        return highest;
    }

    private List<EventPoll> watched() {
        mutex.lock();
        try {
            List<EventPoll> found = new ArrayList<>();
            for (EpollItem item : items.values()) {
                if (item.file instanceof EventPoll inner) {
                    found.add(inner);
                }
            }
            return found;
        } finally {
            mutex.unlock();
        }
    }

    // --- readiness ---

    /** An item's file may have something for it. @return whether somebody waits here */
    boolean becameReady(EpollItem item) {
        ready.add(item);
        boolean someone = waiters.hasWaiters() || pollers.hasWaiters();
        waiters.wake(Poll.POLLIN | Poll.POLLRDNORM);
        pollers.wake(Poll.POLLIN | Poll.POLLRDNORM);
        return someone;
    }

    WaitQueue waiters() {
        return waiters;
    }

    boolean nothingReady() {
        return ready.isEmpty();
    }

    /**
     * Stores events of ready items at {@code address} of the task's memory, each item at most once, until {@code max} or the list's end.
     *
     * @return how many, or -EFAULT if none could be stored
     */
    long harvest(Task task, long address, int max) {
        mutex.lock();
        try {
            int count = 0;
            int stored = 0;
            // Level-triggered items go back to the end of the list, so only what stood in it at the start is looked at.
            for (int left = ready.size(); left > 0 && count < max; left--) {
                EpollItem item = ready.takeFirst();
                if (item == null) {
                    break;
                }
                int found = item.pending();
                if (found == 0) {
                    continue;
                }
                long at = (long) (count - stored) * EpollEvent.SIZE;
                Le.putInt(batch, at + EpollEvent.EVENTS, found);
                Le.putLong(batch, at + EpollEvent.DATA, item.data);
                count++;
                rearm(item);
                if (count - stored == BATCH) {
                    if (!store(task, address, stored, count)) {
                        return stored > 0 ? stored : Errno.EFAULT.negative();
                    }
                    stored = count;
                }
            }
            return count == stored || store(task, address, stored, count)
                    ? count
                    : stored > 0 ? stored : Errno.EFAULT.negative();
        } finally {
            mutex.unlock();
            // What is left is somebody else's: pass the wake-up on to the next exclusive waiter.
            if (!ready.isEmpty()) {
                waiters.wake(Poll.POLLIN | Poll.POLLRDNORM);
            }
        }
    }

    @GuardedBy("mutex") private void rearm(EpollItem item) {
        int wanted = item.events;
        if ((wanted & Poll.EPOLLONESHOT) != 0) {
            item.events = wanted & PRIVATE_BITS;
        } else if ((wanted & Poll.EPOLLET) == 0) {
            ready.add(item);
        }
    }

    @GuardedBy("mutex") private boolean store(Task task, long address, int from, int to) {
        long length = (long) (to - from) * EpollEvent.SIZE;
        return task.user().write(address + (long) from * EpollEvent.SIZE, batch, 0, length) == length;
    }

    // --- as a file ---

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    /** Readable when a watched file really has something; stale items are dropped on the way. */
    /** Its own commands (busy polling of network devices) need such devices. */
    @Override
    public long ioctl(Task task, int command, long argument) {
        return Errno.EINVAL.negative();
    }

    @Override
    public boolean hasData(boolean writing) {
        return false;
    }

    @Override
    public int poll(PollTable table) {
        table.add(pollers);
        if (ready.isEmpty()) {
            return 0;
        }
        mutex.lock();
        try {
            for (int left = ready.size(); left > 0; left--) {
                EpollItem item = ready.first();
                if (item == null) {
                    break;
                }
                if (item.pending() != 0) {
                    return Poll.POLLIN | Poll.POLLRDNORM;
                }
                ready.remove(item);
                // Something may have come between the look and the removal.
                if (item.pending() != 0) {
                    ready.add(item);
                    return Poll.POLLIN | Poll.POLLRDNORM;
                }
            }
            return 0;
        } finally {
            mutex.unlock();
        }
    }

    @Override
    protected void onRelease() {
        mutex.lock();
        try {
            for (EpollItem item : List.copyOf(items.values())) {
                remove(item);
            }
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[eventpoll]";
    }

    /** For kcmp(2). @return the file that was added as {@code fd}, after {@code skip} others that were, or null */
    public @Nullable File watched(int fd, long skip) {
        mutex.lock();
        try {
            return items.values().stream()
                    .filter(item -> item.fd == fd)
                    .skip(skip)
                    .findFirst()
                    .map(item -> item.file)
                    .orElse(null);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public String fdInfo() {
        StringBuilder text = new StringBuilder();
        mutex.lock();
        try {
            for (EpollItem item : items.values()) {
                Inode watched = item.file.inode();
                text.append(String.format(
                        "tfd: %8d events: %8x data: %16x  pos:%d ino:%x sdev:%x%n",
                        item.fd, item.events, item.data, item.file.position(), watched.ino, watched.superBlock.device));
            }
        } finally {
            mutex.unlock();
        }
        return text.toString();
    }
}
