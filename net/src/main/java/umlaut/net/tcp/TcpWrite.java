package umlaut.net.tcp;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.Message;
import umlaut.net.core.DataChunk;

/** Writing to a connection (tcp_sendmsg): data is copied into chunks without the namespace's lock, and then cut into segments with it. */
final class TcpWrite {
    private final TcpSock tp;
    /** Where the next bytes go: a chunk, and how far it is filled. */
    private @Nullable DataChunk sendChunk;

    private int sendChunkFill;
    /** Serializes writers while they copy. */
    private final ReentrantLock sendLock = new ReentrantLock();

    TcpWrite(TcpSock tp) {
        this.tp = tp;
    }

    /** Without the lock. @return bytes sent in all, WOULD_BLOCK, or -errno */
    long send(Message message) {
        if (message.has(SockConst.MSG_FASTOPEN)) {
            return Errno.EOPNOTSUPP.negative();
        }
        sendLock.lock();
        try {
            return sendLocked(message);
        } finally {
            sendLock.unlock();
        }
    }

    /** The connection has ended. */
    void end() {
        DataChunk chunk = sendChunk;
        if (chunk != null) {
            sendChunk = null;
            chunk.release();
        }
    }

    private long sendLocked(Message message) {
        boolean bulk = message.data.moved() + message.data.remaining() >= 16384;
        do {
            DataChunk chunk;
            int offset;
            int room;
            tp.net.lock();
            try {
                long stop = maySend(message);
                if (stop != 0) {
                    return stop;
                }
                long free = (long) tp.options.sendBuffer - tp.buffers.queued();
                if (free <= 0
                        || tp.tcpOptions.notSentLowWater >= 0 && tp.unsentBytes() >= tp.tcpOptions.notSentLowWater) {
                    tp.noSpace = true;
                    tp.output.push(false);
                    return wouldBlock(message);
                }
                chunk = chunkFor((int) Math.min(message.data.remaining(), Integer.MAX_VALUE), bulk);
                offset = sendChunkFill;
                room = (int) Math.min(free, Math.min(chunk.size() - offset, pieceLimit()));
                chunk.acquire();
            } finally {
                tp.net.unlock();
            }
            int count = (int) Math.min(room, message.data.remaining());
            long moved = count == 0 ? 0 : message.data.copyIn(chunk.memory, offset, count);
            if (moved < count) {
                chunk.release();
                if (moved == 0) {
                    return message.data.moved() > 0 ? message.data.moved() : Errno.EFAULT.negative();
                }
            }
            tp.net.lock();
            try {
                long stop = maySend(message);
                if (stop != 0 && stop != BlockingOp.WOULD_BLOCK) {
                    if (moved == count) {
                        chunk.release();
                    }
                    return stop;
                }
                boolean last = message.data.remaining() == 0 || moved < count;
                append(chunk, offset, (int) moved, message, last);
                if (moved == count) {
                    chunk.release();
                }
            } finally {
                tp.net.unlock();
            }
            if (moved < count) {
                return message.data.moved();
            }
        } while (message.data.remaining() > 0);
        return message.data.moved();
    }

    /** @return 0, WOULD_BLOCK, or -errno */
    private long maySend(Message message) {
        int errno = tp.error();
        if (errno != 0) {
            if (message.data.moved() > 0) {
                return message.data.moved();
            }
            tp.setError(0);
            return -errno;
        }
        if (tp.sendShut || tp.state() == InetConst.TCP_CLOSE || tp.state() == InetConst.TCP_LISTEN) {
            return message.data.moved() > 0 ? message.data.moved() : Errno.EPIPE.negative();
        }
        if (tp.in(InetConst.TCP_SYN_SENT, InetConst.TCP_SYN_RECV)) {
            return wouldBlock(message);
        }
        if (!tp.in(InetConst.TCP_ESTABLISHED, InetConst.TCP_CLOSE_WAIT)) {
            return Errno.EPIPE.negative();
        }
        return 0;
    }

    private static long wouldBlock(Message message) {
        boolean partial = message.has(SockConst.MSG_DONTWAIT) && message.data.moved() > 0;
        return partial ? message.data.moved() : BlockingOp.WOULD_BLOCK;
    }

    private DataChunk chunkFor(int wanted, boolean bulk) {
        DataChunk chunk = sendChunk;
        int least = Math.min(wanted, bulk ? Math.min(tp.mss, 16384) : 1024);
        boolean extends_ = tail() != null;
        if (chunk == null || sendChunkFill >= chunk.size() || !extends_ && chunk.size() - sendChunkFill < least) {
            if (chunk != null) {
                chunk.release();
            }
            chunk = tp.net.chunks.get(bulk ? 65536 : 4096);
            sendChunk = chunk;
            sendChunkFill = 0;
        }
        return chunk;
    }

    /** The last segment, if more can be put into it. */
    private @Nullable TcpSegment tail() {
        TcpSegment tail = tp.sendQueue.last;
        boolean open = tail != null
                && tp.sendQueue.unsent != null
                && tail.chunk == sendChunk
                && tail.offset + tail.length == sendChunkFill
                && tail.length < tp.mss
                && (tail.flags & TcpHeader.FIN) == 0;
        return open ? tail : null;
    }

    /** With segments as large as chunks, each has a chunk of its own. */
    private int pieceLimit() {
        if (tp.mss < 32768) {
            return Integer.MAX_VALUE;
        }
        TcpSegment tail = tail();
        return tail == null ? tp.mss : tp.mss - tail.length;
    }

    private void append(DataChunk chunk, int offset, int count, Message message, boolean last) {
        int at = offset;
        int left = count;
        sendChunkFill = offset;
        while (left > 0) {
            TcpSegment tail = tail();
            int n;
            if (tail != null) {
                n = Math.min(left, tp.mss - tail.length);
                tail.length += n;
                tp.sendQueue.bytes += n;
            } else {
                n = Math.min(left, tp.mss);
                TcpSegment segment = new TcpSegment();
                segment.seq = tp.writeSeq;
                segment.length = n;
                segment.chunk = chunk.acquire();
                segment.offset = at;
                tp.sendQueue.append(segment);
            }
            at += n;
            left -= n;
            sendChunkFill = at;
            tp.writeSeq += n;
        }
        if (message.has(SockConst.MSG_OOB) && last) {
            tp.urgentMode = true;
            tp.sndUp = tp.writeSeq;
        }
        TcpSegment tail = tp.sendQueue.last;
        if (last && tail != null && !message.has(SockConst.MSG_MORE)) {
            tail.flags |= TcpHeader.PSH;
        }
        tp.output.push(message.has(SockConst.MSG_MORE) || !last);
    }
}
