package umlaut.net.inet;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.Message;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** A socket with a queue of packets: UDP, raw and ping (Linux: net/core/datagram.c). */
public abstract class DatagramSock extends Sock {
    private final ArrayDeque<SkBuff> queue = new ArrayDeque<>(2);
    private volatile int count;
    private int charged;
    private long drops;
    protected boolean closed;

    protected DatagramSock(NetNamespace net, int family, int type, int protocol, SockOwner owner) {
        super(net, family, type, protocol, owner);
    }

    // --- receiving ---

    /** Puts a packet, which starts with the data for the reader, into the queue. @return false if there was no room: it has been released */
    public final boolean enqueue(SkBuff skb) {
        int charge = SkBuff.chargeFor(skb.length());
        if (closed || charged + charge > options.receiveBuffer && charged > 0 || charged > options.receiveBuffer) {
            drops++;
            skb.release();
            return false;
        }
        skb.charge = charge;
        charged += charge;
        if (skb.timestampNs == 0 && options.wantsTimestamps()) {
            skb.timestampNs = net.realtimeNs();
        }
        queue.addLast(skb);
        count = queue.size();
        readers.wake(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDBAND);
        return true;
    }

    /** Takes the first packet out and copies it; the protocol adds the address and control messages. */
    protected final long receivePacket(Message message) {
        boolean peek = message.has(SockConst.MSG_PEEK);
        SkBuff skb;
        net.lock();
        try {
            skb = queue.peekFirst();
            if (skb == null) {
                return nothing(message);
            }
            if (peek) {
                skb = skb.duplicate();
            } else {
                queue.removeFirst();
                count = queue.size();
                charged -= skb.charge;
            }
            describe(skb, message);
        } finally {
            net.unlock();
        }
        try {
            return copy(skb, message, peek);
        } finally {
            skb.release();
        }
    }

    private long copy(SkBuff skb, Message message, boolean peek) {
        int length = skb.length();
        int skip = peek ? Math.min(options.peekOffset(), length) : 0;
        int copied = (int) Math.min(length - skip, message.data.remaining());
        if (length - skip > copied) {
            message.resultFlags |= SockConst.MSG_TRUNC;
        }
        if (copied > 0 && skb.copyTo(message.data, skip, copied) < copied) {
            return Errno.EFAULT.negative();
        }
        if (peek) {
            options.movePeekOffset(copied);
        } else {
            options.movePeekOffset(-length);
        }
        return message.has(SockConst.MSG_TRUNC) ? length - skip : copied;
    }

    private long nothing(Message message) {
        int errno = error();
        if (errno != 0) {
            setError(0);
            return -errno;
        }
        return receiveShut && !message.has(SockConst.MSG_DONTWAIT) ? 0 : BlockingOp.WOULD_BLOCK;
    }

    /** Says where a packet came from, and what the reader has asked to know of it. */
    protected abstract void describe(SkBuff skb, Message message);

    @Override
    public int inputBytes() {
        SkBuff first = queue.peekFirst();
        return first == null ? 0 : first.length();
    }

    public final int charged() {
        return charged;
    }

    public final long drops() {
        return drops;
    }

    // --- state ---

    @Override
    public int pollState() {
        int mask = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;
        if (error() != 0 || !errors.isEmpty()) {
            mask |= Poll.POLLERR | (options.isOn(SockConst.SO_SELECT_ERR_QUEUE) ? Poll.POLLPRI : 0);
        }
        if (receiveShut) {
            mask |= Poll.POLLRDHUP | Poll.POLLIN | Poll.POLLRDNORM;
            mask |= sendShut ? Poll.POLLHUP : 0;
        }
        if (count > 0) {
            mask |= Poll.POLLIN | Poll.POLLRDNORM;
        }
        return mask;
    }

    @Override
    public void shutdown(int how) {
        boolean known = remotePort != 0 || !remote.isAny();
        if (how != SockConst.SHUT_WR) {
            receiveShut = true;
        }
        if (how != SockConst.SHUT_RD) {
            sendShut = true;
        }
        readers.wakeAll(Poll.POLLIN | Poll.POLLRDHUP | Poll.POLLHUP);
        writers.wakeAll(Poll.POLLOUT | Poll.POLLHUP);
        if (!known) {
            throw Errno.ENOTCONN.exception();
        }
    }

    @Override
    public void close() {
        closed = true;
        leaveGroups();
        purge();
    }

    protected final void purge() {
        for (SkBuff skb; (skb = queue.pollFirst()) != null; ) {
            skb.release();
        }
        charged = 0;
        count = 0;
    }

    /** The first packet, for checks before it is read. */
    protected final @Nullable SkBuff first() {
        return queue.peekFirst();
    }

    protected final @Nullable SkBuff dropFirst() {
        SkBuff skb = queue.pollFirst();
        count = queue.size();
        if (skb != null) {
            charged -= skb.charge;
        }
        return skb;
    }
}
