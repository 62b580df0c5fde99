package umlaut.gateway;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import umlaut.host.Files;
import umlaut.host.HostException;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Scratch;
import umlaut.net.core.NetTimers;

/**
 * One thread that waits for host descriptors, for the stack's timers, and for work that others give it (epoll(7), eventfd(2)). All host calls of a gateway are made here, so that what it
 * keeps of connections needs no locks.
 */
final class HostLoop implements NetTimers.Host {
    /** Something with a descriptor. */
    @FunctionalInterface
    interface Watcher {
        /** @param events POLL* */
        void ready(int events);
    }

    static final int IN = Polling.POLLIN, OUT = Polling.POLLOUT, ERR = Polling.POLLERR, HUP = Polling.POLLHUP;
    static final int RDHUP = 0x2000;
    /** Each event is told once, as it comes (EPOLLET). */
    static final int EDGE = 1 << 31;

    static final int BUFFER = 256 << 10;
    private static final int EVENT_BYTES = 12, MAX_EVENTS = 64;
    private static final long MS = 1_000_000;
    private static final long WAKE_UP = 0;

    private final String name;
    private final Runnable timers;
    private final int epoll;
    private final int wakeUp;
    private final Map<Long, Watcher> watchers = new HashMap<>();
    private long lastToken;
    private final ConcurrentLinkedQueue<Runnable> work = new ConcurrentLinkedQueue<>();
    /** What {@link #postAfter} has, all of it due when the last is. */
    private final java.util.ArrayDeque<Runnable> later = new java.util.ArrayDeque<>();

    private long laterNs;
    private volatile boolean asleep;
    private volatile long alarmNs = Long.MAX_VALUE;
    private volatile boolean ended;

    /** For the loop's thread: data on its way, aligned to pages. */
    final MemorySegment buffer;

    /**
     * @param name of its thread
     * @param timers runs what of the stack's is due
     */
    HostLoop(String name, Runnable timers) {
        this.name = name;
        this.timers = timers;
        epoll = (int) HostException.check("epoll_create1", Polling.epollCreate());
        wakeUp = (int) HostException.check("eventfd2", Polling.eventfd(0));
        Polling.epollCtl(epoll, Polling.EPOLL_CTL_ADD, wakeUp, IN, WAKE_UP);
        buffer = Arena.ofAuto().allocate(BUFFER, 4096);
    }

    void start() {
        Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    // --- descriptors: only on the loop's thread, or before it is started ---

    /** Watches a descriptor until it is closed. */
    void watch(int fd, int events, Watcher watcher) {
        long token = ++lastToken;
        watchers.put(token, watcher);
        Polling.epollCtl(epoll, Polling.EPOLL_CTL_ADD, fd, events, token);
        tokens.put(fd, token);
    }

    private final Map<Integer, Long> tokens = new HashMap<>();

    /** Events that have been fetched already are not told any more. Before the descriptor is closed. */
    void forget(int fd) {
        Long token = tokens.remove(fd);
        if (token != null) {
            watchers.remove(token);
            Polling.epollCtl(epoll, Polling.EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    void close(int fd) {
        forget(fd);
        Files.close(fd);
    }

    // --- work ---

    /** Has the loop's thread do something. Any thread, with any locks. */
    void post(Runnable action) {
        work.add(action);
        wake();
    }

    /** As {@link #post}, some time later; on the loop's thread. */
    void postAfter(int ms, Runnable action) {
        laterNs = nowNs() + ms * MS;
        later.add(action);
    }

    private void wake() {
        if (asleep) {
            asleep = false;
            MemorySegment one = Scratch.inner();
            one.set(Layouts.LONG, 0, 1);
            Files.write(wakeUp, one, 0, 8);
        }
    }

    void end() {
        ended = true;
        post(() -> {});
    }

    // --- time ---

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public long realtimeNs() {
        return System.currentTimeMillis() * MS;
    }

    @Override
    public void alarm(long atNs) {
        alarmNs = atNs;
        wake();
    }

    // --- the loop ---

    private void run() {
        MemorySegment events = Arena.ofAuto().allocate((long) EVENT_BYTES * MAX_EVENTS, 8);
        while (!ended) {
            // What is added while this runs waits for the next round, so that descriptors get their turn.
            for (int left = work.size(); left > 0; left--) {
                Runnable action = work.poll();
                if (action != null) {
                    action.run();
                }
            }
            if (alarmNs <= nowNs()) {
                alarmNs = Long.MAX_VALUE;
                timers.run();
            }
            if (!later.isEmpty() && laterNs <= nowNs()) {
                work.addAll(later);
                later.clear();
            }
            asleep = true;
            int timeoutMs = work.isEmpty() ? timeoutMs() : 0;
            long n = Polling.epollWait(epoll, events, MAX_EVENTS, timeoutMs);
            asleep = false;
            for (int i = 0; i < n; i++) {
                tell(
                        events.get(Layouts.INT, (long) EVENT_BYTES * i),
                        events.get(Layouts.LONG, (long) EVENT_BYTES * i + 4));
            }
        }
        watchers.clear();
    }

    private void tell(int bits, long token) {
        if (token == WAKE_UP) {
            Files.read(wakeUp, Scratch.room(), 0, 8);
            return;
        }
        Watcher watcher = watchers.get(token);
        if (watcher != null) {
            watcher.ready(bits);
        }
    }

    private int timeoutMs() {
        long at = later.isEmpty() ? alarmNs : Math.min(alarmNs, laterNs);
        if (at == Long.MAX_VALUE) {
            return -1;
        }
        return (int) Math.clamp((at - nowNs() + MS - 1) / MS, 0, 3_600_000);
    }
}
