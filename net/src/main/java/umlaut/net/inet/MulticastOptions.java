package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InPktinfo;
import umlaut.abi.InetConst;
import umlaut.abi.Le;
import umlaut.abi.SockConst;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;

/** Joining and leaving multicast groups, and choosing sources (ip(7), ipv6(7), RFC 3678; Linux: net/ipv4/igmp.c, net/ipv6/mcast.c). */
final class MulticastOptions {
    /** struct group_req, group_source_req: the interface number, then sockaddr_storages at 8 and 136. */
    private static final int REQUEST_GROUP = 8, REQUEST_SOURCE = 136, STORAGE = 128;

    private MulticastOptions() {}

    // --- SOL_IP ---

    /** @return false: another option */
    static boolean set4(Sock sock, int name, MemorySegment value) {
        switch (name) {
            case InetConst.IP_MULTICAST_TTL -> {
                if (sock.type == SockConst.SOCK_STREAM || value.byteSize() < 1) {
                    throw Errno.EINVAL.exception();
                }
                int ttl = value.byteSize() >= 4 ? Le.getInt(value, 0) : Le.getUnsignedByte(value, 0);
                if (ttl < -1 || ttl > 255) {
                    throw Errno.EINVAL.exception();
                }
                sock.ip.multicastTtl = ttl == -1 ? 1 : ttl;
            }
            case InetConst.IP_MULTICAST_IF -> setInterface4(sock, value);
            case InetConst.IP_ADD_MEMBERSHIP, InetConst.IP_DROP_MEMBERSHIP -> {
                if (value.byteSize() < 8) {
                    throw Errno.EINVAL.exception();
                }
                IpAddress group = Ip4Options.address(value, InPktinfo.IMR_MULTIADDR);
                int index = value.byteSize() >= InPktinfo.IMR_SIZE ? Le.getInt(value, InPktinfo.IMR_IFINDEX) : 0;
                IpAddress address = Ip4Options.address(value, InPktinfo.IMR_ADDRESS);
                change(sock, group, index, address, name == InetConst.IP_ADD_MEMBERSHIP);
            }
            case InetConst.IP_ADD_SOURCE_MEMBERSHIP,
                    InetConst.IP_DROP_SOURCE_MEMBERSHIP,
                    InetConst.IP_BLOCK_SOURCE,
                    InetConst.IP_UNBLOCK_SOURCE -> {
                if (value.byteSize() != 12) {
                    throw Errno.EINVAL.exception();
                }
                IpAddress group = Ip4Options.address(value, 0);
                NetDevice device = Ip4Options.device(sock, group, 0, Ip4Options.address(value, 4));
                source(sock, group, device, Ip4Options.address(value, 8), kind4(name));
            }
            default -> {
                return generic(sock, name, value);
            }
        }
        return true;
    }

    private enum Kind {
        JOIN,
        LEAVE,
        BLOCK,
        UNBLOCK
    }

    private static Kind kind4(int name) {
        return switch (name) {
            case InetConst.IP_ADD_SOURCE_MEMBERSHIP -> Kind.JOIN;
            case InetConst.IP_DROP_SOURCE_MEMBERSHIP -> Kind.LEAVE;
            case InetConst.IP_BLOCK_SOURCE -> Kind.BLOCK;
            default -> Kind.UNBLOCK;
        };
    }

    private static void setInterface4(Sock sock, MemorySegment value) {
        if (sock.type == SockConst.SOCK_STREAM || value.byteSize() < 4) {
            throw Errno.EINVAL.exception();
        }
        boolean whole = value.byteSize() >= 8;
        IpAddress address = Ip4Options.address(value, whole ? InPktinfo.IMR_ADDRESS : 0);
        int index = value.byteSize() >= InPktinfo.IMR_SIZE ? Le.getInt(value, InPktinfo.IMR_IFINDEX) : 0;
        if (index == 0 && address.isAny()) {
            sock.ip.multicastIndex = 0;
            sock.ip.multicastAddress = IpAddress.ANY4;
            return;
        }
        NetDevice device = null;
        if (index != 0) {
            device = sock.net.devices.byIndex(index);
        } else {
            for (NetDevice d : sock.net.devices.all()) {
                device = d.addresses.stream().anyMatch(a -> a.local.equals(address)) ? d : device;
            }
        }
        if (device == null) {
            throw Errno.EADDRNOTAVAIL.exception();
        }
        sock.ip.multicastIndex = device.index;
        sock.ip.multicastAddress = address;
    }

    // --- SOL_IPV6 ---

    static boolean set6(Sock sock, int name, MemorySegment value) {
        if (name == InetConst.IPV6_ADD_MEMBERSHIP || name == InetConst.IPV6_DROP_MEMBERSHIP) {
            if (value.byteSize() < 20) {
                throw Errno.EINVAL.exception();
            }
            IpAddress group = IpAddress.of(Le.getBytes(value, 0, 16), 0, 16);
            change(sock, group, Le.getInt(value, 16), IpAddress.ANY6, name == InetConst.IPV6_ADD_MEMBERSHIP);
            return true;
        }
        return generic(sock, name, value);
    }

    // --- both ---

