package umlaut.net.inet;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SockConst;
import umlaut.abi.SockaddrIn;
import umlaut.abi.SockaddrIn6;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;

/**
 * An address and port (struct sockaddr_in, sockaddr_in6).
 *
 * @param scope number of the link that a link-local address is on, 0 = not said
 * @param flow IPv6 flow information, host order of the network value
 */
public record SocketAddress(IpAddress address, int port, int scope, int flow) {
    public static SocketAddress of(IpAddress address, int port) {
        return new SocketAddress(address, port, 0, 0);
    }

    static int family(byte[] sockaddr) {
        return sockaddr.length < 2 ? -1 : sockaddr[0] & 0xff | (sockaddr[1] & 0xff) << 8;
    }

    /**
     * Reads one for a socket of {@code family}.
     *
     * @return null: AF_UNSPEC
     * @throws umlaut.abi.ErrnoException EINVAL, EAFNOSUPPORT
     */
    static @Nullable SocketAddress parse(int family, byte[] bytes) {
        if (bytes.length < 2) {
            throw Errno.EINVAL.exception();
        }
        int given = family(bytes);
        if (given == SockConst.AF_UNSPEC) {
            return null;
        }
        if (given == SockConst.AF_INET6 && family == SockConst.AF_INET6) {
            if (bytes.length < SockaddrIn6.SIZE_RFC2133) {
                throw Errno.EINVAL.exception();
            }
            int scope = bytes.length >= SockaddrIn6.SIZE
                    ? Integer.reverseBytes(Be.i32(bytes, SockaddrIn6.SIN6_SCOPE_ID))
                    : 0;
            int flow = Be.i32(bytes, SockaddrIn6.SIN6_FLOWINFO);
            IpAddress address = IpAddress.of(bytes, SockaddrIn6.SIN6_ADDR, 16);
            return new SocketAddress(address, Be.u16(bytes, SockaddrIn6.SIN6_PORT), scope, flow);
        }
        if (given != SockConst.AF_INET) {
            throw Errno.EAFNOSUPPORT.exception();
        }
        return parse4(bytes);
    }

    /**
     * Where a datagram is to go; AF_UNSPEC is taken for AF_INET by IPv4 sockets, and for "to the peer" by IPv6 ones.
     *
     * @return null: the peer
     * @throws umlaut.abi.ErrnoException EINVAL, EAFNOSUPPORT, ENETUNREACH
     */
    public static @Nullable SocketAddress target(Sock sock, byte[] bytes) {
        if (bytes.length < 2) {
            throw Errno.EINVAL.exception();
        }
        int given = family(bytes);
        if (sock.family == SockConst.AF_INET) {
            if (bytes.length < SockaddrIn.SIZE) {
                throw Errno.EINVAL.exception();
            }
            if (given != SockConst.AF_INET && given != SockConst.AF_UNSPEC) {
                throw Errno.EAFNOSUPPORT.exception();
            }
            return parse4(bytes);
        }
        if (given == SockConst.AF_UNSPEC) {
            return null;
        }
        if (given == SockConst.AF_INET && sock.ipv6Only) {
            throw Errno.ENETUNREACH.exception();
        }
        SocketAddress target = parse(sock.family, bytes);
        if (target != null && target.address().isV4() && sock.ipv6Only) {
            throw Errno.ENETUNREACH.exception();
        }
        return target;
    }

    static SocketAddress parse4(byte[] bytes) {
        if (bytes.length < SockaddrIn.SIZE) {
            throw Errno.EINVAL.exception();
        }
        return of(IpAddress.v4(Be.i32(bytes, SockaddrIn.SIN_ADDR)), Be.u16(bytes, SockaddrIn.SIN_PORT));
    }

    /** As a socket of that family shows it. */
    public byte[] toBytes(int family) {
        if (family == SockConst.AF_INET) {
            byte[] out = new byte[SockaddrIn.SIZE];
            out[0] = SockConst.AF_INET;
            Be.put16(out, SockaddrIn.SIN_PORT, port);
            Be.put32(out, SockaddrIn.SIN_ADDR, address.v4());
            return out;
        }
        byte[] out = new byte[SockaddrIn6.SIZE];
        out[0] = SockConst.AF_INET6;
        Be.put16(out, SockaddrIn6.SIN6_PORT, port);
        Be.put32(out, SockaddrIn6.SIN6_FLOWINFO, flow);
        address.put16(out, SockaddrIn6.SIN6_ADDR);
        Be.put32(out, SockaddrIn6.SIN6_SCOPE_ID, Integer.reverseBytes(address.needsScope() ? scope : 0));
        return out;
    }
}
