package umlaut.net.netlink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Network;
import umlaut.net.Socket;
import umlaut.net.SocketFamily;
import umlaut.net.core.NetNamespace;

/** AF_NETLINK: its sockets, by protocol and port number, and what is told to groups of them. */
public final class NetlinkNetwork implements SocketFamily {
    private final Network network;
    private final List<NetlinkSocket> sockets = new CopyOnWriteArrayList<>();

    public NetlinkNetwork(Network network) {
        this.network = network;
    }

    @Override
    public int number() {
        return SockConst.AF_NETLINK;
    }

    @Override
    public Socket create(Task task, int type, int protocol, int fileFlags) {
        if (type != SockConst.SOCK_RAW && type != SockConst.SOCK_DGRAM) {
            throw Errno.ESOCKTNOSUPPORT.exception();
        }
        NetNamespace net = network.namespaceOf(task);
        NetlinkProtocol answers = switch (protocol) {
            case Netlink.NETLINK_ROUTE -> new RouteProtocol(net, network);
            case Netlink.NETLINK_SOCK_DIAG -> new DiagProtocol(net);
            case Netlink.NETLINK_GENERIC -> new GenericProtocol();
            case Netlink.NETLINK_NETFILTER -> new NetfilterProtocol(net);
            case Netlink.NETLINK_KOBJECT_UEVENT, Netlink.NETLINK_USERSOCK -> null;
            default -> throw Errno.EPROTONOSUPPORT.exception();
        };
        NetlinkSocket socket = new NetlinkSocket(task, this, net, type, protocol, fileFlags, answers);
        sockets.add(socket);
        return socket;
    }

    void forget(NetlinkSocket socket) {
        sockets.remove(socket);
    }

    /** Gives a socket its port number. @param wanted 0: the process's, or if that is taken another. @throws umlaut.abi.ErrnoException EADDRINUSE */
    void name(NetlinkSocket socket, int wanted, int process) {
        int port = wanted != 0 ? wanted : process;
        if (taken(socket, port)) {
            if (wanted != 0) {
                throw Errno.EADDRINUSE.exception();
            }
            port = -4096;
            while (taken(socket, port)) {
                port--;
            }
        }
        socket.portId = port;
    }

    private boolean taken(NetlinkSocket by, int port) {
        for (NetlinkSocket s : sockets) {
            if (s != by && s.net == by.net && s.protocol == by.protocol && s.portId == port) {
                return true;
            }
        }
        return false;
    }

    /** Tells all of a namespace who have joined a group. The namespace's lock is held. */
    void tell(NetNamespace net, int protocol, int group, byte[] message) {
        for (NetlinkSocket s : sockets) {
            if (s.net == net && s.protocol == protocol && s.inGroup(group)) {
                s.deliver(message, group, false);
            }
        }
    }

    boolean anyListener(NetNamespace net, int group) {
        for (NetlinkSocket s : sockets) {
            if (s.net == net && s.protocol == Netlink.NETLINK_ROUTE && s.inGroup(group)) {
                return true;
            }
        }
        return false;
    }

    /** Port numbers and groups of all, for /proc/net/netlink. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (NetlinkSocket s : sockets) {
            lines.add("%016x %-3d %-10d %08x %-8d %-8d %-5d %-8d %-8d %-8d"
                    .formatted(0, s.protocol, s.portId & 0xffff_ffffL, 0, 0, 0, 0, 2, 0, s.inode().ino));
        }
        return lines;
    }

    /** Tells of changes in a namespace. */
    public void watch(NetNamespace net) {
        RouteNews news = new RouteNews(this, net);
        net.lock();
        try {
            net.devices.listen(news);
            net.addresses.listen(news);
            net.routeEvents.listen(news);
            net.arp.listen(news::neighbour);
            net.discovery.listen(news::neighbour);
        } finally {
            net.unlock();
        }
    }
}
