package umlaut.gateway;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Scratch;
import umlaut.host.Sockets;
import umlaut.host.Syscall;
import umlaut.net.device.Link;

/**
 * User-mode Linux's ways to connect an Ethernet device to something of the host's (Documentation/virt/uml/user_mode_linux_howto_v2.rst, "Network"): each opens a descriptor that carries a frame
 * a message.
 */
public enum HostTransport {
    /** A tap device (Documentation/networking/tuntap.rst): the host's own stack, or a bridge of the host's. */
    TAP("tap") {
        @Override
        int open(String device, HostLoop loop) {
            int fd = (int) Files.openat(Files.AT_FDCWD, Scratch.path("/dev/net/tun"), RDWR, 0);
            check(fd, "cannot open /dev/net/tun");
            MemorySegment request = interfaceRequest(device);
            request.set(Layouts.SHORT, IFR_DATA, (short) (IFF_TAP | IFF_NO_PI));
            long result = HostCalls.call(Syscall.IOCTL, fd, TUNSETIFF, request.address());
            return check(fd, result, "cannot use the device '" + device + "'");
        }
    },

    /** A network device of the host's, all of whose frames are seen (packet(7)). */
    RAW("raw") {
        @Override
        int open(String device, HostLoop loop) {
            int all = Short.reverseBytes((short) ETH_P_ALL) & 0xffff;
            int fd = (int) Sockets.socket(AF_PACKET, SOCK_RAW | NONBLOCK, all);
            check(fd, "cannot open a packet socket");
            MemorySegment m = interfaceRequest(device);
            check(fd, HostCalls.call(Syscall.IOCTL, fd, SIOCGIFINDEX, m.address()), "no device '" + device + "'");
            int index = m.get(Layouts.INT, IFR_DATA);
            m.asSlice(0, SOCKADDR_LL).fill((byte) 0);
            m.set(Layouts.SHORT, 0, (short) AF_PACKET);
            m.set(Layouts.SHORT, 2, (short) all);
            m.set(Layouts.INT, 4, index);
            check(fd, Sockets.bind(fd, m, SOCKADDR_LL), "cannot use the device '" + device + "'");
            m.asSlice(0, PACKET_MREQ).fill((byte) 0);
            m.set(Layouts.INT, 0, index);
            m.set(Layouts.SHORT, 4, (short) PACKET_MR_PROMISC);
            long result =
                    HostCalls.call(Syscall.SETSOCKOPT, fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, m.address(), PACKET_MREQ);
            return check(fd, result, "cannot see all frames of '" + device + "'");
        }
    },

    /** A descriptor that umlaut was started with. */
    FD("fd") {
        @Override
        int open(String number, HostLoop loop) {
            int given = number.matches("\\d{1,6}") ? Integer.parseInt(number) : -1;
            int fd = (int) HostCalls.call(Syscall.FCNTL, given, F_DUPFD_CLOEXEC, 3);
            check(fd, "'" + number + "' is no open descriptor");
            long flags = HostCalls.call(Syscall.FCNTL, fd, F_GETFL);
            return check(fd, HostCalls.call(Syscall.FCNTL, fd, F_SETFL, flags | Files.O_NONBLOCK), "cannot use it");
        }
    },

    /** A unix socket of packets, as the switch BESS has them. */
    BESS("bess") {
        @Override
        int open(String path, HostLoop loop) {
            int fd = (int) Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | NONBLOCK, 0);
            check(fd, "cannot open a socket");
            return check(fd, connectUnix(fd, path), "cannot connect to '" + path + "'");
        }
    },

    /** uml_switch(1), by its control socket. */
    DAEMON("daemon") {
        @Override
        int open(String path, HostLoop loop) {
            return UmlSwitch.connect(path, loop);
        }
    },

    /** vde_switch(1), by its directory; it speaks uml_switch's protocol, too. */
    VDE("vde") {
        @Override
        int open(String directory, HostLoop loop) {
            return UmlSwitch.connect(directory + "/ctl", loop);
        }
    },

    /** A group of machines, each of which sends its frames to all others by multicast. */
    MCAST("mcast") {
        @Override
        int open(String argument, HostLoop loop) {
            throw new IllegalStateException("two sockets");
        }

        @Override
        Link connect(String argument, Link.End device, HostLoop loop) {
            return DatagramLink.group(argument, device, loop);
        }
    },

    /** One other machine, by UDP. */
    UCAST("ucast") {
        @Override
        int open(String argument, HostLoop loop) {
            throw new IllegalStateException("its errors say nothing");
        }

        @Override
        Link connect(String argument, Link.End device, HostLoop loop) {
            return DatagramLink.pair(argument, device, loop);
        }
    };

    private static final int RDWR = Files.O_RDWR | Files.O_CLOEXEC | Files.O_NONBLOCK;
    private static final int NONBLOCK = Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    private static final int IFR_SIZE = 40, IFR_NAME = 15, IFR_DATA = 16;
    private static final int TUNSETIFF = 0x400454ca, SIOCGIFINDEX = 0x8933, IFF_TAP = 2, IFF_NO_PI = 0x1000;
    private static final int AF_PACKET = 17, SOCK_RAW = 3, ETH_P_ALL = 3, SOCKADDR_LL = 20, SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1, PACKET_MR_PROMISC = 1, PACKET_MREQ = 16;
    private static final int F_DUPFD_CLOEXEC = 1030, F_GETFL = 3, F_SETFL = 4;

    /** What people write for it. */
    public final String word;

    HostTransport(String word) {
        this.word = word;
    }

    /** @throws GatewayException when it cannot be opened */
    abstract int open(String argument, HostLoop loop);

    /**
     * Connects a device.
     *
     * @throws GatewayException when it cannot be
     */
    public Link connect(String argument, Link.End device) {
        HostLoop loop = new HostLoop(word, () -> {});
        Link link = connect(argument, device, loop);
        loop.start();
        return link;
    }

    /** @param loop not started yet */
    Link connect(String argument, Link.End device, HostLoop loop) {
        int fd = open(argument, loop);
        String gone =
                "umlaut: --network " + word + ": '" + argument + "' has gone: the guest's device leads nowhere now\r\n";
        return new FrameSocket(loop, fd, 0, device, () -> System.err.print(gone));
    }

    private static MemorySegment interfaceRequest(String device) {
        if (device.isEmpty() || device.length() > IFR_NAME) {
            throw new GatewayException("--network: '" + device + "' is no name of a device");
        }
        MemorySegment request = Scratch.room();
        request.asSlice(0, IFR_SIZE).fill((byte) 0);
        for (int i = 0; i < device.length(); i++) {
            request.set(Layouts.BYTE, i, (byte) device.charAt(i));
        }
        return request;
    }

    static long connectUnix(int fd, String path) {
        MemorySegment address = Scratch.room();
        int length = Sockets.unixAddress(path, address);
        return length < 0 ? length : Sockets.connect(fd, address, length);
    }

    void check(int fd, String what) {
        if (fd < 0) {
            fail(what, -fd);
        }
    }

    int check(int fd, long result, String what) {
        if (result < 0) {
            Files.close(fd);
            fail(what, (int) -result);
        }
        return fd;
    }

    private void fail(String what, int errno) {
        Errno e = Errno.of(errno);
        boolean rights = e == Errno.EPERM || e == Errno.EACCES;
        String why = rights ? "only root may, or whom root has made it for" : e.message();
        throw new GatewayException("--network " + word + ": " + what + ": " + why);
    }
}
