package umlaut.net;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Linger;
import umlaut.abi.SockConst;
import umlaut.abi.Timeval;
import umlaut.kernel.task.Task;

/** Options of SOL_SOCKET that every socket has (net/core/sock.c, socket(7)). Each is read and written on its own. */
public final class SocketOptions {
    public static final int DEFAULT_BUFFER = 212_992;
    private static final int MAX_BUFFER = 212_992;
    private static final int MIN_SEND_BUFFER = 4_608;
    private static final int MIN_RECEIVE_BUFFER = 2_304;
    /** As one bit each. */
    private static final long SWITCHES = 1L << SockConst.SO_DEBUG
            | 1L << SockConst.SO_REUSEADDR
            | 1L << SockConst.SO_DONTROUTE
            | 1L << SockConst.SO_BROADCAST
            | 1L << SockConst.SO_KEEPALIVE
            | 1L << SockConst.SO_OOBINLINE
            | 1L << SockConst.SO_NO_CHECK
            | 1L << SockConst.SO_REUSEPORT
            | 1L << SockConst.SO_TIMESTAMP_OLD
            | 1L << SockConst.SO_TIMESTAMPNS_OLD
            | 1L << SockConst.SO_RXQ_OVFL
            | 1L << SockConst.SO_WIFI_STATUS
            | 1L << SockConst.SO_NOFCS
            | 1L << SockConst.SO_LOCK_FILTER
            | 1L << SockConst.SO_SELECT_ERR_QUEUE
            | 1L << SockConst.SO_ZEROCOPY;

    private volatile long switches;
    public volatile int sendBuffer = DEFAULT_BUFFER;
    public volatile int receiveBuffer = DEFAULT_BUFFER;
    public volatile int receiveLowWater = 1;
    /** ns, 0 = for ever. */
    public volatile long receiveTimeoutNs;

    public volatile long sendTimeoutNs;
    private volatile int priority;
    private volatile int mark;
    private volatile boolean lingers;
    private volatile int lingerSeconds;
    /** Where MSG_PEEK begins (SO_PEEK_OFF); -1: at the start, always. */
    private volatile int peekOffset = -1;
    /** SO_SNDBUF, SO_RCVBUF have been set: buffers don't grow by themselves (SOCK_*BUF_LOCK). */
    public volatile int bufferLocks;

    public volatile int maxSendBuffer = MAX_BUFFER;
    public volatile int maxReceiveBuffer = MAX_BUFFER;

    /** SO_LINGER is on. */
    public boolean lingers() {
        return lingers;
    }

    public int lingerSeconds() {
        return lingerSeconds;
    }

    public int mark() {
        return mark;
    }

    public int priority() {
        return priority;
    }

    /** The reader wants to know when packets came. */
    public boolean wantsTimestamps() {
        return (switches & (1L << SockConst.SO_TIMESTAMP_OLD | 1L << SockConst.SO_TIMESTAMPNS_OLD)) != 0;
    }

    /** Where a peek begins. */
    public int peekOffset() {
        return Math.max(0, peekOffset);
    }

    public int rawPeekOffset() {
        return peekOffset;
    }

    public void setPeekOffset(int offset) {
        peekOffset = offset;
    }

    /** A peek or read has gone past that many bytes. */
    public void movePeekOffset(int by) {
        int now = peekOffset;
        if (now >= 0) {
            peekOffset = Math.max(0, now + by);
        }
    }

    /** Takes over what a connection has from its listener. */
    public void inherit(SocketOptions from) {
        switches = from.switches;
        sendBuffer = from.sendBuffer;
        receiveBuffer = from.receiveBuffer;
        receiveLowWater = from.receiveLowWater;
        receiveTimeoutNs = from.receiveTimeoutNs;
        sendTimeoutNs = from.sendTimeoutNs;
        priority = from.priority;
        mark = from.mark;
        lingers = from.lingers;
        lingerSeconds = from.lingerSeconds;
        bufferLocks = from.bufferLocks;
        maxSendBuffer = from.maxSendBuffer;
        maxReceiveBuffer = from.maxReceiveBuffer;
    }

    private static boolean isSwitch(int name) {
        return name >= 0 && name < 63 && (SWITCHES >>> name & 1) != 0;
    }

