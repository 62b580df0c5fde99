package umlaut.net.netlink;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Netlink;
import umlaut.abi.Nlmsghdr;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.kernel.mqueue.NotifySocket;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.net.Message;
import umlaut.net.Socket;
import umlaut.net.SocketOptions;
import umlaut.net.core.Be;
import umlaut.net.core.NetNamespace;
import umlaut.net.inet.InterfaceIoctl;

/** A netlink socket (netlink(7)). Requests are answered within send; its state is guarded by the namespace's lock. */
public final class NetlinkSocket extends Socket implements NotifySocket {
    /** One datagram to the reader. */
    private record Datagram(byte[] bytes, int group) {}

    private static final int ADDRESS = 12;

    final NetNamespace net;
    private final NetlinkNetwork network;
    private final @Nullable NetlinkProtocol answers;
    private final ArrayDeque<Datagram> queue = new ArrayDeque<>();
    private volatile int count;
    private int queuedBytes;
    private boolean overrun;
    int portId;
    /** Groups joined, bit n-1 = group n; enough for those that exist. */
    private long groups;

    private boolean capAck;
    private boolean extAck;
    private boolean strict;
    private boolean pktInfo;
    private volatile boolean passCredentials;

    NetlinkSocket(
            Task task,
            NetlinkNetwork network,
            NetNamespace net,
            int type,
            int protocol,
            int fileFlags,
            @Nullable NetlinkProtocol answers) {
        super(task, SockConst.AF_NETLINK, type, protocol, fileFlags);
        this.network = network;
        this.net = net;
        this.answers = answers;
    }

    // --- names ---

