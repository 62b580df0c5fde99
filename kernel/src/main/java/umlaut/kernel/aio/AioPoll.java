package umlaut.kernel.aio;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.ipc.EventFd;
import umlaut.kernel.task.KernelThreads;
import umlaut.kernel.vfs.File;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitEntry;
import umlaut.kernel.wait.WaitQueue;
import umlaut.kernel.wait.Waiter;

/** An IOCB_CMD_POLL request that waits for its file, once. It is one of its context's until it ends, whoever takes it out there ends it. */
final class AioPoll implements Waiter, PollTable {
    private final AioContext context;
    private final KernelThreads threads;
    final long object;
    private final long data;
    private final File file;
    private final @Nullable EventFd event;
    private final int events;
    private final AtomicBoolean looking = new AtomicBoolean();

    @GuardedBy("this") private final List<WaitEntry> entries = new ArrayList<>(1);

    /** Takes over the caller's references on both files. */
    AioPoll(
            AioContext context,
            KernelThreads threads,
            long object,
            long data,
            File file,
            @Nullable EventFd event,
            int events) {
        this.context = context;
        this.threads = threads;
        this.object = object;
        this.data = data;
        this.file = file;
        this.event = event;
        this.events = events;
    }

    void start() {
        context.add(this);
        file.poll(this);
        look();
    }

    @Override
    public synchronized void add(WaitQueue queue) {
        WaitEntry entry = new WaitEntry(this, false);
        entries.add(entry);
        queue.add(entry);
    }

    /** Under the queue's lock: the look itself is another thread's. */
    @Override
    public boolean wake(int woken) {
        if ((woken == 0 || (woken & events) != 0) && looking.compareAndSet(false, true)) {
            threads.start(() -> {
                looking.set(false);
                look();
            });
        }
        return true;
    }

    private void look() {
        int ready = file.poll(PollTable.NONE) & events;
        if (ready != 0 && context.remove(this)) {
            end(ready);
        }
    }

    /** By whoever has taken it out of its context. */
    void cancel() {
        end(0);
    }

    private void end(int ready) {
        List<WaitEntry> left;
        synchronized (this) {
            left = List.copyOf(entries);
            entries.clear();
        }
        left.forEach(WaitEntry::remove);
        context.complete(object, data, ready);
        if (event != null) {
            event.signal(1);
            event.release();
        }
        file.release();
    }
}
