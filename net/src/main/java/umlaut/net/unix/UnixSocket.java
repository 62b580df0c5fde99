package umlaut.net.unix;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.InodeState;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;
import umlaut.net.Control;
import umlaut.net.Message;
import umlaut.net.PeerCredentials;
import umlaut.net.Socket;

/**
 * A unix socket of any type (Linux: struct unix_sock, unix(7)). What is common to all is here: names, connections, ends; {@link UnixTransfer} moves the data.
 *
 * <p>Changes of state are made under the {@link UnixNetwork}'s monitor, so that both ends of a connection change together; they are rare. Transfers read the
 * volatile fields without it.
 */
final class UnixSocket extends Socket {
    enum State {
        CLOSED,
        LISTENING,
        CONNECTED
    }

    final UnixNetwork network;
    volatile State state = State.CLOSED;
    /** The other end, also after it has closed; for datagrams the default destination. */
    volatile @Nullable UnixSocket peer;

    volatile boolean sendShut;
    volatile boolean receiveShut;
    volatile boolean dead;
    /** Pending error number, SO_ERROR. */
    private final AtomicInteger error = new AtomicInteger();

    private volatile @Nullable UnixAddress address;
    private volatile @Nullable Inode bound;
    /** Who is at the other end, or for a listener who listens. */
    volatile @Nullable PeerCredentials peerCredentials;

    final UnixOptions unixOptions = new UnixOptions(this);
    /** What has come in: bytes or packets, by type. */
    final @Nullable StreamQueue stream;

    final @Nullable PacketQueue packets;
    /** Bytes charged for packets that lie in receivers' queues. */
    private final AtomicInteger charged = new AtomicInteger();
    /** Where senders wait for a place in the packet queue, and connectors for one in the backlog. */
    final WaitQueue room = new WaitQueue();

    /** Connections not yet accepted, and how many may be; guarded by the network's monitor. */
    final ArrayDeque<UnixSocket> backlog = new ArrayDeque<>(0);

    volatile int waiting;
    volatile int backlogLimit = UnixNetwork.MAX_DATAGRAM_QUEUE;

    UnixSocket(UnixNetwork network, Task task, int type, int protocol, int fileFlags) {
        super(task, SockConst.AF_UNIX, type, protocol, fileFlags);
        this.network = network;
        this.stream = type == SockConst.SOCK_STREAM ? new StreamQueue(readers) : null;
        this.packets = type == SockConst.SOCK_STREAM ? null : new PacketQueue(readers);
    }

    /** Stream and seqpacket sockets are connected before they transfer. */
    boolean connectionBased() {
        return type != SockConst.SOCK_DGRAM;
    }

    // --- names ---

    @Nullable UnixAddress address() {
        return address;
    }

    void setAddress(@Nullable UnixAddress fresh) {
        address = fresh;
    }

    @Override
    public void bind(Task task, byte[] sockaddr) {
        UnixAddress wanted = UnixAddress.parse(sockaddr);
        synchronized (network) {
            if (wanted == null) {
                if (address == null) {
                    address = network.names.autobind(this);
                }
                return;
            }
            if (address != null) {
                // As in Linux, a path's name is tried before the socket is looked at.
                boolean taken = !wanted.isAbstract() && UnixNames.exists(task, wanted.text());
                throw (taken ? Errno.EADDRINUSE : Errno.EINVAL).exception();
            }
            if (wanted.isAbstract()) {
                network.names.bindAbstract(this, wanted.text());
            } else {
                bound = UnixNames.bindPath(task, this, wanted.text());
            }
            address = wanted;
        }
    }

    void autobind() {
        synchronized (network) {
            if (address == null) {
                address = network.names.autobind(this);
            }
        }
    }

    @Override
    public byte[] localAddress() {
        UnixAddress own = address;
        return own == null ? UnixAddress.unnamed() : own.toSockaddr();
    }

    @Override
    public byte[] peerAddress() {
        UnixSocket other = peer;
        if (other == null) {
            throw Errno.ENOTCONN.exception();
        }
        return other.localAddress();
    }

    // --- connections ---

