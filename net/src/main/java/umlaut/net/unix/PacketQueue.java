package umlaut.net.unix;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.ipc.ByteRing;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.Control;
import umlaut.net.Message;

/** Packets on their way to a datagram or seqpacket socket, their bytes in one ring. */
final class PacketQueue {
    private static final int FIRST_STORAGE = 4096;
    /** An empty queue gives larger storage back. */
    private static final int KEPT_STORAGE = 65536;

    /**
     * One packet.
     *
     * @param charge what the sender's buffer is charged while it lies here
     */
    record Packet(
            int length,
            int charge,
            UnixSocket sender,
            @Nullable UnixAddress from,
            @Nullable Control control) {}

    private final WaitQueue readers;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final ArrayDeque<Packet> packets = new ArrayDeque<>(4);

    @GuardedBy("lock") private @Nullable ByteRing ring;

    @GuardedBy("lock") private long head;

    @GuardedBy("lock") private long tail;

    @GuardedBy("lock") private boolean closed;

    private volatile int count;

    PacketQueue(WaitQueue readers) {
        this.readers = readers;
    }

    int count() {
        return count;
    }

    /** Length of the first packet, 0 if there is none. */
    int firstLength() {
        lock.lock();
        try {
            Packet first = packets.peekFirst();
            return first == null ? 0 : first.length;
        } finally {
            lock.unlock();
        }
    }

    long totalLength() {
        lock.lock();
        try {
            return tail - head;
        } finally {
            lock.unlock();
        }
    }

    /** What the sender is charged for a packet: its memory as Linux counts it (skb truesize). */
    static int charge(long length) {
        long data = length + 320;
        if (data > 32768) {
            return (int) Math.min(Integer.MAX_VALUE, 1024 + (length + 4095 & ~4095L));
        }
        int size = 512;
        while (size < data) {
            size <<= 1;
        }
        return size + 256;
    }

    /** @return the packet's length, -EFAULT, or -ECONNREFUSED when the queue was closed; nothing is charged by this */
    long write(Message message, UnixSocket sender, @Nullable Control control) {
        lock.lock();
        try {
            if (closed) {
                return Errno.ECONNREFUSED.negative();
            }
            long length = message.data.remaining();
            long moved = length == 0 ? 0 : makeRoom(length).copyIn(message.data, tail, length);
            if (moved < length) {
                return Errno.EFAULT.negative();
            }
            int charge = charge(length);
            sender.charge(charge);
            packets.addLast(new Packet((int) length, charge, sender, sender.address(), control));
            tail += length;
            count = packets.size();
        } finally {
            lock.unlock();
        }
        readers.wake(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDBAND);
        return message.data.moved();
    }

    @GuardedBy("lock") private ByteRing makeRoom(long more) {
        long needed = tail - head + more;
        ByteRing storage = ring;
        if (storage != null && storage.size() >= needed) {
            return storage;
        }
        int size = FIRST_STORAGE;
        while (size < needed) {
            size <<= 1;
        }
        if (storage == null) {
            storage = new ByteRing(size);
            ring = storage;
        } else {
            storage.resize(size, head, tail);
        }
        return storage;
    }

    /** @return the packet read (its charge is the caller's to give back unless peeking), null if there is none; the result is in {@link Message#resultFlags} */
    @Nullable Packet read(Message message, boolean peek) {
        lock.lock();
        try {
            Packet packet = packets.peekFirst();
            if (packet == null) {
                return null;
            }
            long wanted = Math.min(packet.length, message.data.remaining());
            ByteRing storage = ring;
            if (wanted > 0 && storage != null) {
                storage.copyOut(message.data, head, wanted);
            }
            if (packet.length > wanted) {
                message.resultFlags |= SockConst.MSG_TRUNC;
            }
            if (!peek) {
                packets.removeFirst();
                head += packet.length;
                count = packets.size();
                if (packets.isEmpty() && storage != null && storage.size() > KEPT_STORAGE) {
                    ring = null;
                }
            }
            return packet;
        } finally {
            lock.unlock();
        }
    }

    List<Control> controls() {
        lock.lock();
        try {
            List<Control> all = new ArrayList<>();
            for (Packet packet : packets) {
                if (packet.control != null) {
                    all.add(packet.control);
                }
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything out and takes nothing any more. @return the packets, for the caller to discard and give back charges */
    List<Packet> close() {
        lock.lock();
        try {
            closed = true;
            List<Packet> all = List.copyOf(packets);
            packets.clear();
            ring = null;
            head = tail;
            count = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }
}
