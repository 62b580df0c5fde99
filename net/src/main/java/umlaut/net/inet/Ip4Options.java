package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.Route;
import umlaut.net.ip.IpOutput;

/** Options of level IPPROTO_IP (ip(7); Linux: net/ipv4/ip_sockglue.c). */
final class Ip4Options {
    private static final long SWITCHES = 1L << InetConst.IP_PKTINFO
            | 1L << InetConst.IP_RECVTTL
            | 1L << InetConst.IP_RECVTOS
            | 1L << InetConst.IP_RECVOPTS
            | 1L << InetConst.IP_RETOPTS
            | 1L << InetConst.IP_RECVERR
            | 1L << InetConst.IP_FREEBIND
            | 1L << InetConst.IP_RECVORIGDSTADDR
            | 1L << InetConst.IP_PASSSEC
            | 1L << InetConst.IP_NODEFRAG
            | 1L << InetConst.IP_BIND_ADDRESS_NO_PORT
            | 1L << InetConst.IP_RECVFRAGSIZE
            | 1L << InetConst.IP_RECVERR_RFC4884
            | 1L << InetConst.IP_MULTICAST_LOOP
            | 1L << InetConst.IP_MULTICAST_ALL
            | 1L << InetConst.IP_CHECKSUM
            | 1L << InetConst.IP_ROUTER_ALERT;

    private Ip4Options() {}

    private static boolean isSwitch(int name) {
        return name >= 0 && name < 64 && (SWITCHES >>> name & 1) != 0;
    }

    /** A number of four bytes, or of one. */
    private static int number(MemorySegment value) {
        if (value.byteSize() >= 4) {
            return Le.getInt(value, 0);
        }
        if (value.byteSize() >= 1) {
            return Le.getUnsignedByte(value, 0);
        }
        throw Errno.EINVAL.exception();
    }

    static void set(Sock sock, Task task, int name, MemorySegment value) {
        sock.net.lock();
        try {
            if (MulticastOptions.set4(sock, name, value)) {
                return;
            }
            if (isSwitch(name)) {
                int number = value.byteSize() == 0 ? 0 : number(value);
                if (name == InetConst.IP_MULTICAST_ALL && (number < 0 || number > 1)) {
                    throw Errno.EINVAL.exception();
                }
                sock.ip.set4(name, number != 0);
                if (name == InetConst.IP_RECVERR && number == 0) {
                    sock.errors.clear();
                }
                return;
            }
            setOther(sock, task, name, value);
        } finally {
            sock.net.unlock();
        }
    }

    private static void setOther(Sock sock, Task task, int name, MemorySegment value) {
        IpOptions ip = sock.ip;
        switch (name) {
            case InetConst.IP_TTL -> {
                int ttl = number(value);
                if (value.byteSize() < 1 || ttl != -1 && (ttl < 1 || ttl > 255)) {
                    throw Errno.EINVAL.exception();
                }
                ip.ttl = ttl;
            }
            case InetConst.IP_TOS -> {
                int tos = number(value) & 0xff;
                ip.tos = sock.type == SockConst.SOCK_STREAM ? tos & ~3 | ip.tos & 3 : tos;
                sock.setWay(null);
            }
            case InetConst.IP_HDRINCL -> {
                if (sock.type != SockConst.SOCK_RAW) {
                    throw Errno.ENOPROTOOPT.exception();
                }
                ip.set4(name, number(value) != 0);
            }
            case InetConst.IP_OPTIONS -> setHeaderOptions(ip, value);
            case InetConst.IP_MTU_DISCOVER -> {
                int mode = number(value);
                if (mode < InetConst.IP_PMTUDISC_DONT || mode > InetConst.IP_PMTUDISC_OMIT) {
                    throw Errno.EINVAL.exception();
                }
                ip.mtuDiscover = mode;
            }
            case InetConst.IP_MINTTL -> {
                int least = number(value);
                if (least < 0 || least > 255) {
                    throw Errno.EINVAL.exception();
                }
                ip.minTtl = least;
            }
            case InetConst.IP_TRANSPARENT -> {
                boolean on = number(value) != 0;
                if (on
                        && !task.credentials().capable(Capability.CAP_NET_RAW)
                        && !task.credentials().capable(Capability.CAP_NET_ADMIN)) {
                    throw Errno.EPERM.exception();
                }
                ip.set4(name, on);
            }
            case InetConst.IP_UNICAST_IF -> {
                if (value.byteSize() != 4) {
                    throw Errno.EINVAL.exception();
                }
                int index = Le.getNetInt(value, 0);
                if (index != 0 && sock.net.devices.byIndex(index) == null) {
                    throw Errno.EADDRNOTAVAIL.exception();
                }
                ip.unicastIndex = index;
            }
            case InetConst.IP_LOCAL_PORT_RANGE -> {
                if (value.byteSize() != 4) {
                    throw Errno.EINVAL.exception();
                }
                int range = Le.getInt(value, 0);
                int low = range & 0xffff;
                int high = range >>> 16;
                if (low != 0 && high != 0 && low > high) {
                    throw Errno.EINVAL.exception();
                }
                ip.portRange = range;
            }
            case InetConst.IP_IPSEC_POLICY, InetConst.IP_XFRM_POLICY -> {
                if (!task.credentials().capable(Capability.CAP_NET_ADMIN)) {
                    throw Errno.EPERM.exception();
                }
                throw Errno.EOPNOTSUPP.exception();
            }
            default -> throw Errno.ENOPROTOOPT.exception();
        }
    }

