package umlaut.kernel.wait;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Poll;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AsyncIo;
import umlaut.kernel.vfs.AsyncOwner;
import umlaut.kernel.vfs.File;

/**
 * An open file with O_ASYNC (Linux: struct fasync_struct): stands in the file's wait queues, and whenever those are woken has its owner told by a signal. Wakers hold locks
 * of all kinds, so that the signal is sent when the waker's system call is through, before it returns.
 */
public final class AsyncWatch implements Waiter, PollTable {
    private static final int IN = Poll.POLLIN | Poll.POLLRDNORM;
    private static final int OUT = Poll.POLLOUT | Poll.POLLWRNORM;
    private static final int OUT_BAND = OUT | Poll.POLLWRBAND;
    private static final int GONE = Poll.POLLHUP | Poll.POLLERR;

    private final Kernel kernel;
    private final File file;
    private final int fd;

    @GuardedBy("this") private final List<WaitEntry> entries = new ArrayList<>(1);

    /** @param fd what the signal says, with F_SETSIG */
    public AsyncWatch(Kernel kernel, File file, int fd) {
        this.kernel = kernel;
        this.file = file;
        this.fd = fd;
    }

    public void start() {
        file.poll(this);
    }

    public synchronized void stop() {
        entries.forEach(WaitEntry::remove);
        entries.clear();
    }

    @Override
    public synchronized void add(WaitQueue queue) {
        WaitEntry entry = new WaitEntry(this, false);
        entries.add(entry);
        queue.add(entry);
    }

    @Override
    public boolean wake(int events) {
        Task waker = kernel.current();
        if (waker == null || !waker.completions.defer(() -> tell(events))) {
            kernel.threads.start(() -> tell(events));
        }
        return false;
    }

    private void tell(int events) {
        AsyncOwner owner = file.owner();
        if (owner == null || file.references() <= 0) {
            return;
        }
        int now = file.poll(PollTable.NONE);
        int told = events == 0 ? now : now & (events | GONE);
        if ((told & Poll.POLLHUP) != 0) {
            AsyncIo.signal(kernel, owner, AsyncIo.POLL_HUP, GONE, fd);
        } else if ((told & IN) != 0) {
            AsyncIo.signal(kernel, owner, AsyncIo.POLL_IN, IN, fd);
        } else if ((told & OUT) != 0) {
            AsyncIo.signal(kernel, owner, AsyncIo.POLL_OUT, OUT_BAND, fd);
        }
    }
}
