package umlaut.net.unix;

import umlaut.abi.Errno;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Socket;
import umlaut.net.SocketFamily;

/** AF_UNIX of one machine: its names, and the monitor under which connections change. */
public final class UnixNetwork implements SocketFamily {
    /** net.unix.max_dgram_qlen. */
    static final int MAX_DATAGRAM_QUEUE = 10;

    /** What ioctl(2) commands about devices do, which any socket takes. */
    @FunctionalInterface
    public interface DeviceControl {
        /** @return the result, or -ENOTTY for other commands */
        long ioctl(Task task, int command, long argument);
    }

    final DeviceControl devices;
    final UnixNames names = new UnixNames();
    final InFlightCollector collector = new InFlightCollector();

    public UnixNetwork(DeviceControl devices) {
        this.devices = devices;
    }

    @Override
    public int number() {
        return SockConst.AF_UNIX;
    }

    @Override
    public Socket create(Task task, int type, int protocol, int fileFlags) {
        if (protocol != 0 && protocol != SockConst.AF_UNIX) {
            throw Errno.EPROTONOSUPPORT.exception();
        }
        // A raw unix socket has always been a datagram socket.
        int kind = type == SockConst.SOCK_RAW ? SockConst.SOCK_DGRAM : type;
        if (kind != SockConst.SOCK_STREAM && kind != SockConst.SOCK_DGRAM && kind != SockConst.SOCK_SEQPACKET) {
            throw Errno.ESOCKTNOSUPPORT.exception();
        }
        return new UnixSocket(this, task, kind, protocol, fileFlags);
    }

    @Override
    public void connectPair(Task task, Socket first, Socket second) {
        UnixConnect.pair(task, (UnixSocket) first, (UnixSocket) second);
    }
}
