package umlaut.net.tcp;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.Message;
import umlaut.net.core.SkBuff;

/** Urgent data as Linux has it: one byte out of band, and a mark in the stream (RFC 9293, 3.8.5; RFC 6093; tcp(7)). Guarded by the namespace's lock. */
final class TcpUrgent {
    private enum State {
        NONE,
        /** The mark has been told of, the byte has not come. */
        EXPECTED,
        VALID,
        READ
    }

    private final TcpSock tp;
    private State state = State.NONE;
    /** Sequence number of the urgent byte. */
    private int seq;

    private byte value;

    TcpUrgent(TcpSock tp) {
        this.tp = tp;
    }

    void reset() {
        state = State.NONE;
    }

    boolean isUnread() {
        return state == State.VALID;
    }

    /** The byte has been announced and has not come. */
    boolean isExpected() {
        return state == State.EXPECTED;
    }

    private boolean inline() {
        return tp.options.isOn(SockConst.SO_OOBINLINE);
    }

    /** A segment has the URG bit (tcp_check_urg, tcp_urg); the packet starts with its data. */
    void segment(SkBuff skb, TcpHeader h) {
        if (h.has(TcpHeader.URG)) {
            told(h.seq + Math.max(0, h.urgent - 1));
        }
        if (state == State.EXPECTED) {
            int at = seq - h.seq;
            if (at >= 0 && at < skb.length()) {
                byte[] one = new byte[1];
                skb.copyTo(at, one, 0, 1);
                value = one[0];
                state = State.VALID;
                tp.readers.wake(Poll.POLLPRI | Poll.POLLIN | Poll.POLLRDBAND);
            }
        }
    }

    private void told(int position) {
        if (Seq.after(tp.copiedSeq, position) || Seq.before(position, tp.rcvNxt)) {
            return;
        }
        if (state != State.NONE && !Seq.after(position, seq)) {
            return;
        }
        tp.signalUrgent();
        seq = position;
        state = State.EXPECTED;
    }

    /** recv(2) with MSG_OOB. */
    long receive(Message message) {
        byte got;
        tp.net.lock();
        try {
            if (inline() || state == State.NONE || state == State.READ) {
                return Errno.EINVAL.negative();
            }
            if (tp.state() == InetConst.TCP_CLOSE) {
                return Errno.ENOTCONN.negative();
            }
            if (state != State.VALID) {
                return tp.state() == InetConst.TCP_CLOSE || tp.receiveShut ? 0 : Errno.EAGAIN.negative();
            }
            got = value;
            if (!message.has(SockConst.MSG_PEEK)) {
                state = State.READ;
            }
        } finally {
            tp.net.unlock();
        }
        message.resultFlags |= SockConst.MSG_OOB;
        if (message.data.remaining() == 0) {
            message.resultFlags |= SockConst.MSG_TRUNC;
            return 0;
        }
        long moved = message.data.copyOut(MemorySegment.ofArray(new byte[] {got}), 0, 1);
        return moved == 1 ? 1 : BlockingOp.WOULD_BLOCK == moved ? moved : Errno.EFAULT.negative();
    }

    /** The mark is right at the place that is read next. */
    boolean atMark() {
        return state != State.NONE && tp.copiedSeq == seq;
    }

    /** The urgent byte stands at that place and is not to be read with the rest. */
    boolean skips(int position) {
        return state != State.NONE && position == seq && !inline();
    }

    /** Bytes from {@code position} that may be read before the mark stops the reader. @param begun something has been read already */
    int untilMark(int position, int available, boolean begun) {
        if (state == State.NONE) {
            return available;
        }
        int distance = seq - position;
        if (distance < 0 || distance >= available) {
            return available;
        }
        if (distance > 0) {
            return distance;
        }
        return begun ? 0 : available;
    }

    /** The reader has passed that place. */
    void passed(int position) {
        if (state != State.NONE && Seq.after(position, seq) && state != State.VALID) {
            state = State.NONE;
        } else if (state == State.VALID && inline() && Seq.after(position, seq)) {
            state = State.NONE;
        }
    }

    /** For poll(2): bytes that can be read of so many that are there. */
    int readable(int there) {
        boolean counted = state != State.NONE && !inline() && seq == tp.copiedSeq && there > 0;
        return counted ? there - 1 : there;
    }

    /** SIOCINQ. */
    int inputBytes(int there) {
        if (state == State.NONE || inline() || Seq.before(seq, tp.copiedSeq) || !Seq.before(seq, tp.rcvNxt)) {
            return Math.max(0, there);
        }
        return seq == tp.copiedSeq ? Math.max(0, there - 1) : seq - tp.copiedSeq;
    }
}