    @Override
    public void listen(Task task, int limit) {
        if (!connectionBased()) {
            throw Errno.EOPNOTSUPP.exception();
        }
        synchronized (network) {
            if (address == null || state == State.CONNECTED) {
                throw Errno.EINVAL.exception();
            }
            backlogLimit = limit;
            state = State.LISTENING;
            peerCredentials = PeerCredentials.of(task);
        }
        room.wakeAll(0);
    }

    @Override
    public boolean listening() {
        return state == State.LISTENING;
    }

    @Override
    public @Nullable Socket accept(Task task) {
        if (!connectionBased()) {
            throw Errno.EOPNOTSUPP.exception();
        }
        UnixSocket next;
        synchronized (network) {
            if (state != State.LISTENING || receiveShut) {
                throw Errno.EINVAL.exception();
            }
            next = backlog.pollFirst();
            waiting = backlog.size();
        }
        if (next != null) {
            room.wake(0);
        }
        return next;
    }

    @Override
    public long connect(Task task, byte[] sockaddr) {
        return connectionBased()
                ? UnixConnect.stream(this, task, sockaddr)
                : UnixConnect.datagram(this, task, sockaddr);
    }

    @Override
    public void shutdown(int how) {
        boolean receive = how == SockConst.SHUT_RD || how == SockConst.SHUT_RDWR;
        boolean send = how == SockConst.SHUT_WR || how == SockConst.SHUT_RDWR;
        UnixSocket other;
        synchronized (network) {
            receiveShut |= receive;
            sendShut |= send;
            other = connectionBased() ? peer : null;
            if (other != null) {
                other.sendShut |= receive;
                other.receiveShut |= send;
            }
        }
        announce();
        if (other != null) {
            other.announce();
        }
    }

    /** Tells all who wait here that something fundamental has changed. */
    void announce() {
        int all = Poll.POLLIN
                | Poll.POLLRDNORM
                | Poll.POLLOUT
                | Poll.POLLWRNORM
                | Poll.POLLHUP
                | Poll.POLLRDHUP
                | Poll.POLLERR;
        readers.wakeAll(all);
        writers.wakeAll(all);
        room.wakeAll(all);
    }

    @Override
    protected void onRelease() {
        List<UnixSocket> orphans;
        UnixSocket other;
        boolean unread = unread() > 0;
        UnixAddress own;
        synchronized (network) {
            dead = true;
            receiveShut = true;
            sendShut = true;
            own = address;
            orphans = List.copyOf(backlog);
            backlog.clear();
            waiting = 0;
            other = connectionBased() ? peer : null;
            if (other != null) {
                other.receiveShut = true;
                other.sendShut = true;
                if (unread) {
                    other.error.set(Errno.ECONNRESET.number());
                }
            }
            if (own != null) {
                network.names.release(this, own);
            }
            forgetInode();
        }
        discardIncoming();
        announce();
        if (other != null) {
            other.announce();
        }
        for (UnixSocket orphan : orphans) {
            orphan.reset();
        }
        network.collector.run();
    }

    private void forgetInode() {
        Inode inode = bound;
        InodeState inodeState = inode == null ? null : inode.stateOrNull();
        if (inodeState != null && inodeState.socket == this) {
            inodeState.socket = null;
        }
    }

    /** A connection that nobody will accept. */
    private void reset() {
        UnixSocket other = peer;
        if (other != null) {
            other.error.set(Errno.ECONNRESET.number());
        }
        release();
    }

    private long unread() {
        if (stream != null) {
            return stream.available();
        }
        return packets == null ? 0 : packets.count();
    }

    /** Empties the queue for good. */
    void discardIncoming() {
        if (stream != null) {
            stream.close().forEach(Control::discard);
        }
        if (packets != null) {
            for (PacketQueue.Packet packet : packets.close()) {
                packet.sender().refund(packet.charge());
                if (packet.control() != null) {
                    packet.control().discard();
                }
            }
        }
    }

    // --- data ---

    @Override
    public boolean wantsCredentials() {
        return unixOptions.passCredentials();
    }

    @Override
    public long send(Task task, Message message) {
        if (message.has(SockConst.MSG_OOB)) {
            throw Errno.EOPNOTSUPP.exception();
        }
        return stream != null
                ? UnixTransfer.sendStream(this, task, message)
                : UnixTransfer.sendPacket(this, task, message);
    }

