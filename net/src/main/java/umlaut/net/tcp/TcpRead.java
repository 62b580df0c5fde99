package umlaut.net.tcp;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.Message;
import umlaut.net.core.DataChunk;
import umlaut.net.core.SkBuff;

/** Reading from a connection (tcp_recvmsg). The caller holds the socket's receive lock; the namespace's is taken for looking, not for copying. */
final class TcpRead {
    private TcpRead() {}

    static long read(TcpSock tp, Message message) {
        boolean peek = message.has(SockConst.MSG_PEEK);
        boolean discard = message.has(SockConst.MSG_TRUNC);
        IovIter data = message.data;
        int skip = peek ? tp.options.peekOffset() : 0;
        int peeked = 0;
        while (true) {
            MemorySegment from;
            long at;
            int count;
            DataChunk held;
            tp.net.lock();
            try {
                if (tp.state() == InetConst.TCP_LISTEN) {
                    return Errno.ENOTCONN.negative();
                }
                long want = data.remaining();
                int place = tp.copiedSeq + skip + peeked;
                int there = available(tp, place);
                if (want == 0 && there > 0) {
                    return finish(tp, data, peek, peeked);
                }
                if (there > 0 && tp.urgent.skips(place)) {
                    if (data.moved() > 0) {
                        return finish(tp, data, peek, peeked);
                    }
                    if (peek) {
                        skip++;
                    } else {
                        tp.consumed(1);
                        tp.urgent.passed(tp.copiedSeq);
                    }
                    continue;
                }
                there = tp.urgent.untilMark(place, there, data.moved() > 0);
                if (there == 0) {
                    long result = nothing(tp, message);
                    return result == 0 && data.moved() > 0 || result == DONE ? finish(tp, data, peek, peeked) : result;
                }
                SkBuff skb = tp.receiveQueue.ready.getFirst();
                int offset = skip + peeked;
                if (offset > 0) {
                    for (SkBuff each : tp.receiveQueue.ready) {
                        skb = each;
                        if (offset < each.length()) {
                            break;
                        }
                        offset -= each.length();
                    }
                }
                count = (int) Math.min(want, Math.min(there, skb.length() - offset));
                DataChunk chunk = skb.chunk();
                if (offset < skb.linear()) {
                    from = MemorySegment.ofArray(skb.head());
                    at = skb.start() + offset;
                    count = Math.min(count, skb.linear() - offset);
                    held = null;
                } else if (chunk != null) {
                    held = chunk.acquire();
                    from = chunk.memory;
                    at = skb.chunkStart() + offset - skb.linear();
                } else {
                    throw new IllegalStateException("no data where some was");
                }
            } finally {
                tp.net.unlock();
            }
            long moved = count;
            if (discard && !peek) {
                data.advance(count);
            } else {
                moved = data.copyOut(from, at, count);
            }
            if (held != null) {
                held.release();
            }
            if (peek) {
                peeked += (int) moved;
            } else if (moved > 0) {
                tp.net.lock();
                try {
                    tp.consumed((int) moved);
                    tp.urgent.passed(tp.copiedSeq);
                } finally {
                    tp.net.unlock();
                }
                tp.options.movePeekOffset((int) -moved);
            }
            if (moved < count) {
                return data.moved() > 0 ? finish(tp, data, peek, peeked) : Errno.EFAULT.negative();
            }
            if (data.remaining() == 0) {
                return finish(tp, data, peek, peeked);
            }
        }
    }

    /** Nothing more comes: what has been read is the result. */
    private static final long DONE = Long.MIN_VALUE + 1;

    private static int available(TcpSock tp, int place) {
        int end = tp.finReceived ? tp.rcvNxt - 1 : tp.rcvNxt;
        return Math.max(0, Math.min(end - place, readyBytes(tp) - (place - tp.copiedSeq)));
    }

    private static int readyBytes(TcpSock tp) {
        return tp.receiveQueue.ready.isEmpty() ? 0 : tp.rcvNxt - tp.copiedSeq - (tp.finReceived ? 1 : 0);
    }

    private static long finish(TcpSock tp, IovIter data, boolean peek, int peeked) {
        long moved = data.moved();
        if (peek) {
            tp.options.movePeekOffset(peeked);
        }
        return moved;
    }

    /** There is nothing (more) to read now. @return DONE, 0, WOULD_BLOCK or -errno */
    private static long nothing(TcpSock tp, Message message) {
        IovIter data = message.data;
        long moved = data.moved();
        long whole = moved + data.remaining();
        boolean all = message.has(SockConst.MSG_WAITALL);
        long target = all ? whole : Math.min(Math.max(1, tp.options.receiveLowWater), Math.max(1, whole));
        if (moved > 0 && (moved >= target || message.has(SockConst.MSG_DONTWAIT) || message.has(SockConst.MSG_PEEK))) {
            return DONE;
        }
        int errno = tp.error();
        boolean ended = tp.finReceived || tp.receiveShut || tp.state() == InetConst.TCP_CLOSE;
        if (moved > 0) {
            return errno != 0 || ended ? DONE : BlockingOp.WOULD_BLOCK;
        }
        if (tp.finReceived && errno == 0) {
            return DONE;
        }
        if (errno != 0) {
            tp.setError(0);
            return -errno;
        }
        if (tp.receiveShut) {
            return DONE;
        }
        if (tp.state() == InetConst.TCP_CLOSE) {
            return Errno.ENOTCONN.negative();
        }
        return tp.receiveShut ? DONE : BlockingOp.WOULD_BLOCK;
    }
}
