package umlaut.host;

import java.lang.foreign.MemorySegment;

/**
 * Internet sockets of the host, all close-on-exec and non-blocking: see ip(7), ipv6(7), tcp(7), udp(7), icmp(7). Addresses are 4 or 16 bytes in network order. Results are those of the calls:
 * -errno for errors.
 */
public final class InetSockets {
    public static final int IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_ICMPV6 = 58;
    public static final int SHUT_WR = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2, SO_ERROR = 4, SO_LINGER = 13;
    private static final int TCP_NODELAY = 1, IPV6_V6ONLY = 26, IPPROTO_IPV6 = 41;
    private static final int IPPROTO_IP = 0, IP_MULTICAST_TTL = 33, IP_MULTICAST_LOOP = 34, IP_ADD_MEMBERSHIP = 35;
    private static final int SOCK_RAW = 3;
    private static final int IN_SIZE = 16, IN6_SIZE = 28;
    private static final int MSG_NOSIGNAL = Sockets.MSG_NOSIGNAL;

    private InetSockets() {}

    private static int family(byte[] address) {
        return address.length == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
    }

    private static long socket(byte[] address, int type, int protocol) {
        return Sockets.socket(family(address), type | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK, protocol);
    }

    /** A TCP socket for connections with addresses of that family, that sends at once. */
    public static long tcp(byte[] address) {
        long fd = socket(address, Sockets.SOCK_STREAM, 0);
        if (fd >= 0) {
            setInt((int) fd, IPPROTO_TCP, TCP_NODELAY, 1);
        }
        return fd;
    }

    public static long udp(byte[] address) {
        return socket(address, Sockets.SOCK_DGRAM, 0);
    }

    /** A socket for echo requests; raw where the host allows that and no ping sockets. */
    public static long ping(byte[] address) {
        return socket(address, Sockets.SOCK_DGRAM, pingProtocol(address));
    }

    public static long rawPing(byte[] address) {
        return socket(address, SOCK_RAW, pingProtocol(address));
    }

    private static int pingProtocol(byte[] address) {
        return address.length == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    }

    /** Writes a struct sockaddr_in or sockaddr_in6. @return its length */
    private static int sockaddr(MemorySegment to, byte[] address, int port) {
        boolean v4 = address.length == 4;
        to.asSlice(0, IN6_SIZE).fill((byte) 0);
        to.set(Layouts.SHORT, 0, (short) family(address));
        to.set(Layouts.BYTE, 2, (byte) (port >> 8));
        to.set(Layouts.BYTE, 3, (byte) port);
        MemorySegment.copy(address, 0, to, Layouts.BYTE, v4 ? 4 : 8, address.length);
        return v4 ? IN_SIZE : IN6_SIZE;
    }

    private static int port(MemorySegment sockaddr) {
        return (sockaddr.get(Layouts.BYTE, 2) & 0xff) << 8 | sockaddr.get(Layouts.BYTE, 3) & 0xff;
    }

    public static long connect(int fd, byte[] address, int port) {
        MemorySegment m = Scratch.arguments();
        int length = sockaddr(m, address, port);
        return HostCalls.call(Syscall.CONNECT, fd, m.address(), length);
    }

    /** Binds for a server: SO_REUSEADDR for TCP, IPv6 only for IPv6. */
    public static long bind(int fd, byte[] address, int port, boolean stream) {
        if (stream) {
            setInt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        }
        if (address.length == 16) {
            setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        }
        MemorySegment m = Scratch.arguments();
        int length = sockaddr(m, address, port);
        return HostCalls.call(Syscall.BIND, fd, m.address(), length);
    }

    /** The port that a socket is bound to. */
    public static long localPort(int fd) {
        MemorySegment m = Scratch.arguments();
        m.set(Layouts.INT, 64, 64);
        long result = HostCalls.call(Syscall.GETSOCKNAME, fd, m.address(), m.address() + 64);
        return result < 0 ? result : port(m);
    }

