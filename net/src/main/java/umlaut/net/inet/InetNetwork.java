package umlaut.net.inet;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Network;
import umlaut.net.Socket;
import umlaut.net.SocketFamily;
import umlaut.net.core.NetNamespace;
import umlaut.net.ip.RawSock;
import umlaut.net.tcp.TcpSock;
import umlaut.net.udp.PingSock;
import umlaut.net.udp.UdpSock;

/** AF_INET or AF_INET6: which protocol a new socket speaks (inet_create, inet6_create). */
public final class InetNetwork implements SocketFamily {
    private final Network network;
    private final int number;

    public InetNetwork(Network network, int number) {
        this.network = network;
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public Socket create(Task task, int type, int protocol, int fileFlags) {
        if (protocol < 0 || protocol >= InetConst.IPPROTO_MPTCP + 1) {
            throw Errno.EINVAL.exception();
        }
        NetNamespace net = network.namespaceOf(task);
        return switch (type) {
            case SockConst.SOCK_STREAM -> {
                expect(protocol, InetConst.IPPROTO_TCP);
                yield socket(task, net, type, InetConst.IPPROTO_TCP, fileFlags, o -> new TcpSock(net, number, o));
            }
            case SockConst.SOCK_DGRAM -> datagram(task, net, protocol, fileFlags);
            case SockConst.SOCK_RAW -> raw(task, net, protocol, fileFlags);
            default -> throw Errno.ESOCKTNOSUPPORT.exception();
        };
    }

    private static void expect(int protocol, int only) {
        if (protocol != 0 && protocol != only) {
            throw Errno.EPROTONOSUPPORT.exception();
        }
    }

    private Socket datagram(Task task, NetNamespace net, int protocol, int fileFlags) {
        int type = SockConst.SOCK_DGRAM;
        int ping = number == SockConst.AF_INET ? InetConst.IPPROTO_ICMP : InetConst.IPPROTO_ICMPV6;
        if (protocol == ping) {
            long gid = task.credentials().fsgid() & 0xffff_ffffL;
            if (!inPingGroups(task, net, gid)) {
                throw Errno.EACCES.exception();
            }
            return socket(task, net, type, protocol, fileFlags, o -> new PingSock(net, number, o));
        }
        if (protocol == InetConst.IPPROTO_UDPLITE) {
            return socket(task, net, type, protocol, fileFlags, o -> new UdpSock(net.udpLite, number, o));
        }
        expect(protocol, InetConst.IPPROTO_UDP);
        return socket(task, net, type, InetConst.IPPROTO_UDP, fileFlags, o -> new UdpSock(net.udp, number, o));
    }

    private static boolean inPingGroups(Task task, NetNamespace net, long gid) {
        if (gid >= net.settings.pingGroupLow && gid <= net.settings.pingGroupHigh) {
            return true;
        }
        for (int group : task.credentials().groups()) {
            if (group >= net.settings.pingGroupLow && group <= net.settings.pingGroupHigh) {
                return true;
            }
        }
        return false;
    }

    private Socket raw(Task task, NetNamespace net, int protocol, int fileFlags) {
        if (!task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_RAW)) {
            throw Errno.EPERM.exception();
        }
        if (protocol == 0 || protocol > 255) {
            throw Errno.EPROTONOSUPPORT.exception();
        }
        return socket(task, net, SockConst.SOCK_RAW, protocol, fileFlags, o -> {
            net.lock();
            try {
                return new RawSock(net, number, protocol, o);
            } finally {
                net.unlock();
            }
        });
    }

    private Socket socket(Task task, NetNamespace net, int type, int protocol, int fileFlags, InetSocket.Maker maker) {
        return new InetSocket(task, net, number, type, protocol, fileFlags, maker);
    }
}