    @Override
    public long receive(Task task, Message message) {
        if (message.has(SockConst.MSG_OOB)) {
            throw (stream != null ? Errno.EINVAL : Errno.EOPNOTSUPP).exception();
        }
        return stream != null ? UnixTransfer.receiveStream(this, message) : UnixTransfer.receivePacket(this, message);
    }

    @Override
    public void awaitSend(Task task, Message message, PollTable table) {
        poll(table);
        addRoom(task, message.address, table);
    }

    @Override
    public void awaitConnect(Task task, byte[] sockaddr, PollTable table) {
        poll(table);
        addRoom(task, sockaddr, table);
    }

    private void addRoom(Task task, byte @Nullable [] sockaddr, PollTable table) {
        UnixAddress target = sockaddr == null ? null : UnixAddress.parse(sockaddr);
        if (target != null) {
            table.add(network.names.find(task, target, type).room);
        }
    }

    void charge(int bytes) {
        charged.addAndGet(bytes);
    }

    void refund(int bytes) {
        int left = charged.addAndGet(-bytes);
        if (left * 4L <= options.sendBuffer && (left + bytes) * 4L > options.sendBuffer) {
            writers.wake(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND);
        }
    }

    int charged() {
        return charged.get();
    }

    @Override
    public int takeError() {
        return error.get() == 0 ? 0 : error.getAndSet(0);
    }

    // --- polling, ioctl, options ---

    @Override
    public int poll(PollTable table) {
        table.add(readers);
        table.add(writers);
        int mask = 0;
        if (error.get() != 0) {
            mask |= Poll.POLLERR;
        }
        State now = state;
        boolean hasInput = now == State.LISTENING ? waiting > 0 : unread() > 0;
        if (receiveShut) {
            mask |= Poll.POLLRDHUP | Poll.POLLIN | Poll.POLLRDNORM;
            mask |= sendShut ? Poll.POLLHUP : 0;
        }
        if (hasInput) {
            mask |= Poll.POLLIN | Poll.POLLRDNORM;
        }
        if (connectionBased() && now == State.CLOSED) {
            mask |= Poll.POLLHUP;
        }
        if (now != State.LISTENING && writable(table)) {
            mask |= Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;
        }
        return mask;
    }

    private boolean writable(PollTable table) {
        UnixSocket other = peer;
        if (stream != null) {
            return other == null || other.stream == null || other.stream.writable(options.sendBuffer);
        }
        if (charged.get() * 4L > options.sendBuffer) {
            return false;
        }
        if (other == null || other.peer == this) {
            return true;
        }
        table.add(other.room);
        return !other.queueFull();
    }

    /** Too many packets lie here for senders that are not the peer. */
    boolean queueFull() {
        return packets != null && packets.count() > backlogLimit;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        int value;
        switch (command) {
            case Ioctl.SIOCINQ -> {
                if (state == State.LISTENING) {
                    return Errno.EINVAL.negative();
                }
                value = (int) inputLength();
            }
            case Ioctl.SIOCOUTQ -> {
                UnixSocket other = peer;
                value = stream == null || other == null || other.stream == null
                        ? charged()
                        : (int) other.stream.available();
            }
            default -> {
                return network.devices.ioctl(task, command, argument);
            }
        }
        task.memory.putInt(argument, value);
        return 0;
    }

    private long inputLength() {
        if (stream != null) {
            return stream.available();
        }
        if (packets == null) {
            return 0;
        }
        return type == SockConst.SOCK_DGRAM ? packets.firstLength() : packets.totalLength();
    }

    @Override
    public void setOption(Task task, int level, int name, MemorySegment value) {
        if (level != SockConst.SOL_SOCKET || !unixOptions.set(name, value)) {
            super.setOption(task, level, name, value);
        }
    }

    @Override
    public int getOption(Task task, int level, int name, MemorySegment value) {
        int filled = level == SockConst.SOL_SOCKET ? unixOptions.get(task, name, value) : -1;
        return filled >= 0 ? filled : super.getOption(task, level, name, value);
    }

    @Override
    public boolean hasOptionsOfItsOwn() {
        return false;
    }

    /** What lies in the queue with descriptors in it, for the collector. */
    List<Control> incomingControls() {
        if (stream != null) {
            return stream.controls();
        }
        return packets == null ? List.of() : packets.controls();
    }
}
