package umlaut.host;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Host sockets: unix-domain ones with descriptor passing, and raw calls for the rest. Addresses are native struct sockaddr. See
 * unix(7), socket(2).
 */
public final class Sockets {
    public static final int AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
    public static final int SOCK_STREAM = 1,
            SOCK_DGRAM = 2,
            SOCK_SEQPACKET = 5,
            SOCK_NONBLOCK = 0x800,
            SOCK_CLOEXEC = 0x80000;
    public static final int MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000;

    private Sockets() {}

    public static long socket(int family, int type, int protocol) {
        return HostCalls.call(Syscall.SOCKET, family, type, protocol);
    }

    /** Two connected sockets: the first in the low 32 bits, the second above. @return or -errno */
    public static long socketpair(int family, int type) {
        MemorySegment room = Scratch.arguments();
        long result = HostCalls.call(Syscall.SOCKETPAIR, family, type, 0, room.address());
        return result < 0 ? result : room.get(Layouts.LONG, 0);
    }

    /**
     * Writes a unix-domain address at the start of {@code to} (110 bytes); a path that begins with {@code '@'} is abstract.
     *
     * @return its length, or -ENAMETOOLONG
     */
    public static int unixAddress(String path, MemorySegment to) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length > 107) {
            return -36;
        }
        boolean isAbstract = name.length > 0 && name[0] == '@';
        to.asSlice(0, 110).fill((byte) 0);
        to.set(Layouts.SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, to, Layouts.BYTE, 2, name.length);
        if (isAbstract) {
            to.set(Layouts.BYTE, 2, (byte) 0);
        }
        return 2 + name.length + (isAbstract ? 0 : 1);
    }

    public static long bind(int fd, MemorySegment address, int length) {
        return HostCalls.call(Syscall.BIND, fd, address.address(), length);
    }

    public static long connect(int fd, MemorySegment address, int length) {
        return HostCalls.call(Syscall.CONNECT, fd, address.address(), length);
    }

    public static long listen(int fd, int backlog) {
        return HostCalls.call(Syscall.LISTEN, fd, backlog);
    }

    public static long accept(int fd, int flags) {
        return HostCalls.call(Syscall.ACCEPT4, fd, 0, 0, flags);
    }

    /** Ends both directions. */
    public static long shutdown(int fd) {
        return HostCalls.call(Syscall.SHUTDOWN, fd, 2);
    }

    /** sendto(2); {@code address} may be {@link MemorySegment#NULL}. */
    public static long sendto(
            int fd, MemorySegment from, long length, int flags, MemorySegment address, int addressLength) {
        return HostCalls.call(Syscall.SENDTO, fd, from.address(), length, flags, address.address(), addressLength);
    }

    public static long recv(int fd, MemorySegment to, long length, int flags) {
        return HostCalls.call(Syscall.RECVFROM, fd, to.address(), length, flags, 0, 0);
    }

    /**
     * Receives a message and who sent it.
     *
     * @param address where the sender's address goes
     * @param length an int: the room there, and then how much of it the address takes
     */
    public static long recvFrom(
            int fd, MemorySegment to, long most, int flags, MemorySegment address, MemorySegment length) {
        return HostCalls.call(Syscall.RECVFROM, fd, to.address(), most, flags, address.address(), length.address());
    }

    /** Sends one byte or more with descriptor {@code passed} (SCM_RIGHTS). @return bytes sent, or -errno */
    public static long sendFd(int fd, MemorySegment from, long length, int passed) {
        MemorySegment m = Scratch.arguments();
        message(m, from.address(), length, 24);
        m.set(Layouts.LONG, 128, 20); // cmsg_len
        m.set(Layouts.INT, 136, 1); // SOL_SOCKET
        m.set(Layouts.INT, 140, 1); // SCM_RIGHTS
        m.set(Layouts.INT, 144, passed);
        return HostCalls.call(Syscall.SENDMSG, fd, m.address(), MSG_NOSIGNAL);
    }

    /**
     * Receives a message and at most one descriptor (close-on-exec).
     *
     * @return bytes received in the low 32 bits and the descriptor above them (see {@link #passedFd}), or -errno in all 64
     */
    public static long recvFd(int fd, MemorySegment to, long length, int flags) {
        MemorySegment m = Scratch.arguments();
        message(m, to.address(), length, 24);
        long n = HostCalls.call(Syscall.RECVMSG, fd, m.address(), flags | MSG_CMSG_CLOEXEC);
        if (n < 0) {
            return n;
        }
        boolean passed = m.get(Layouts.LONG, 40) >= 20 && m.get(Layouts.INT, 136) == 1 && m.get(Layouts.INT, 140) == 1;
        long received = passed ? m.get(Layouts.INT, 144) : Integer.MAX_VALUE;
        return n | received << 32;
    }

    /** The descriptor in a result of {@link #recvFd}, or -1. */
    public static int passedFd(long result) {
        int fd = (int) (result >> 32);
        return fd == Integer.MAX_VALUE ? -1 : fd;
    }

    /** A struct msghdr at 0, its iovec at 64, control data at 128. */
    private static void message(MemorySegment m, long buffer, long length, long controlLength) {
        m.asSlice(0, 160).fill((byte) 0);
        m.set(Layouts.LONG, 16, m.address() + 64);
        m.set(Layouts.LONG, 24, 1);
        m.set(Layouts.LONG, 32, m.address() + 128);
        m.set(Layouts.LONG, 40, controlLength);
        m.set(Layouts.LONG, 64, buffer);
        m.set(Layouts.LONG, 72, length);
    }
}
