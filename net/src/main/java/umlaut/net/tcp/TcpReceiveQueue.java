package umlaut.net.tcp;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.net.core.SkBuff;

/** What has come in: in order for the reader, and out of order waiting for what is missing (RFC 9293, 3.10.7.4). Guarded by the namespace's lock. */
final class TcpReceiveQueue {
    /** Small segments are put together up to that size. */
    private static final int JOINED = 2048;
    /** What a segment costs beside its data. */
    private static final int OVERHEAD = 256;

    final ArrayDeque<SkBuff> ready = new ArrayDeque<>(2);
    /** By sequence number, not overlapping. */
    private final List<SkBuff> early = new ArrayList<>(0);
    /** Memory that both take. */
    int charged;
    /** The early segment that came last, for the first SACK block. */
    private int lastEarly;

    /** Adds data that is next in order; the packet starts with it. */
    void addReady(SkBuff skb) {
        SkBuff tail = ready.peekLast();
        int length = skb.length();
        if (tail != null && length <= JOINED && tail.chunk() == null && tail.length() + length <= JOINED) {
            int at = tail.put(length);
            skb.copyTo(0, tail.head(), at, length);
            charged += length;
            tail.charge += length;
            skb.release();
            return;
        }
        skb.charge = length + OVERHEAD;
        charged += skb.charge;
        ready.addLast(skb);
    }

    /** The reader has taken bytes off the front. */
    void consume(int count) {
        int left = count;
        while (left > 0) {
            SkBuff head = ready.peekFirst();
            if (head == null) {
                return;
            }
            if (head.length() > left) {
                head.drop(left);
                return;
            }
            left -= head.length();
            ready.removeFirst();
            charged -= head.charge;
            head.release();
        }
    }

    boolean hasEarly() {
        return !early.isEmpty();
    }

    /** Keeps a segment that is ahead of its turn; what others of the queue have of it is cut off. @return false if they have all of it */
    boolean addEarly(SkBuff skb) {
        int at = early.size();
        while (at > 0 && Seq.after(early.get(at - 1).sequence, skb.sequence)) {
            at--;
        }
        if (at > 0) {
            SkBuff before = early.get(at - 1);
            int overlap = before.endSequence - skb.sequence;
            if (overlap > 0) {
                if (!Seq.after(skb.endSequence, before.endSequence)) {
                    lastEarly = before.sequence;
                    skb.release();
                    return false;
                }
                skb.drop(Math.min(overlap, skb.length()));
                skb.sequence += overlap;
            }
        }
        while (at < early.size()) {
            SkBuff after = early.get(at);
            if (!Seq.after(skb.endSequence, after.sequence)) {
                break;
            }
            if (Seq.before(skb.endSequence, after.endSequence)) {
                int keep = after.sequence - skb.sequence;
                skb.trim(keep);
                skb.endSequence = after.sequence;
                skb.finFlag = false;
                break;
            }
            early.remove(at);
            charged -= after.charge;
            after.release();
        }
        skb.charge = skb.length() + OVERHEAD;
        charged += skb.charge;
        early.add(at, skb);
        lastEarly = skb.sequence;
        return true;
    }

    /** Takes out the first early segment if its turn has come. */
    @Nullable SkBuff pollEarly(int next) {
        if (early.isEmpty() || Seq.after(early.getFirst().sequence, next)) {
            return null;
        }
        SkBuff skb = early.removeFirst();
        charged -= skb.charge;
        return skb;
    }

    /**
     * Fills in SACK blocks, the one with the latest segment first (RFC 2018, 4).
     *
     * @param first where to begin
     * @return how many there are now
     */
    int sacks(int[] starts, int[] ends, int first, int most) {
        int count = first;
        int latest = first;
        for (int i = 0; i < early.size(); ) {
            int start = early.get(i).sequence;
            int end = early.get(i).endSequence;
            i++;
            while (i < early.size() && early.get(i).sequence == end) {
                end = early.get(i).endSequence;
                i++;
            }
            if (Seq.between(lastEarly, start, end - 1)) {
                latest = Math.min(count, most - 1);
                if (count >= most) {
                    count = most - 1;
                }
            }
            if (count < most) {
                starts[count] = start;
                ends[count++] = end;
            }
        }
        if (latest > first) {
            int s = starts[first];
            int e = ends[first];
            starts[first] = starts[latest];
            ends[first] = ends[latest];
            starts[latest] = s;
            ends[latest] = e;
        }
        return count;
    }

    /** Throws early segments away, the furthest first, until that much memory is left in use. */
    void prune(int limit) {
        while (charged > limit && !early.isEmpty()) {
            SkBuff last = early.removeLast();
            charged -= last.charge;
            last.release();
        }
    }

    void purgeEarly() {
        prune(-1);
    }

    void purge() {
        purgeEarly();
        for (SkBuff skb; (skb = ready.pollFirst()) != null; ) {
            skb.release();
        }
        charged = 0;
    }
}
