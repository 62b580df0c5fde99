package umlaut.net.tcp;

import org.jspecify.annotations.Nullable;
import umlaut.net.core.DataChunk;

/**
 * What has been written and is not yet acknowledged, in order: first the segments that have been sent, from {@link #unsent} on those that have not (Linux: sk_write_queue and tcp_rtx_queue), with
 * counts of what is thought to be where.
 */
final class TcpSendQueue {
    @Nullable TcpSegment first;

    @Nullable TcpSegment last;
    /** The first that has never been sent. */
    @Nullable TcpSegment unsent;

    /** Segments sent and not acknowledged; of these selectively acknowledged, thought lost, and sent again. */
    int packetsOut;

    int sackedOut;
    int lostOut;
    int retransOut;
    /** Bytes of data in all. */
    int bytes;

    /** Segments thought to be on their way. */
    int inFlight() {
        return packetsOut - sackedOut - lostOut + retransOut;
    }

    boolean isEmpty() {
        return first == null;
    }

    void append(TcpSegment segment) {
        TcpSegment tail = last;
        segment.previous = tail;
        if (tail == null) {
            first = segment;
        } else {
            tail.next = segment;
        }
        last = segment;
        if (unsent == null) {
            unsent = segment;
        }
        bytes += segment.length;
    }

    /** Its first sending. */
    void sent(TcpSegment segment) {
        unsent = segment.next;
        packetsOut++;
    }

    /** It has been acknowledged, or is given up. */
    void removeFirst() {
        TcpSegment gone = first;
        if (gone == null) {
            return;
        }
        first = gone.next;
        if (first == null) {
            last = null;
        } else {
            first.previous = null;
        }
        if (gone == unsent) {
            unsent = gone.next;
        } else {
            packetsOut--;
            clear(gone, TcpSegment.SACKED | TcpSegment.LOST | TcpSegment.RETRANSMITTED);
        }
        bytes -= gone.length;
        gone.release();
    }

    void mark(TcpSegment segment, int mark) {
        int added = mark & ~segment.marks;
        segment.marks |= added;
        count(added, 1);
    }

    void clear(TcpSegment segment, int mark) {
        int removed = mark & segment.marks;
        segment.marks &= ~removed;
        count(removed, -1);
    }

    private void count(int marks, int by) {
        sackedOut += (marks & TcpSegment.SACKED) != 0 ? by : 0;
        lostOut += (marks & TcpSegment.LOST) != 0 ? by : 0;
        retransOut += (marks & TcpSegment.RETRANSMITTED) != 0 ? by : 0;
    }

    /** Cuts a segment in two, the first with {@code length} bytes (tcp_fragment). */
    void split(TcpSegment segment, int length) {
        DataChunk chunk = segment.chunk;
        if (chunk == null || length <= 0 || length >= segment.length) {
            return;
        }
        TcpSegment rest = new TcpSegment();
        rest.seq = segment.seq + length;
        rest.length = segment.length - length;
        rest.flags = segment.flags & (TcpHeader.FIN | TcpHeader.PSH);
        rest.chunk = chunk.acquire();
        rest.offset = segment.offset + length;
        rest.everRetransmitted = segment.everRetransmitted;
        rest.sentNs = segment.sentNs;
        rest.deliveredThen = segment.deliveredThen;
        segment.length = length;
        segment.flags &= ~(TcpHeader.FIN | TcpHeader.PSH);
        rest.previous = segment;
        rest.next = segment.next;
        if (segment.next == null) {
            last = rest;
        } else {
            segment.next.previous = rest;
        }
        segment.next = rest;
        if (isSent(segment)) {
            packetsOut++;
            mark(rest, segment.marks);
        }
    }

    private boolean isSent(TcpSegment segment) {
        TcpSegment u = unsent;
        return u == null || Seq.before(segment.seq, u.seq);
    }

    /** Takes acknowledged bytes off the front of the first segment. */
    void trimFirst(int count) {
        TcpSegment segment = first;
        if (segment != null) {
            int data = Math.min(count, segment.length);
            segment.seq += count;
            segment.length -= data;
            segment.offset += data;
            bytes -= data;
        }
    }

    void purge() {
        while (first != null) {
            removeFirst();
        }
        packetsOut = 0;
        sackedOut = 0;
        lostOut = 0;
        retransOut = 0;
        bytes = 0;
    }
}
