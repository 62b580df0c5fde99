package umlaut.net.packet;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Network;
import umlaut.net.Socket;
import umlaut.net.SocketFamily;

/** AF_PACKET. */
public final class PacketNetwork implements SocketFamily {
    private final Network network;

    public PacketNetwork(Network network) {
        this.network = network;
    }

    @Override
    public int number() {
        return SockConst.AF_PACKET;
    }

    @Override
    public Socket create(Task task, int type, int protocol, int fileFlags) {
        if (!task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_RAW)) {
            throw Errno.EPERM.exception();
        }
        if (type != SockConst.SOCK_RAW && type != SockConst.SOCK_DGRAM) {
            throw Errno.ESOCKTNOSUPPORT.exception();
        }
        return new PacketSocket(task, network.namespaceOf(task), type, protocol, fileFlags);
    }
}