    private static void setHeaderOptions(IpOptions ip, MemorySegment value) {
        int length = (int) value.byteSize();
        if (length > 40) {
            throw Errno.EINVAL.exception();
        }
        byte[] padded = new byte[length + 3 & ~3];
        System.arraycopy(Le.getBytes(value, 0, length), 0, padded, 0, length);
        for (int i = 0; i < length; ) {
            int kind = padded[i] & 0xff;
            if (kind == 0) {
                break;
            }
            int size = kind == 1 ? 1 : i + 1 < length ? padded[i + 1] & 0xff : 0;
            if (size < 1 || kind != 1 && size < 2 || i + size > length) {
                throw Errno.EINVAL.exception();
            }
            i += size;
        }
        ip.headerOptions = length == 0 ? null : padded;
    }

    static int get(Sock sock, int name, MemorySegment value) {
        sock.net.lock();
        try {
            if (name == InetConst.IP_OPTIONS) {
                byte[] set = sock.ip.headerOptions;
                Le.putBytes(value, 0, set == null ? new byte[0] : set);
                return set == null ? 0 : set.length;
            }
            if (name == InetConst.IP_MULTICAST_IF) {
                Le.putNetInt(value, 0, sock.ip.multicastAddress.v4());
                return 4;
            }
            Le.putInt(value, 0, isSwitch(name) ? sock.ip.on4(name) ? 1 : 0 : other(sock, name));
            return 4;
        } finally {
            sock.net.unlock();
        }
    }

    private static int other(Sock sock, int name) {
        IpOptions ip = sock.ip;
        return switch (name) {
            case InetConst.IP_TTL -> ip.ttl >= 0 ? ip.ttl : sock.net.settings.defaultTtl;
            case InetConst.IP_TOS -> ip.tos;
            case InetConst.IP_HDRINCL -> ip.on4(name) ? 1 : 0;
            case InetConst.IP_MTU_DISCOVER -> ip.mtuDiscover;
            case InetConst.IP_MTU -> mtu(sock);
            case InetConst.IP_MINTTL -> ip.minTtl;
            case InetConst.IP_TRANSPARENT -> ip.on4(name) ? 1 : 0;
            case InetConst.IP_MULTICAST_TTL -> ip.multicastTtl;
            case InetConst.IP_UNICAST_IF -> Integer.reverseBytes(ip.unicastIndex);
            case InetConst.IP_LOCAL_PORT_RANGE -> ip.portRange;
            case InetConst.IP_PROTOCOL -> sock.protocol;
            default -> throw Errno.ENOPROTOOPT.exception();
        };
    }

    /** Of the way to the peer. @throws umlaut.abi.ErrnoException ENOTCONN */
    static int mtu(Sock sock) {
        if (sock.remote.isAny()) {
            throw Errno.ENOTCONN.exception();
        }
        try {
            IpOutput way = sock.way();
            return Math.min(65535, way.mtu(sock.net));
        } catch (ErrnoException e) {
            throw Errno.ENOTCONN.exception();
        }
    }

    /** The device that struct ip_mreqn or ip_mreq means; null: the one that the routes say. */
    static NetDevice device(Sock sock, IpAddress group, int index, IpAddress address) {
        NetDevice found = null;
        if (index != 0) {
            found = sock.net.devices.byIndex(index);
        } else if (!address.isAny()) {
            for (NetDevice device : sock.net.devices.all()) {
                if (device.addresses.stream().anyMatch(a -> a.local.equals(address))) {
                    found = device;
                }
            }
        } else {
            Route route = sock.net.fib(group.isV4()).lookup(group, null, 0, null, 0, 0);
            found = route == null ? null : route.device();
        }
        if (found == null) {
            throw Errno.ENODEV.exception();
        }
        return found;
    }

    static IpAddress address(MemorySegment value, int at) {
        return IpAddress.v4(Le.getNetInt(value, at));
    }
}
