package umlaut.net;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.Mmsghdr;
import umlaut.abi.Msghdr;
import umlaut.abi.SockConst;
import umlaut.abi.Timespec;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Iovecs;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** sendto(2), recvfrom(2), sendmsg(2), recvmsg(2), sendmmsg(2), recvmmsg(2) (net/socket.c). */
final class MessageCalls {
    /** Set by the 32-bit entry points alone. */
    private static final int MSG_CMSG_COMPAT = 0x80000000;

    private MessageCalls() {}

    // --- plain ---

    static long sendto(Task task, int fd, long buffer, long length, int flags, long address, int addressLength) {
        IovIter data = range(task, buffer, length);
        Socket socket = SocketCalls.hold(task, fd);
        try {
            Message message = new Message(data, effective(socket, flags));
            if (address != 0 && addressLength != 0) {
                message.address = SocketAddresses.read(task, address, addressLength);
            }
            return send(task, socket, message, true);
        } finally {
            socket.release();
        }
    }

    static long recvfrom(Task task, int fd, long buffer, long length, int flags, long address, long lengthAddress) {
        IovIter data = range(task, buffer, length);
        Socket socket = SocketCalls.hold(task, fd);
        try {
            Message message = new Message(data, effective(socket, flags));
            message.wantsAddress = address != 0;
            long result = receive(task, socket, message, address == 0);
            Control control = message.control;
            if (control != null) {
                control.discard();
            }
            if (result >= 0 && address != 0) {
                byte[] from = message.address;
                if (from != null) {
                    SocketAddresses.write(task, from, address, lengthAddress);
                } else {
                    task.memory.putInt(lengthAddress, 0);
                }
            }
            return result;
        } finally {
            socket.release();
        }
    }

    private static IovIter range(Task task, long address, long length) {
        long count = length < 0 ? Limits.MAX_RW_COUNT : Math.min(length, Limits.MAX_RW_COUNT);
        UserAccess.requireRange(address, count);
        return new IovIter().user(task, address, count);
    }

    private static int effective(Socket socket, int flags) {
        return socket.nonBlocking() ? flags | SockConst.MSG_DONTWAIT : flags;
    }

    // --- with headers ---

