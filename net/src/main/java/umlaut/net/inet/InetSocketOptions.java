package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.SocketOptions;
import umlaut.net.core.NetDevice;

/** setsockopt(2) and getsockopt(2) of Internet sockets: which level an option belongs to, and those of SOL_SOCKET that only they have. */
final class InetSocketOptions {
    private InetSocketOptions() {}

    static void set(InetSocket socket, Task task, int level, int name, MemorySegment value) {
        Sock sock = socket.sock();
        if (sock.setOption(task, level, name, value)) {
            return;
        }
        switch (level) {
            case SockConst.SOL_SOCKET -> setSocket(socket, task, name, value);
            case SockConst.SOL_IP -> Ip4Options.set(sock, task, name, value);
            case SockConst.SOL_IPV6 -> {
                if (sock.family != SockConst.AF_INET6) {
                    throw Errno.ENOPROTOOPT.exception();
                }
                Ip6Options.set(sock, task, name, value);
            }
            default -> throw Errno.ENOPROTOOPT.exception();
        }
    }

    static int get(InetSocket socket, int level, int name, MemorySegment value) {
        Sock sock = socket.sock();
        int filled = sock.getOption(level, name, value);
        if (filled >= 0) {
            return filled;
        }
        return switch (level) {
            case SockConst.SOL_SOCKET -> getSocket(socket, name, value);
            case SockConst.SOL_IP -> Ip4Options.get(sock, name, value);
            case SockConst.SOL_IPV6 -> {
                if (sock.family != SockConst.AF_INET6) {
                    throw Errno.EOPNOTSUPP.exception();
                }
                yield Ip6Options.get(sock, name, value);
            }
            default -> throw (sock.family == SockConst.AF_INET ? Errno.EOPNOTSUPP : Errno.ENOPROTOOPT).exception();
        };
    }

    // --- SOL_SOCKET ---

    private static void setSocket(InetSocket socket, Task task, int name, MemorySegment value) {
        Sock sock = socket.sock();
        switch (name) {
            case SockConst.SO_BINDTODEVICE -> {
                int length = (int) Math.min(15, value.byteSize());
                String text = new String(Le.getBytes(value, 0, length), StandardCharsets.ISO_8859_1).split("\0", 2)[0];
                bindToDevice(sock, task, text);
            }
            case SockConst.SO_BINDTOIFINDEX -> bindToIndex(sock, task, SocketOptions.integer(value));
            case SockConst.SO_PEEK_OFF -> sock.options.setPeekOffset(SocketOptions.integer(value));
            case SockConst.SO_BUSY_POLL,
                    SockConst.SO_MAX_PACING_RATE,
                    SockConst.SO_INCOMING_CPU,
                    SockConst.SO_TXREHASH -> SocketOptions.integer(value);
            case SockConst.SO_TIMESTAMPING_OLD, SockConst.SO_TIMESTAMPING_NEW -> {
                if (SocketOptions.integer(value) != 0) {
                    throw Errno.EINVAL.exception();
                }
            }
            case SockConst.SO_DETACH_FILTER -> throw Errno.ENOENT.exception();
            default -> throw Errno.ENOPROTOOPT.exception();
        }
    }

    private static void bindToDevice(Sock sock, Task task, String device) {
        sock.net.lock();
        try {
            if (device.isEmpty()) {
                bindToIndex(sock, task, 0);
                return;
            }
            NetDevice found = sock.net.devices.byName(device);
            if (found == null) {
                throw Errno.ENODEV.exception();
            }
            bindToIndex(sock, task, found.index);
        } finally {
            sock.net.unlock();
        }
    }

    private static void bindToIndex(Sock sock, Task task, int index) {
        if (sock.boundDevice != 0 && !task.credentials().capable(Capability.CAP_NET_RAW)) {
            throw Errno.EPERM.exception();
        }
        if (index < 0) {
            throw Errno.EINVAL.exception();
        }
        sock.net.lock();
        try {
            sock.boundDevice = index;
            sock.setWay(null);
        } finally {
            sock.net.unlock();
        }
    }

    private static int getSocket(InetSocket socket, int name, MemorySegment value) {
        Sock sock = socket.sock();
        int number = switch (name) {
            case SockConst.SO_PEEK_OFF -> sock.options.rawPeekOffset();
            case SockConst.SO_BINDTOIFINDEX -> sock.boundDevice;
            case SockConst.SO_BUSY_POLL -> 0;
            case SockConst.SO_INCOMING_CPU -> 0;
            case SockConst.SO_TXREHASH -> 1;
            case SockConst.SO_TIMESTAMPING_OLD, SockConst.SO_TIMESTAMPING_NEW -> 0;
            default -> Integer.MIN_VALUE;
        };
        if (number != Integer.MIN_VALUE) {
            Le.putInt(value, 0, number);
            return 4;
        }
        return switch (name) {
            case SockConst.SO_BINDTODEVICE -> deviceName(sock, value);
            case SockConst.SO_COOKIE -> {
                Le.putLong(value, 0, sock.inode());
                yield 8;
            }
            case SockConst.SO_NETNS_COOKIE -> {
                Le.putLong(value, 0, sock.net.cookie);
                yield 8;
            }
            case SockConst.SO_MAX_PACING_RATE -> {
                Le.putLong(value, 0, -1);
                yield 8;
            }
            case SockConst.SO_PEERNAME -> {
                byte[] peer = socket.peerAddress();
                Le.putBytes(value, 0, peer);
                yield peer.length;
            }
            case SockConst.SO_PEERCRED -> {
                Le.putInt(value, 0, 0);
                Le.putInt(value, 4, -1);
                Le.putInt(value, 8, -1);
                yield 12;
            }
            default -> throw Errno.ENOPROTOOPT.exception();
        };
    }

    private static int deviceName(Sock sock, MemorySegment value) {
        sock.net.lock();
        try {
            NetDevice device = sock.boundDevice == 0 ? null : sock.net.devices.byIndex(sock.boundDevice);
            if (device == null) {
                return 0;
            }
            byte[] text = (device.name + "\0").getBytes(StandardCharsets.ISO_8859_1);
            Le.putBytes(value, 0, text);
            return text.length;
        } finally {
            sock.net.unlock();
        }
    }
}