    private static boolean generic(Sock sock, int name, MemorySegment value) {
        switch (name) {
            case InetConst.MCAST_JOIN_GROUP, InetConst.MCAST_LEAVE_GROUP -> {
                if (value.byteSize() < REQUEST_GROUP + STORAGE) {
                    throw Errno.EINVAL.exception();
                }
                IpAddress group = stored(value, REQUEST_GROUP);
                change(
                        sock,
                        group,
                        Le.getInt(value, 0),
                        group.isV4() ? IpAddress.ANY4 : IpAddress.ANY6,
                        name == InetConst.MCAST_JOIN_GROUP);
                return true;
            }
            case InetConst.MCAST_JOIN_SOURCE_GROUP,
                    InetConst.MCAST_LEAVE_SOURCE_GROUP,
                    InetConst.MCAST_BLOCK_SOURCE,
                    InetConst.MCAST_UNBLOCK_SOURCE -> {
                if (value.byteSize() < REQUEST_SOURCE + STORAGE) {
                    throw Errno.EINVAL.exception();
                }
                IpAddress group = stored(value, REQUEST_GROUP);
                IpAddress any = group.isV4() ? IpAddress.ANY4 : IpAddress.ANY6;
                NetDevice device = Ip4Options.device(sock, group, Le.getInt(value, 0), any);
                Kind kind = switch (name) {
                    case InetConst.MCAST_JOIN_SOURCE_GROUP -> Kind.JOIN;
                    case InetConst.MCAST_LEAVE_SOURCE_GROUP -> Kind.LEAVE;
                    case InetConst.MCAST_BLOCK_SOURCE -> Kind.BLOCK;
                    default -> Kind.UNBLOCK;
                };
                source(sock, group, device, stored(value, REQUEST_SOURCE), kind);
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    private static IpAddress stored(MemorySegment value, int at) {
        return switch (Le.getUnsignedShort(value, at)) {
            case SockConst.AF_INET -> IpAddress.v4(Le.getNetInt(value, at + 4));
            case SockConst.AF_INET6 -> IpAddress.of(Le.getBytes(value, at + 8, 16), 0, 16);
            default -> throw Errno.EADDRNOTAVAIL.exception();
        };
    }

    private static @Nullable Membership find(Sock sock, IpAddress group, NetDevice device) {
        for (Membership m : sock.ip.memberships) {
            if (m.group.equals(group) && m.device == device) {
                return m;
            }
        }
        return null;
    }

    private static void change(Sock sock, IpAddress group, int index, IpAddress address, boolean join) {
        if (!group.isMulticast()) {
            throw Errno.EINVAL.exception();
        }
        if (sock.type == SockConst.SOCK_STREAM && !join) {
            throw Errno.EINVAL.exception();
        }
        if (join) {
            NetDevice device = Ip4Options.device(sock, group, index, address);
            if (find(sock, group, device) != null) {
                throw Errno.EADDRINUSE.exception();
            }
            if (sock.ip.memberships.size() >= sock.net.settings.igmpMaxMemberships && group.isV4()) {
                throw Errno.ENOBUFS.exception();
            }
            sock.ip.memberships.add(new Membership(group, device));
            sock.net.igmp.join(device, group);
            return;
        }
        NetDevice device = index == 0 && address.isAny() ? null : Ip4Options.device(sock, group, index, address);
        for (Membership m : sock.ip.memberships) {
            if (m.group.equals(group) && (device == null || m.device == device)) {
                sock.ip.memberships.remove(m);
                sock.net.igmp.leave(m.device, group);
                return;
            }
        }
        throw Errno.EADDRNOTAVAIL.exception();
    }

    private static void source(Sock sock, IpAddress group, NetDevice device, IpAddress source, Kind kind) {
        if (!group.isMulticast()) {
            throw Errno.EINVAL.exception();
        }
        Membership m = find(sock, group, device);
        switch (kind) {
            case JOIN -> {
                if (m == null) {
                    m = new Membership(group, device);
                    m.include = true;
                    sock.ip.memberships.add(m);
                    sock.net.igmp.join(device, group);
                }
                demand(m.include, Errno.EINVAL);
                demand(m.sources.add(source), Errno.EADDRNOTAVAIL);
            }
            case LEAVE -> {
                if (m == null || !m.include) {
                    throw Errno.EINVAL.exception();
                }
                demand(m.sources.remove(source), Errno.EADDRNOTAVAIL);
                if (m.sources.isEmpty()) {
                    sock.ip.memberships.remove(m);
                    sock.net.igmp.leave(device, group);
                }
            }
            case BLOCK -> {
                if (m == null) {
                    throw Errno.EINVAL.exception();
                }
                demand(!m.include, Errno.EINVAL);
                demand(m.sources.add(source), Errno.EADDRNOTAVAIL);
            }
            case UNBLOCK -> {
                if (m == null) {
                    throw Errno.EINVAL.exception();
                }
                demand(!m.include, Errno.EINVAL);
                demand(m.sources.remove(source), Errno.EADDRNOTAVAIL);
            }
        }
    }

    private static void demand(boolean condition, Errno errno) {
        if (!condition) {
            throw errno.exception();
        }
    }
}