    /** @return false if the option is none of these */
    boolean set(Task task, int name, MemorySegment value) {
        switch (name) {
            case SockConst.SO_LINGER -> setLinger(value);
            case SockConst.SO_RCVTIMEO_OLD, SockConst.SO_RCVTIMEO_NEW -> receiveTimeoutNs = timeout(value);
            case SockConst.SO_SNDTIMEO_OLD, SockConst.SO_SNDTIMEO_NEW -> sendTimeoutNs = timeout(value);
            case SockConst.SO_SNDBUF -> {
                sendBuffer = Math.max(MIN_SEND_BUFFER, clamp(integer(value), maxSendBuffer) * 2);
                bufferLocks |= SockConst.SOCK_SNDBUF_LOCK;
            }
            case SockConst.SO_RCVBUF -> {
                receiveBuffer = Math.max(MIN_RECEIVE_BUFFER, clamp(integer(value), maxReceiveBuffer) * 2);
                bufferLocks |= SockConst.SOCK_RCVBUF_LOCK;
            }
            case SockConst.SO_BUF_LOCK -> {
                int locks = integer(value);
                if ((locks & ~SockConst.SOCK_BUF_LOCK_MASK) != 0) {
                    throw Errno.EINVAL.exception();
                }
                bufferLocks = locks;
            }
            case SockConst.SO_SNDBUFFORCE -> {
                demand(task, Capability.CAP_NET_ADMIN);
                sendBuffer = Math.max(MIN_SEND_BUFFER, forced(integer(value)));
                bufferLocks |= SockConst.SOCK_SNDBUF_LOCK;
            }
            case SockConst.SO_RCVBUFFORCE -> {
                demand(task, Capability.CAP_NET_ADMIN);
                receiveBuffer = Math.max(MIN_RECEIVE_BUFFER, forced(integer(value)));
                bufferLocks |= SockConst.SOCK_RCVBUF_LOCK;
            }
            case SockConst.SO_RCVLOWAT -> receiveLowWater = lowWater(integer(value));
            case SockConst.SO_PRIORITY -> {
                int wanted = integer(value);
                if (wanted < 0 || wanted > 6) {
                    demand(task, Capability.CAP_NET_ADMIN);
                }
                priority = wanted;
            }
            case SockConst.SO_MARK -> {
                demand(task, Capability.CAP_NET_ADMIN);
                mark = integer(value);
            }
            default -> {
                if (!isSwitch(name)) {
                    return false;
                }
                setSwitch(name, integer(value) != 0);
            }
        }
        return true;
    }

    private synchronized void setSwitch(int name, boolean on) {
        switches = on ? switches | 1L << name : switches & ~(1L << name);
    }

    public boolean isOn(int name) {
        return (switches >>> name & 1) != 0;
    }

    private static int clamp(int bytes, int most) {
        return bytes < 0 ? most : Math.min(bytes, most);
    }

    private static int forced(int bytes) {
        return Math.max(0, Math.min(bytes, Integer.MAX_VALUE / 2)) * 2;
    }

    private static int lowWater(int bytes) {
        return bytes < 0 ? Integer.MAX_VALUE : Math.max(1, bytes);
    }

    private static void demand(Task task, int capability) {
        if (!task.credentials().capableIn(task.ns().net().owner(), capability)) {
            throw Errno.EPERM.exception();
        }
    }

    /** An int option's value. @throws umlaut.abi.ErrnoException EINVAL if there are too few bytes */
    public static int integer(MemorySegment value) {
        if (value.byteSize() < 4) {
            throw Errno.EINVAL.exception();
        }
        return Le.getInt(value, 0);
    }

    private void setLinger(MemorySegment value) {
        if (value.byteSize() < Linger.SIZE) {
            throw Errno.EINVAL.exception();
        }
        lingers = Le.getInt(value, Linger.L_ONOFF) != 0;
        lingerSeconds = Le.getInt(value, Linger.L_LINGER);
    }

    private static long timeout(MemorySegment value) {
        if (value.byteSize() < Timeval.SIZE) {
            throw Errno.EINVAL.exception();
        }
        long micros = Timeval.microseconds(value, 0);
        if (micros < 0 || micros >= 1_000_000) {
            throw Errno.EDOM.exception();
        }
        long seconds = Timeval.seconds(value, 0);
        // A negative time limit is one that has passed: the shortest there is.
        return seconds < 0 ? 1 : Timeval.toNs(value, 0);
    }

    /** Fills {@code value} (at least 16 bytes). @return bytes filled, -1 if the option is none of these */
    int get(Socket socket, int name, MemorySegment value) {
        int result = switch (name) {
            case SockConst.SO_TYPE -> socket.type;
            case SockConst.SO_DOMAIN -> socket.family;
            case SockConst.SO_PROTOCOL -> socket.protocol;
            case SockConst.SO_ERROR -> socket.takeError();
            case SockConst.SO_ACCEPTCONN -> socket.listening() ? 1 : 0;
            case SockConst.SO_SNDBUF -> sendBuffer;
            case SockConst.SO_RCVBUF -> receiveBuffer;
            case SockConst.SO_RCVLOWAT -> receiveLowWater;
            case SockConst.SO_SNDLOWAT -> 1;
            case SockConst.SO_PRIORITY -> priority;
            case SockConst.SO_MARK -> mark;
            case SockConst.SO_BUF_LOCK -> bufferLocks;
            case SockConst.SO_INCOMING_NAPI_ID -> 0;
            default -> isSwitch(name) ? (isOn(name) ? 1 : 0) : Integer.MIN_VALUE;
        };
        if (result != Integer.MIN_VALUE) {
            Le.putInt(value, 0, result);
            return 4;
        }
        return switch (name) {
            case SockConst.SO_LINGER -> {
                Le.putInt(value, Linger.L_ONOFF, lingers ? 1 : 0);
                Le.putInt(value, Linger.L_LINGER, lingerSeconds);
                yield Linger.SIZE;
            }
            case SockConst.SO_RCVTIMEO_OLD, SockConst.SO_RCVTIMEO_NEW -> putTime(value, receiveTimeoutNs);
            case SockConst.SO_SNDTIMEO_OLD, SockConst.SO_SNDTIMEO_NEW -> putTime(value, sendTimeoutNs);
            default -> -1;
        };
    }

    private static int putTime(MemorySegment value, long timeNs) {
        Timeval.writeNs(value, 0, timeNs);
        return Timeval.SIZE;
    }
}
