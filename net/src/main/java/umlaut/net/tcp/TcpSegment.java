package umlaut.net.tcp;

import org.jspecify.annotations.Nullable;
import umlaut.net.core.DataChunk;

/** A piece of what is sent, from when it is written until it is acknowledged. Guarded by the namespace's lock. */
final class TcpSegment {
    static final int SACKED = 1, LOST = 2, RETRANSMITTED = 4;

    int seq;
    int length;
    /** TcpHeader.SYN, FIN, PSH. */
    int flags;

    @Nullable DataChunk chunk;

    int offset;
    /** SACKED, LOST, RETRANSMITTED (the retransmission is thought to be on its way). */
    int marks;
    /** It has been retransmitted at some time: no measure of round trips (Karn). */
    boolean everRetransmitted;
    /** When it was last sent, monotonic ns; 0 = never. */
    long sentNs;
    /** What had been delivered, and when, as it was sent: for the delivery rate. */
    long deliveredThen;

    @Nullable TcpSegment previous;

    @Nullable TcpSegment next;

    int end() {
        return seq + length + ((flags & TcpHeader.SYN) != 0 ? 1 : 0) + (flags & TcpHeader.FIN);
    }

    boolean is(int mark) {
        return (marks & mark) != 0;
    }

    void release() {
        DataChunk data = chunk;
        if (data != null) {
            chunk = null;
            data.release();
        }
    }
}
