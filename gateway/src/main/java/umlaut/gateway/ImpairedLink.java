package umlaut.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.PriorityQueue;
import java.util.Random;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/** A link that delays, loses, doubles, reorders and slows down frames as it is told (tc-netem(8)). A thread of its own lets them go when their time has come. */
final class ImpairedLink implements Link, Link.End {
    /** Frames on their way in one direction; more are lost. */
    private static final int LIMIT = 1000;

    private static final double S = 1e9;

    private record Frame(long atNs, long order, SkBuff skb, boolean outward) implements Comparable<Frame> {
        @Override
        public int compareTo(Frame other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(order, other.order);
        }
    }

    /** What one direction needs. */
    private static final class Direction {
        final Random random;
        long freeNs;
        int waiting;

        Direction(long seed) {
            random = new Random(seed);
        }
    }

    private final Impairment how;
    private final End device;
    private final Link link;

    @GuardedBy("this") private final PriorityQueue<Frame> queue = new PriorityQueue<>();

    @GuardedBy("this") private final Direction out;

    @GuardedBy("this") private final Direction in;

    @GuardedBy("this") private long order;

    @GuardedBy("this") private boolean closed;

    ImpairedLink(Impairment how, Opener opener, End device) {
        this.how = how;
        this.device = device;
        out = new Direction(how.seed());
        in = new Direction(~how.seed());
        link = opener.open(this);
        Thread.ofPlatform().daemon().name("impaired-link").start(this::run);
    }

    @Override
    public boolean send(SkBuff frame) {
        enter(frame, true);
        return true;
    }

    @Override
    public void arrive(SkBuff frame) {
        enter(frame, false);
    }

    /** Frames that the link has no room for are lost. */
    @Override
    public void ready() {}

    private synchronized void enter(SkBuff frame, boolean outward) {
        Direction d = outward ? out : in;
        boolean lost = d.random.nextDouble() < how.loss();
        boolean twice = d.random.nextDouble() < how.duplicate();
        if (lost || d.waiting >= LIMIT) {
            frame.release();
            return;
        }
        if (twice) {
            put(d, frame.duplicate(), outward);
        }
        put(d, frame, outward);
        notifyAll();
    }

    @GuardedBy("this") private void put(Direction d, SkBuff frame, boolean outward) {
        long now = System.nanoTime();
        long delay = how.delayNs();
        if (how.jitterNs() > 0) {
            delay += (long) ((2 * d.random.nextDouble() - 1) * how.jitterNs());
        }
        if (how.reorder() > 0 && d.random.nextDouble() < how.reorder()) {
            delay = 0;
        }
        long sent = now;
        if (how.bytesPerSecond() > 0) {
            sent = Math.max(now, d.freeNs) + (long) (frame.length() * S / how.bytesPerSecond());
            d.freeNs = sent;
        }
        d.waiting++;
        queue.add(new Frame(sent + Math.max(0, delay), order++, frame, outward));
    }

    private void run() {
        for (Frame frame; (frame = next()) != null; ) {
            if (!frame.outward) {
                device.arrive(frame.skb);
            } else if (!link.send(frame.skb)) {
                frame.skb.release();
            }
        }
    }

    /** Waits for a frame whose time has come. @return null: the link is closed */
    private synchronized @org.jspecify.annotations.Nullable Frame next() {
        try {
            while (!closed) {
                Frame first = queue.peek();
                long waitNs = first == null ? Long.MAX_VALUE : first.atNs - System.nanoTime();
                if (first != null && waitNs <= 0) {
                    queue.poll();
                    (first.outward ? out : in).waiting--;
                    return first;
                }
                if (first == null) {
                    wait();
                } else {
                    wait(waitNs / 1_000_000, (int) (waitNs % 1_000_000));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        link.close();
    }
}