    /** What a socket is bound to, as {@link #recvFrom} tells senders. @return 0 or -errno */
    public static long localName(int fd, byte[] name) {
        MemorySegment m = Scratch.arguments();
        m.set(Layouts.INT, 64, 64);
        long result = HostCalls.call(Syscall.GETSOCKNAME, fd, m.address(), m.address() + 64);
        if (result >= 0) {
            name(m, name);
        }
        return result;
    }

    private static void name(MemorySegment sockaddr, byte[] to) {
        int size = to.length - 2;
        MemorySegment.copy(sockaddr, Layouts.BYTE, size == 4 ? 4 : 8, to, 0, size);
        to[size] = sockaddr.get(Layouts.BYTE, 2);
        to[size + 1] = sockaddr.get(Layouts.BYTE, 3);
    }

    /** Receives what is sent to a group, an IPv4 address, and to that port; others on this host may do so, too (ip(7), IP_ADD_MEMBERSHIP). */
    public static long joinGroup(int fd, byte[] group, int port) {
        long result = bind(fd, group, port, true);
        if (result < 0) {
            return result;
        }
        MemorySegment m = Scratch.arguments();
        MemorySegment.copy(group, 0, m, Layouts.BYTE, 0, 4);
        m.set(Layouts.INT, 4, 0);
        return HostCalls.call(Syscall.SETSOCKOPT, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, m.address(), 8);
    }

    /** Sends to a group: how many routers may pass it on, and whether receivers on this host get it, too. */
    public static void multicast(int fd, int ttl) {
        setInt(fd, IPPROTO_IP, IP_MULTICAST_TTL, ttl);
        setInt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
    }

    /** @return the new connection's descriptor */
    public static long accept(int fd) {
        long accepted = Sockets.accept(fd, Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK);
        if (accepted >= 0) {
            setInt((int) accepted, IPPROTO_TCP, TCP_NODELAY, 1);
        }
        return accepted;
    }

    public static long send(int fd, MemorySegment from, long length) {
        return HostCalls.call(Syscall.SENDTO, fd, from.address(), length, MSG_NOSIGNAL, 0, 0);
    }

    public static long recv(int fd, MemorySegment to, long length) {
        return HostCalls.call(Syscall.RECVFROM, fd, to.address(), length, 0, 0, 0);
    }

    public static long sendTo(int fd, MemorySegment from, long length, byte[] address, int port) {
        MemorySegment m = Scratch.arguments();
        int size = sockaddr(m, address, port);
        return HostCalls.call(Syscall.SENDTO, fd, from.address(), length, MSG_NOSIGNAL, m.address(), size);
    }

    /** Receives a datagram and, into {@code sender}, where it came from: address, then the port in two bytes. {@code sender} has room for both. */
    public static long recvFrom(int fd, MemorySegment to, long length, byte[] sender) {
        MemorySegment m = Scratch.arguments();
        m.set(Layouts.INT, 64, 64);
        long n = HostCalls.call(Syscall.RECVFROM, fd, to.address(), length, 0, m.address(), m.address() + 64);
        if (n >= 0) {
            name(m, sender);
        }
        return n;
    }

    public static long shutdown(int fd, int how) {
        return HostCalls.call(Syscall.SHUTDOWN, fd, how);
    }

    /** SO_ERROR: what became of a connect, as an errno. */
    public static int error(int fd) {
        MemorySegment m = Scratch.arguments();
        m.set(Layouts.INT, 0, 0);
        m.set(Layouts.INT, 8, 4);
        long result = HostCalls.call(Syscall.GETSOCKOPT, fd, SOL_SOCKET, SO_ERROR, m.address(), m.address() + 8);
        return result < 0 ? (int) -result : m.get(Layouts.INT, 0);
    }

    /** Closes it so that the peer gets a reset. */
    public static void reset(int fd) {
        MemorySegment m = Scratch.arguments();
        m.set(Layouts.INT, 0, 1);
        m.set(Layouts.INT, 4, 0);
        HostCalls.call(Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER, m.address(), 8);
        Files.close(fd);
    }

    public static long setInt(int fd, int level, int name, int value) {
        MemorySegment m = Scratch.arguments();
        m.set(Layouts.INT, 0, value);
        return HostCalls.call(Syscall.SETSOCKOPT, fd, level, name, m.address(), 4);
    }
}
