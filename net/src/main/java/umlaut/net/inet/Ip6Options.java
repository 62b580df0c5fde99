package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.SocketOptions;

/** Options of level IPPROTO_IPV6 (ipv6(7), RFC 3493, RFC 3542; Linux: net/ipv6/ipv6_sockglue.c). */
final class Ip6Options {
    private Ip6Options() {}

    private static boolean isSwitch(int name) {
        return switch (name) {
            case InetConst.IPV6_RECVPKTINFO,
                    InetConst.IPV6_2292PKTINFO,
                    InetConst.IPV6_RECVHOPLIMIT,
                    InetConst.IPV6_2292HOPLIMIT,
                    InetConst.IPV6_RECVRTHDR,
                    InetConst.IPV6_2292RTHDR,
                    InetConst.IPV6_RECVHOPOPTS,
                    InetConst.IPV6_2292HOPOPTS,
                    InetConst.IPV6_RECVDSTOPTS,
                    InetConst.IPV6_2292DSTOPTS,
                    InetConst.IPV6_RECVTCLASS,
                    InetConst.IPV6_FLOWINFO,
                    InetConst.IPV6_RECVPATHMTU,
                    InetConst.IPV6_RECVORIGDSTADDR,
                    InetConst.IPV6_RECVFRAGSIZE,
                    InetConst.IPV6_RECVERR,
                    InetConst.IPV6_RECVERR_RFC4884,
                    InetConst.IPV6_DONTFRAG,
                    InetConst.IPV6_AUTOFLOWLABEL,
                    InetConst.IPV6_MULTICAST_LOOP,
                    InetConst.IPV6_MULTICAST_ALL,
                    InetConst.IPV6_FREEBIND,
                    InetConst.IPV6_ROUTER_ALERT -> true;
            default -> false;
        };
    }

    static void set(Sock sock, Task task, int name, MemorySegment value) {
        sock.net.lock();
        try {
            if (MulticastOptions.set6(sock, name, value)) {
                return;
            }
            if (isSwitch(name)) {
                int number = SocketOptions.integer(value);
                boolean strict = name == InetConst.IPV6_MULTICAST_LOOP || name == InetConst.IPV6_MULTICAST_ALL;
                if (strict && (number < 0 || number > 1)) {
                    throw Errno.EINVAL.exception();
                }
                sock.ip.set6(name, number != 0);
                if (name == InetConst.IPV6_RECVERR && number == 0) {
                    sock.errors.clear();
                }
                return;
            }
            setNumber(sock, task, name, value);
        } finally {
            sock.net.unlock();
        }
    }

    private static int within(int number, int low, int high) {
        if (number < low || number > high) {
            throw Errno.EINVAL.exception();
        }
        return number;
    }