    private static void check(byte[] address) {
        if (address.length < ADDRESS) {
            throw Errno.EINVAL.exception();
        }
        if ((address[0] & 0xff) != SockConst.AF_NETLINK) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    public void bind(Task task, byte[] address) {
        check(address);
        int wanted = Integer.reverseBytes(Be.i32(address, 4));
        int mask = Integer.reverseBytes(Be.i32(address, 8));
        net.lock();
        try {
            if (portId != 0 && wanted != portId && wanted != 0) {
                throw Errno.EINVAL.exception();
            }
            if (portId == 0) {
                network.name(this, wanted, task.group.tgid);
            }
            groups = groups & ~0xffff_ffffL | mask & 0xffff_ffffL;
        } finally {
            net.unlock();
        }
    }

    private void autobind(Task task) {
        if (portId == 0) {
            network.name(this, 0, task.group.tgid);
        }
    }

    @Override
    public long connect(Task task, byte[] address) {
        if (address.length < 2) {
            throw Errno.EINVAL.exception();
        }
        if (address[0] == SockConst.AF_UNSPEC) {
            return 0;
        }
        check(address);
        net.lock();
        try {
            autobind(task);
        } finally {
            net.unlock();
        }
        return 0;
    }

    @Override
    public void listen(Task task, int backlog) {
        throw Errno.EOPNOTSUPP.exception();
    }

    @Override
    public @Nullable Socket accept(Task task) {
        throw Errno.EOPNOTSUPP.exception();
    }

    private static byte[] address(int port, int groups) {
        byte[] out = new byte[ADDRESS];
        out[0] = SockConst.AF_NETLINK;
        Be.put32(out, 4, Integer.reverseBytes(port));
        Be.put32(out, 8, Integer.reverseBytes(groups));
        return out;
    }

    @Override
    public byte[] localAddress() {
        return address(portId, (int) groups);
    }

    @Override
    public byte[] peerAddress() {
        return address(0, 0);
    }

    @Override
    public void shutdown(int how) {
        throw Errno.EOPNOTSUPP.exception();
    }

    // --- requests ---

    @Override
    public long send(Task task, Message message) {
        if (message.has(SockConst.MSG_OOB)) {
            return Errno.EOPNOTSUPP.negative();
        }
        byte[] to = message.address;
        if (to != null) {
            check(to);
            boolean toKernel = Be.i32(to, 4) == 0 && Be.i32(to, 8) == 0;
            if (!toKernel
                    && protocol != Netlink.NETLINK_USERSOCK
                    && !task.credentials().capable(Capability.CAP_NET_ADMIN)) {
                return Errno.EPERM.negative();
            }
            if (!toKernel) {
                return Errno.ECONNREFUSED.negative();
            }
        }
        int length = (int) Math.min(message.data.remaining(), 1 << 20);
        if (length > options.sendBuffer - 32) {
            return Errno.EMSGSIZE.negative();
        }
        byte[] bytes = new byte[length];
        if (message.data.copyIn(MemorySegment.ofArray(bytes), 0, length) < length) {
            return Errno.EFAULT.negative();
        }
        net.lock();
        try {
            autobind(task);
            if (answers == null) {
                return Errno.ECONNREFUSED.negative();
            }
            process(task, bytes);
            answers.datagramEnded();
        } finally {
            net.unlock();
        }
        return length;
    }

    /** Each message of a datagram (netlink_rcv_skb). */
    private void process(Task task, byte[] bytes) {
        for (int at = 0; at + Nlmsghdr.SIZE <= bytes.length; ) {
            int length = Integer.reverseBytes(Be.i32(bytes, at));
            if (length < Nlmsghdr.SIZE || length > bytes.length - at) {
                return;
            }
            one(task, Arrays.copyOfRange(bytes, at, at + length));
            at += Nlmsghdr.align(length);
        }
    }

    private void one(Task task, byte[] message) {
        int type = Short.reverseBytes((short) Be.u16(message, 4)) & 0xffff;
        int flags = Short.reverseBytes((short) Be.u16(message, 6)) & 0xffff;
        int seq = Integer.reverseBytes(Be.i32(message, 8));
        NlWriter out = new NlWriter(seq, portId);
        int error = 0;
        boolean dumped = false;
        NetlinkProtocol to = answers;
        if (to != null && (flags & Netlink.NLM_F_REQUEST) != 0 && type >= Netlink.NLMSG_MIN_TYPE) {
            try {
                dumped = to.request(task, type, flags, Arrays.copyOfRange(message, Nlmsghdr.SIZE, message.length), out);
            } catch (ErrnoException e) {
                error = e.errno().number();
            }
        }
        if (error != 0) {
            out = new NlWriter(seq, portId);
        }
        if (error != 0 || (flags & Netlink.NLM_F_ACK) != 0 && !dumped) {
            acknowledge(out, error, message);
        }
        for (byte[] datagram : out.finish()) {
            deliver(datagram, 0, true);
        }
    }

    private void acknowledge(NlWriter out, int error, byte[] message) {
        boolean whole = error != 0 && !capAck;
        out.begin(Netlink.NLMSG_ERROR, whole ? 0 : Netlink.NLM_F_CAPPED).u32(-error);
        out.bytes(whole ? message : Arrays.copyOf(message, Nlmsghdr.SIZE)).end();
    }

    // --- answers and news ---

    /** Puts a datagram into the queue. @param always an answer: for which there is always room */
    void deliver(byte[] bytes, int group, boolean always) {
        if (!always && queuedBytes + bytes.length > options.receiveBuffer) {
            overrun = true;
            readers.wake(Poll.POLLERR);
            return;
        }
        queue.addLast(new Datagram(bytes, group));
        queuedBytes += bytes.length;
        count = queue.size();
        readers.wake(Poll.POLLIN | Poll.POLLRDNORM);
    }

    @Override
    public void deliverCookie(byte[] cookie) {
        net.lock();
        try {
            deliver(cookie, 0, true);
        } finally {
            net.unlock();
        }
    }

    boolean inGroup(int group) {
        return group > 0 && group <= 64 && (groups >>> group - 1 & 1) != 0;
    }

    @Override
    public long receive(Task task, Message message) {
        if (message.has(SockConst.MSG_OOB)) {
            return Errno.EOPNOTSUPP.negative();
        }
        boolean peek = message.has(SockConst.MSG_PEEK);
        Datagram next;
        net.lock();
        try {
            if (overrun) {
                overrun = false;
                return Errno.ENOBUFS.negative();
            }
            next = peek ? queue.peekFirst() : queue.pollFirst();
            count = queue.size();
            if (next != null && !peek) {
                queuedBytes -= next.bytes.length;
            }
        } finally {
            net.unlock();
        }
        if (next == null) {
            return BlockingOp.WOULD_BLOCK;
        }
        byte[] bytes = next.bytes;
        int copied = (int) Math.min(bytes.length, message.data.remaining());
        if (copied < bytes.length) {
            message.resultFlags |= SockConst.MSG_TRUNC;
        }
        message.address = address(0, next.group == 0 || next.group > 32 ? 0 : 1 << next.group - 1);
        if (pktInfo) {
            byte[] group = new byte[4];
            Be.put32(group, 0, Integer.reverseBytes(next.group));
            message.add(SockConst.SOL_NETLINK, Netlink.NETLINK_PKTINFO, group);
        }
        if (copied > 0 && message.data.copyOut(MemorySegment.ofArray(bytes), 0, copied) < copied) {
            return Errno.EFAULT.negative();
        }
        return message.has(SockConst.MSG_TRUNC) ? bytes.length : copied;
    }

    @Override
    public boolean wantsCredentials() {
        return passCredentials;
    }

    @Override
    public int poll(PollTable table) {
        table.add(readers);
        table.add(writers);
        int mask = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND;
        if (overrun) {
            mask |= Poll.POLLERR;
        }
        return count > 0 ? mask | Poll.POLLIN | Poll.POLLRDNORM : mask;
    }

    @Override
    protected void onRelease() {
        net.lock();
        try {
            network.forget(this);
            queue.clear();
        } finally {
            net.unlock();
        }
    }

    // --- options ---

    @Override
    public void setOption(Task task, int level, int name, MemorySegment value) {
        if (level == SockConst.SOL_SOCKET && name == SockConst.SO_PASSCRED) {
            passCredentials = SocketOptions.integer(value) != 0;
            return;
        }
        if (level == SockConst.SOL_SOCKET
                && (name == SockConst.SO_ATTACH_FILTER || name == SockConst.SO_DETACH_FILTER)) {
            throw Errno.ENOPROTOOPT.exception();
        }
        if (level != SockConst.SOL_NETLINK) {
            throw Errno.ENOPROTOOPT.exception();
        }
        int number = SocketOptions.integer(value);
        net.lock();
        try {
            switch (name) {
                case Netlink.NETLINK_ADD_MEMBERSHIP -> groups |= bit(number);
                case Netlink.NETLINK_DROP_MEMBERSHIP -> groups &= ~bit(number);
                case Netlink.NETLINK_PKTINFO -> pktInfo = number != 0;
                case Netlink.NETLINK_CAP_ACK -> capAck = number != 0;
                case Netlink.NETLINK_EXT_ACK -> extAck = number != 0;
                case Netlink.NETLINK_GET_STRICT_CHK -> strict = number != 0;
                case Netlink.NETLINK_BROADCAST_ERROR, Netlink.NETLINK_NO_ENOBUFS, Netlink.NETLINK_LISTEN_ALL_NSID -> {}
                default -> throw Errno.ENOPROTOOPT.exception();
            }
        } finally {
            net.unlock();
        }
    }

    private static long bit(int group) {
        if (group < 1 || group > 64) {
            throw Errno.EINVAL.exception();
        }
        return 1L << group - 1;
    }

    @Override
    public int getOption(Task task, int level, int name, MemorySegment value) {
        if (level != SockConst.SOL_NETLINK) {
            throw Errno.ENOPROTOOPT.exception();
        }
        boolean on = switch (name) {
            case Netlink.NETLINK_PKTINFO -> pktInfo;
            case Netlink.NETLINK_CAP_ACK -> capAck;
            case Netlink.NETLINK_EXT_ACK -> extAck;
            case Netlink.NETLINK_GET_STRICT_CHK -> strict;
            case Netlink.NETLINK_LIST_MEMBERSHIPS -> {
                Le.putLong(value, 0, groups);
                yield false;
            }
            default -> throw Errno.ENOPROTOOPT.exception();
        };
        if (name == Netlink.NETLINK_LIST_MEMBERSHIPS) {
            return 8;
        }
        Le.putInt(value, 0, on ? 1 : 0);
        return 4;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return command == Ioctl.SIOCINQ
                ? Errno.EOPNOTSUPP.negative()
                : InterfaceIoctl.ioctl(net, task, command, argument);
    }
}
