package umlaut.net.core;

import java.util.PriorityQueue;

/** The timers of one namespace, on one timer of the machine. Guarded by the namespace's lock. */
public final class NetTimers {
    /** The machine's clock and alarm. */
    public interface Host {
        /** Monotonic time, ns. */
        long nowNs();

        long realtimeNs();

        /** Has {@link NetNamespace#runTimers} called at that time or soon after; a new time replaces the old one. */
        void alarm(long atNs);
    }

    private record Entry(long atNs, NetTimer timer) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return Long.compare(atNs, other.atNs);
        }
    }

    private final Host host;
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long alarmNs = NetTimer.NEVER;

    NetTimers(Host host) {
        this.host = host;
    }

    public NetTimer create(Runnable action) {
        return new NetTimer(this, action);
    }

    void enqueue(NetTimer timer) {
        timer.queuedNs = timer.deadlineNs;
        queue.add(new Entry(timer.deadlineNs, timer));
        if (timer.deadlineNs < alarmNs) {
            alarmNs = timer.deadlineNs;
            host.alarm(alarmNs);
        }
    }

    /** Runs what is due. */
    void run(long nowNs) {
        alarmNs = NetTimer.NEVER;
        while (true) {
            Entry first = queue.peek();
            if (first == null || first.atNs > nowNs) {
                break;
            }
            queue.poll();
            NetTimer timer = first.timer;
            if (timer.queuedNs != first.atNs) {
                continue; // an older place in the queue
            }
            timer.queuedNs = NetTimer.NEVER;
            if (timer.deadlineNs <= nowNs) {
                timer.deadlineNs = NetTimer.NEVER;
                timer.action.run();
            } else if (timer.deadlineNs != NetTimer.NEVER) {
                enqueue(timer);
            }
        }
        Entry next = queue.peek();
        if (next != null && next.atNs < alarmNs) {
            alarmNs = next.atNs;
            host.alarm(alarmNs);
        }
    }
}
