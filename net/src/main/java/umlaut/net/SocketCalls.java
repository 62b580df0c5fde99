package umlaut.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.SockConst;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** Making, naming, connecting and tuning sockets: socket(2) and its neighbours (net/socket.c). */
final class SocketCalls {
    /** Room for an option's value: the largest is a group list. */
    private static final int MAX_OPTION = 65536 * 4;

    private final SocketFamilies families;

    SocketCalls(SocketFamilies families) {
        this.families = families;
    }

    // --- making ---

    long socket(Task task, int family, int typeAndFlags, int protocol) {
        Socket socket = create(task, family, typeAndFlags, protocol);
        return Descriptors.install(task, socket, (typeAndFlags & SockConst.SOCK_CLOEXEC) != 0);
    }

    private Socket create(Task task, int family, int typeAndFlags, int protocol) {
        checkFlags(typeAndFlags);
        int type = typeAndFlags & SockConst.SOCK_TYPE_MASK;
        if (type > SockConst.SOCK_PACKET) {
            throw Errno.EINVAL.exception();
        }
        return families.get(family).create(task, type, protocol, typeAndFlags & SockConst.SOCK_NONBLOCK);
    }

    private static void checkFlags(int typeAndFlags) {
        int known = SockConst.SOCK_TYPE_MASK | SockConst.SOCK_CLOEXEC | SockConst.SOCK_NONBLOCK;
        if ((typeAndFlags & ~known) != 0) {
            throw Errno.EINVAL.exception();
        }
    }

    long socketpair(Task task, int family, int typeAndFlags, int protocol, long address) {
        checkFlags(typeAndFlags);
        // Linux stores the numbers to be before it makes the sockets.
        task.memory.putLong(address, task.memory.getLong(address));
        Socket first = create(task, family, typeAndFlags, protocol);
        Socket second = create(task, family, typeAndFlags, protocol);
        try {
            families.get(family).connectPair(task, first, second);
        } catch (ErrnoException e) {
            first.release();
            second.release();
            throw e;
        }
        return Descriptors.installPair(task, first, second, (typeAndFlags & SockConst.SOCK_CLOEXEC) != 0, address);
    }

    /** The socket behind a descriptor, with a reference for the caller to release. @throws ErrnoException EBADF, ENOTSOCK */
    static Socket hold(Task task, int fd) {
        File file = task.files().hold(fd);
        if (file instanceof Socket socket) {
            return socket;
        }
        boolean pathOnly = (file.flags() & OpenFlags.O_PATH) != 0;
        file.release();
        throw (pathOnly ? Errno.EBADF : Errno.ENOTSOCK).exception();
    }

    // --- names and connections ---

    static long bind(Task task, int fd, long address, int length) {
        Socket socket = hold(task, fd);
        try {
            socket.bind(task, SocketAddresses.read(task, address, length));
            return 0;
        } finally {
            socket.release();
        }
    }

    static long listen(Task task, int fd, int backlog) {
        Socket socket = hold(task, fd);
        try {
            socket.listen(
                    task, Integer.compareUnsigned(backlog, SockConst.SOMAXCONN) > 0 ? SockConst.SOMAXCONN : backlog);
            return 0;
        } finally {
            socket.release();
        }
    }

    static long accept(Task task, int fd, long address, long lengthAddress, int flags) {
        if ((flags & ~(SockConst.SOCK_CLOEXEC | SockConst.SOCK_NONBLOCK)) != 0) {
            task.files().holdOpen(fd).release(); // EBADF comes first
            return Errno.EINVAL.negative();
        }
        Socket socket = hold(task, fd);
        try {
            Socket[] got = new Socket[1];
            BlockingOp op = () -> {
                Socket next = socket.accept(task);
                if (next == null) {
                    return BlockingOp.WOULD_BLOCK;
                }
                got[0] = next;
                return 0;
            };
            long result = run(task, socket::poll, op, socket.nonBlocking(), socket.options.receiveTimeoutNs, false);
            return result < 0 ? result : accepted(task, got[0], address, lengthAddress, flags);
        } finally {
            socket.release();
        }
    }

    private static long accepted(Task task, Socket fresh, long address, long lengthAddress, int flags) {
        if ((flags & SockConst.SOCK_NONBLOCK) != 0) {
            fresh.setFlags(fresh.flags() | OpenFlags.O_NONBLOCK);
        }
        int fd = Descriptors.install(task, fresh, (flags & SockConst.SOCK_CLOEXEC) != 0);
        if (address != 0) {
            try {
                SocketAddresses.write(task, peerOrUnnamed(fresh), address, lengthAddress);
            } catch (ErrnoException e) {
                task.files().close(task, fd);
                throw e;
            }
        }
        return fd;
    }

