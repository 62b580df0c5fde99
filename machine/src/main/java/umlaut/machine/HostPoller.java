package umlaut.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.kernel.wait.WaitQueue;

/**
 * Tells wait queues of the guest when host descriptors become ready: one thread in epoll_wait(2), started when something first has to
 * wait. Each interest is for one event; whoever finds the descriptor not ready after all asks again.
 */
final class HostPoller implements AutoCloseable {
    private static final int EPOLLONESHOT = 1 << 30;
    private static final int EVENT_BYTES = 12;
    private static final int MAX_EVENTS = 16;
    private static final long CLOSE = -1;

    private final int epoll;
    private final int wakeUp;

    @GuardedBy("this") private final List<@Nullable WaitQueue> queues = new ArrayList<>();

    /** Tokens that are free again. */
    @GuardedBy("this") private final Deque<Integer> free = new ArrayDeque<>();

    @GuardedBy("this") private @Nullable Thread thread;

    HostPoller() {
        epoll = (int) Polling.epollCreate();
        wakeUp = (int) Polling.eventfd(0);
        Polling.epollCtl(epoll, Polling.EPOLL_CTL_ADD, wakeUp, Polling.POLLIN, CLOSE);
    }

    /**
     * Makes {@code fd} known; nothing is watched yet.
     *
     * @return a token for {@link #arm}, or -1 if the descriptor is of a kind that is always ready (regular files)
     */
    synchronized int add(int fd, WaitQueue queue) {
        Integer known = free.peek();
        int token = known == null ? queues.size() : known;
        if (HostCalls.isError(Polling.epollCtl(epoll, Polling.EPOLL_CTL_ADD, fd, EPOLLONESHOT, token))) {
            return -1;
        }
        if (known == null) {
            queues.add(queue);
        } else {
            free.pop();
            queues.set(token, queue);
        }
        return token;
    }

    /** Forgets a descriptor that is about to be closed. */
    synchronized void remove(int fd, int token) {
        Polling.epollCtl(epoll, Polling.EPOLL_CTL_DEL, fd, 0, token);
        queues.set(token, null);
        free.push(token);
    }

    /** Wakes the queue once when one of {@code events} (POLL*) is there, or an error or end. */
    void arm(int fd, int token, int events) {
        Polling.epollCtl(epoll, Polling.EPOLL_CTL_MOD, fd, events | EPOLLONESHOT, token);
        synchronized (this) {
            if (thread == null) {
                thread = Thread.ofPlatform().name("host-poller").daemon().start(this::loop);
            }
        }
    }

    private void loop() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENT_BYTES * MAX_EVENTS, 8);
            while (true) {
                long n = Polling.epollWait(epoll, events, MAX_EVENTS, -1);
                for (int i = 0; i < n; i++) {
                    int bits = events.get(Layouts.INT, (long) EVENT_BYTES * i);
                    long token = events.get(Layouts.LONG, (long) EVENT_BYTES * i + 4);
                    if (token == CLOSE) {
                        return;
                    }
                    WaitQueue queue = queue((int) token);
                    if (queue != null) {
                        queue.wakeAll(bits);
                    }
                }
            }
        }
    }

    private synchronized @Nullable WaitQueue queue(int token) {
        return queues.get(token);
    }

    /** Ends the thread; the descriptors stay open for the life of the process, as others may be using them just now. */
    @Override
    public void close() {
        MemorySegment one = umlaut.host.Scratch.room();
        one.set(Layouts.LONG, 0, 1);
        umlaut.host.Files.write(wakeUp, one, 0, 8);
    }
}
