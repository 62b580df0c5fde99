package umlaut.kernel.wait;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Poll;
import umlaut.kernel.vfs.File;

/**
 * One watched descriptor of an epoll instance (Linux: struct epitem). It waits in the watched file's queues, and puts itself into its owner's
 * ready list when woken. Holds no reference on the file: {@link EpollLinks} removes it before the file goes.
 */
final class EpollItem implements Waiter, PollTable {
    final EventPoll owner;
    final File file;
    final int fd;
    private final List<WaitEntry> entries = new ArrayList<>(1);

    /** EPOLL* events asked for and behaviour bits; changed under {@code owner.mutex}, read by wakers. */
    volatile int events;
    /** epoll_data, returned as it came; guarded by {@code owner.mutex}. */
    long data;
    /** Registered with an exclusive entry. */
    private final boolean exclusive;

    // Links of the owner's ready list, guarded by owner.ready.
    @Nullable EpollItem nextReady;

    @Nullable EpollItem previousReady;

    boolean isReady;

    EpollItem(EventPoll owner, File file, int fd, int events, long data) {
        this.owner = owner;
        this.file = file;
        this.fd = fd;
        this.events = events;
        this.data = data;
        this.exclusive = (events & Poll.EPOLLEXCLUSIVE) != 0;
    }

    @Override
    public void add(WaitQueue queue) {
        WaitEntry entry = new WaitEntry(this, exclusive);
        entries.add(entry);
        queue.add(entry);
    }

    void leaveQueues() {
        for (WaitEntry entry : entries) {
            entry.remove();
        }
        entries.clear();
    }

    /** What is true now of what is asked for. */
    int pending() {
        return file.poll(PollTable.NONE) & events;
    }

    @Override
    public boolean wake(int woken) {
        int wanted = events;
        // A fired EPOLLONESHOT item keeps only its behaviour bits and hears nothing until it is armed again.
        if ((wanted & ~EventPoll.PRIVATE_BITS) == 0 || (woken != 0 && (woken & wanted) == 0)) {
            return false;
        }
        boolean someone = owner.becameReady(this);
        return !exclusive || someone;
    }
}