    static long sendmsg(Task task, int fd, long header, int flags) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return Errno.EINVAL.negative();
        }
        Socket socket = SocketCalls.hold(task, fd);
        try {
            return sendOne(task, socket, header, flags);
        } finally {
            socket.release();
        }
    }

    private static long sendOne(Task task, Socket socket, long header, int flags) {
        MemorySegment head = task.memory.struct(header, Msghdr.SIZE);
        long name = Le.getLong(head, Msghdr.MSG_NAME);
        int nameLength = name == 0 ? 0 : Le.getInt(head, Msghdr.MSG_NAMELEN);
        long vector = Le.getLong(head, Msghdr.MSG_IOV);
        long count = vectorCount(head);
        long control = Le.getLong(head, Msghdr.MSG_CONTROL);
        long controlLength = Le.getLong(head, Msghdr.MSG_CONTROLLEN);
        Message message = new Message(Iovecs.load(task, vector, count, new IovIter()), effective(socket, flags));
        if (nameLength > 0) {
            message.address = SocketAddresses.read(task, name, Math.min(nameLength, SocketAddresses.MAX));
        }
        message.control = ControlMessages.read(task, control, controlLength);
        try {
            return send(task, socket, message, false);
        } finally {
            Control left = message.control;
            if (left != null) {
                left.discard();
            }
        }
    }

    /** How many parts; lengths that can't be are told in the order of copy_msghdr. */
    private static long vectorCount(MemorySegment head) {
        if (Le.getLong(head, Msghdr.MSG_NAME) != 0 && Le.getInt(head, Msghdr.MSG_NAMELEN) < 0) {
            throw Errno.EINVAL.exception();
        }
        long count = Le.getLong(head, Msghdr.MSG_IOVLEN);
        if (Long.compareUnsigned(count, SockConst.UIO_MAXIOV) > 0) {
            throw Errno.EMSGSIZE.exception();
        }
        return count;
    }

    static long recvmsg(Task task, int fd, long header, int flags) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return Errno.EINVAL.negative();
        }
        Socket socket = SocketCalls.hold(task, fd);
        try {
            return receiveOne(task, socket, header, flags);
        } finally {
            socket.release();
        }
    }

    private static long receiveOne(Task task, Socket socket, long header, int flags) {
        MemorySegment head = task.memory.struct(header, Msghdr.SIZE);
        long name = Le.getLong(head, Msghdr.MSG_NAME);
        int nameLength = Le.getInt(head, Msghdr.MSG_NAMELEN);
        long vector = Le.getLong(head, Msghdr.MSG_IOV);
        long count = vectorCount(head);
        long control = Le.getLong(head, Msghdr.MSG_CONTROL);
        long controlRoom = Le.getLong(head, Msghdr.MSG_CONTROLLEN);
        Message message = new Message(Iovecs.load(task, vector, count, new IovIter()), effective(socket, flags));
        message.wantsAddress = name != 0;
        long result = receive(task, socket, message, false);
        if (result < 0) {
            return result;
        }
        if (name != 0) {
            byte[] from = message.address == null ? new byte[0] : message.address;
            SocketAddresses.put(task, from, name, nameLength);
            task.memory.putInt(header + Msghdr.MSG_NAMELEN, from.length);
        }
        boolean cloexec = message.has(SockConst.MSG_CMSG_CLOEXEC);
        ControlMessages.Written written =
                ControlMessages.write(task, message.control, socket.wantsCredentials(), cloexec, control, controlRoom);
        int told = message.resultFlags | written.flags | (cloexec ? SockConst.MSG_CMSG_CLOEXEC : 0);
        task.memory.putInt(header + Msghdr.MSG_FLAGS, told);
        task.memory.putLong(header + Msghdr.MSG_CONTROLLEN, written.length);
        return result;
    }

    // --- many at once ---

    static long sendmmsg(Task task, int fd, long vector, int count, int flags) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return Errno.EINVAL.negative();
        }
        Socket socket = SocketCalls.hold(task, fd);
        try {
            int limit = (int) Math.min(Integer.toUnsignedLong(count), SockConst.UIO_MAXIOV);
            int sent = 0;
            while (sent < limit) {
                long at = vector + (long) sent * Mmsghdr.SIZE;
                long result = quietly(() -> sendOne(task, socket, at, flags));
                if (result < 0) {
                    return sent > 0 ? sent : result;
                }
                task.memory.putInt(at + Mmsghdr.MSG_LEN, (int) result);
                sent++;
            }
            return sent;
        } finally {
            socket.release();
        }
    }

    static long recvmmsg(Task task, int fd, long vector, int count, int flags, long timeout) {
        if ((flags & MSG_CMSG_COMPAT) != 0) {
            return Errno.EINVAL.negative();
        }
        long deadline = Blocking.FOREVER;
        if (timeout != 0) {
            MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
            if (!Timespec.isValid(time, 0)) {
                return Errno.EINVAL.negative();
            }
            deadline = task.kernel.clock.monotonicNs() + Timespec.toNs(time, 0);
            deadline = deadline < 0 ? Blocking.FOREVER : deadline;
        }
        Socket socket = SocketCalls.hold(task, fd);
        try {
            long result = receiveMany(task, socket, vector, count, flags, deadline);
            if (timeout != 0 && result > 0) {
                MemorySegment room = task.memory.build(Timespec.SIZE);
                Timespec.writeNs(room, 0, Math.max(0, deadline - task.kernel.clock.monotonicNs()));
                task.memory.write(timeout, room);
            }
            return result;
        } finally {
            socket.release();
        }
    }

    private static long receiveMany(Task task, Socket socket, long vector, int count, int flags, long deadlineNs) {
        int limit = (int) Math.min(Integer.toUnsignedLong(count), SockConst.UIO_MAXIOV);
        int got = 0;
        int now = flags & ~SockConst.MSG_WAITFORONE;
        while (got < limit) {
            long at = vector + (long) got * Mmsghdr.SIZE;
            int with = now;
            long result = quietly(() -> receiveOne(task, socket, at, with));
            if (result < 0) {
                return got > 0 ? got : result;
            }
            task.memory.putInt(at + Mmsghdr.MSG_LEN, (int) result);
            got++;
            if ((flags & SockConst.MSG_WAITFORONE) != 0) {
                now |= SockConst.MSG_DONTWAIT;
            }
            if (task.kernel.clock.monotonicNs() >= deadlineNs) {
                break;
            }
        }
        return got;
    }

    /** Errors of one message of many are results, since those before it count. */
    private static long quietly(BlockingOp op) {
        try {
            return op.attempt();
        } catch (ErrnoException e) {
            return e.errno().negative();
        }
    }

    // --- moving ---

    private static long send(Task task, Socket socket, Message message, boolean byOthers) {
        long result = SocketCalls.run(
                task,
                table -> socket.awaitSend(task, message, table),
                () -> socket.send(task, message),
                message.has(SockConst.MSG_DONTWAIT),
                socket.options.sendTimeoutNs,
                byOthers);
        return partial(message, result);
    }

    private static long receive(Task task, Socket socket, Message message, boolean byOthers) {
        long result = SocketCalls.run(
                task,
                socket::poll,
                () -> socket.receive(task, message),
                message.has(SockConst.MSG_DONTWAIT),
                socket.options.receiveTimeoutNs,
                byOthers);
        return partial(message, result);
    }

    /** What was moved before a time limit or a signal counts. */
    private static long partial(Message message, long result) {
        boolean ended =
                result == Errno.EAGAIN.negative() || result == Errno.EINTR.negative() || Restart.isRestart(result);
        return ended && message.data.moved() > 0 ? message.data.moved() : result;
    }
}