    private static void setNumber(Sock sock, Task task, int name, MemorySegment value) {
        IpOptions ip = sock.ip;
        switch (name) {
            case InetConst.IPV6_V6ONLY -> {
                int number = SocketOptions.integer(value);
                if (sock.localPort != 0) {
                    throw Errno.EINVAL.exception();
                }
                sock.ipv6Only = number != 0;
            }
            case InetConst.IPV6_UNICAST_HOPS -> ip.hops = within(SocketOptions.integer(value), -1, 255);
            case InetConst.IPV6_MULTICAST_HOPS -> {
                if (sock.type == SockConst.SOCK_STREAM) {
                    throw Errno.ENOPROTOOPT.exception();
                }
                ip.multicastHops = within(SocketOptions.integer(value), -1, 255);
            }
            case InetConst.IPV6_MULTICAST_IF -> {
                if (sock.type == SockConst.SOCK_STREAM) {
                    throw Errno.ENOPROTOOPT.exception();
                }
                int index = SocketOptions.integer(value);
                if (index != 0 && sock.net.devices.byIndex(index) == null) {
                    throw Errno.ENODEV.exception();
                }
                if (index != 0 && sock.boundDevice != 0 && sock.boundDevice != index) {
                    throw Errno.EINVAL.exception();
                }
                ip.multicastIndex6 = index;
            }
            case InetConst.IPV6_UNICAST_IF -> {
                int index = Integer.reverseBytes(SocketOptions.integer(value));
                if (index != 0 && sock.net.devices.byIndex(index) == null) {
                    throw Errno.EADDRNOTAVAIL.exception();
                }
                ip.unicastIndex6 = index;
            }
            case InetConst.IPV6_MTU_DISCOVER ->
                ip.mtuDiscover6 =
                        within(SocketOptions.integer(value), InetConst.IP_PMTUDISC_DONT, InetConst.IP_PMTUDISC_OMIT);
            case InetConst.IPV6_MTU -> {
                int mtu = SocketOptions.integer(value);
                ip.mtu6 = mtu == 0 ? 0 : within(mtu, 1280, Integer.MAX_VALUE);
            }
            case InetConst.IPV6_TCLASS -> {
                int tclass = within(SocketOptions.integer(value), -1, 255);
                ip.trafficClass = tclass == -1 ? 0 : tclass;
            }
            case InetConst.IPV6_MINHOPCOUNT -> ip.minHops = within(SocketOptions.integer(value), 0, 255);
            case InetConst.IPV6_ADDR_PREFERENCES -> ip.addressPreferences = SocketOptions.integer(value);
            case InetConst.IPV6_TRANSPARENT -> {
                if (SocketOptions.integer(value) != 0 && !task.credentials().capable(Capability.CAP_NET_ADMIN)) {
                    throw Errno.EPERM.exception();
                }
                ip.set6(name, SocketOptions.integer(value) != 0);
            }
            case InetConst.IPV6_CHECKSUM, InetConst.IPV6_HDRINCL -> {
                if (sock.type != SockConst.SOCK_RAW) {
                    throw Errno.ENOPROTOOPT.exception();
                }
                int number = SocketOptions.integer(value);
                if (name == InetConst.IPV6_HDRINCL) {
                    ip.set6(name, number != 0);
                } else if (sock.protocol == InetConst.IPPROTO_ICMPV6 || number > 0 && (number & 1) != 0) {
                    throw Errno.EINVAL.exception();
                } else {
                    ip.checksumOffset = number < 0 ? -1 : number;
                }
            }
            case InetConst.IPV6_FLOWLABEL_MGR -> throw Errno.EINVAL.exception();
            default -> throw Errno.ENOPROTOOPT.exception();
        }
    }

    static int get(Sock sock, int name, MemorySegment value) {
        sock.net.lock();
        try {
            Le.putInt(value, 0, isSwitch(name) ? sock.ip.on6(name) ? 1 : 0 : number(sock, name));
            return 4;
        } finally {
            sock.net.unlock();
        }
    }

    private static int number(Sock sock, int name) {
        IpOptions ip = sock.ip;
        return switch (name) {
            case InetConst.IPV6_V6ONLY -> sock.ipv6Only ? 1 : 0;
            case InetConst.IPV6_UNICAST_HOPS -> ip.hops >= 0 ? ip.hops : sock.net.settings.defaultTtl;
            case InetConst.IPV6_MULTICAST_HOPS -> ip.multicastHops >= 0 ? ip.multicastHops : 1;
            case InetConst.IPV6_MULTICAST_IF -> ip.multicastIndex6;
            case InetConst.IPV6_UNICAST_IF -> Integer.reverseBytes(ip.unicastIndex6);
            case InetConst.IPV6_MTU_DISCOVER -> ip.mtuDiscover6;
            case InetConst.IPV6_MTU -> Ip4Options.mtu(sock);
            case InetConst.IPV6_TCLASS -> Math.max(0, ip.trafficClass);
            case InetConst.IPV6_MINHOPCOUNT -> ip.minHops;
            case InetConst.IPV6_ADDR_PREFERENCES -> ip.addressPreferences;
            case InetConst.IPV6_TRANSPARENT, InetConst.IPV6_HDRINCL -> ip.on6(name) ? 1 : 0;
            case InetConst.IPV6_CHECKSUM -> ip.checksumOffset;
            default -> throw Errno.ENOPROTOOPT.exception();
        };
    }
}