    /** The peer may have gone already. */
    private static byte[] peerOrUnnamed(Socket socket) {
        try {
            return socket.peerAddress();
        } catch (ErrnoException e) {
            return new byte[] {(byte) socket.family, 0};
        }
    }

    static long connect(Task task, int fd, long address, int length) {
        task.files().holdOpen(fd).release();
        byte[] target = SocketAddresses.read(task, address, length);
        Socket socket = hold(task, fd);
        try {
            return run(
                    task,
                    table -> socket.awaitConnect(task, target, table),
                    () -> socket.connect(task, target),
                    socket.nonBlocking(),
                    socket.options.sendTimeoutNs,
                    false);
        } finally {
            socket.connectEnded();
            socket.release();
        }
    }

    static long getsockname(Task task, int fd, long address, long lengthAddress) {
        Socket socket = hold(task, fd);
        try {
            SocketAddresses.write(task, socket.localAddress(), address, lengthAddress);
            return 0;
        } finally {
            socket.release();
        }
    }

    static long getpeername(Task task, int fd, long address, long lengthAddress) {
        Socket socket = hold(task, fd);
        try {
            SocketAddresses.write(task, socket.peerAddress(), address, lengthAddress);
            return 0;
        } finally {
            socket.release();
        }
    }

    static long shutdown(Task task, int fd, int how) {
        Socket socket = hold(task, fd);
        try {
            if (how < SockConst.SHUT_RD || how > SockConst.SHUT_RDWR) {
                return Errno.EINVAL.negative();
            }
            socket.shutdown(how);
            return 0;
        } finally {
            socket.release();
        }
    }

    // --- options ---

    static long setsockopt(Task task, int fd, int level, int name, long value, int length) {
        Socket socket = hold(task, fd);
        // But for one, the general options are an int or more.
        boolean tooShort = level == SockConst.SOL_SOCKET && name != SockConst.SO_BINDTODEVICE && length < 4;
        if (length < 0 || tooShort) {
            socket.release();
            return Errno.EINVAL.negative();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment given = arena.allocate(Math.max(1, Math.min(length, MAX_OPTION)), 8)
                    .asSlice(0, Math.min(length, MAX_OPTION));
            if (length > 0) {
                task.memory.read(value, given, 0, given.byteSize());
            }
            if (level != SockConst.SOL_SOCKET || !socket.options.set(task, name, given)) {
                socket.setOption(task, level, name, given);
            }
            return 0;
        } finally {
            socket.release();
        }
    }

    static long getsockopt(Task task, int fd, int level, int name, long value, long lengthAddress) {
        Socket socket = hold(task, fd);
        try (Arena arena = Arena.ofConfined()) {
            if (level != SockConst.SOL_SOCKET && !socket.hasOptionsOfItsOwn()) {
                return Errno.EOPNOTSUPP.negative();
            }
            int room = task.memory.getInt(lengthAddress);
            if (room < 0) {
                return Errno.EINVAL.negative();
            }
            int capacity = Math.max(256, Math.min(room, MAX_OPTION));
            MemorySegment out = arena.allocate(capacity, 8);
            if (socket.asksWithValue(level, name) && room >= 4) {
                Le.putInt(out, 0, task.memory.getInt(value));
            }
            int filled = level == SockConst.SOL_SOCKET ? socket.options.get(socket, name, out) : -1;
            if (filled < 0) {
                filled = socket.getOption(task, level, name, out);
            }
            int copied = Math.min(filled, room);
            task.memory.write(value, out, 0, copied);
            task.memory.putInt(lengthAddress, copied);
            return 0;
        } finally {
            socket.release();
        }
    }

    // --- waiting ---

    /**
     * Does an operation, waiting as the socket says.
     *
     * @param timeoutNs SO_RCVTIMEO or SO_SNDTIMEO; 0 = for ever
     * @param byOthers the result is the system call's, so that a waker may do it: {@link Blocking#runForResult}
     */
    static long run(
            Task task, Blocking.Source source, BlockingOp op, boolean nonBlocking, long timeoutNs, boolean byOthers) {
        long result = op.attempt();
        if (result != BlockingOp.WOULD_BLOCK) {
            return result;
        }
        if (nonBlocking) {
            return Errno.EAGAIN.negative();
        }
        long deadline = timeoutNs == 0 ? Blocking.FOREVER : task.kernel.clock.monotonicNs() + timeoutNs;
        result =
                byOthers ? Blocking.runForResult(task, source, op, deadline) : Blocking.run(task, source, op, deadline);
        if (timeoutNs != 0 && result == -Restart.ERESTARTSYS) {
            // A restart would begin with the whole time again.
            return Errno.EINTR.negative();
        }
        return result == Errno.ETIMEDOUT.negative() ? Errno.EAGAIN.negative() : result;
    }
}
