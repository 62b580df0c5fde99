package umlaut.net.netlink;

import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.inet.DatagramSock;
import umlaut.net.inet.Sock;
import umlaut.net.tcp.TcpRequest;
import umlaut.net.tcp.TcpSock;
import umlaut.net.tcp.TcpTimeWait;

/** NETLINK_SOCK_DIAG: lists Internet sockets, for ss(8) (sock_diag(7); net/ipv4/inet_diag.c). */
final class DiagProtocol implements NetlinkProtocol {
    private static final int REQUEST = 56;
    private static final int MEMINFO = 1, INFO = 2, CONGESTION = 4, SKMEMINFO = 7, SHUTDOWN = 8, SKV6ONLY = 11;

    private final NetNamespace net;

    DiagProtocol(NetNamespace net) {
        this.net = net;
    }

    /** What inet_diag_msg tells of a socket. */
    private record Line(
            int family,
            int state,
            int timer,
            int retransmits,
            IpAddress local,
            int localPort,
            IpAddress remote,
            int remotePort,
            int device,
            long cookie,
            long expiresMs,
            int received,
            int sent,
            int uid,
            long inode) {}

    @Override
    public boolean request(Task task, int type, int flags, byte[] payload, NlWriter out) {
        if (type != Netlink.SOCK_DIAG_BY_FAMILY) {
            throw Errno.EINVAL.exception();
        }
        NlReader in = NlReader.of(payload, REQUEST);
        int family = in.u8(0);
        int protocol = in.u8(1);
        int extensions = in.u8(2);
        int states = in.i32(4);
        if (family == SockConst.AF_UNIX || family == SockConst.AF_NETLINK || family == SockConst.AF_PACKET) {
            if ((flags & Netlink.NLM_F_DUMP) == Netlink.NLM_F_DUMP) {
                out.done();
                return true;
            }
            throw Errno.ENOENT.exception();
        }
        if (family != SockConst.AF_INET && family != SockConst.AF_INET6) {
            throw Errno.ENOENT.exception();
        }
        if ((flags & Netlink.NLM_F_DUMP) != Netlink.NLM_F_DUMP) {
            throw Errno.ENOENT.exception();
        }
        switch (protocol) {
            case InetConst.IPPROTO_TCP -> tcp(out, family, states, extensions);
            case InetConst.IPPROTO_UDP -> net.udp.all().forEach(s -> datagram(out, s, family, states, extensions));
            case InetConst.IPPROTO_UDPLITE ->
                net.udpLite.all().forEach(s -> datagram(out, s, family, states, extensions));
            case InetConst.IPPROTO_RAW -> net.raw.all().forEach(s -> datagram(out, s, family, states, extensions));
            default -> throw Errno.ENOENT.exception();
        }
        out.done();
        return true;
    }

    private void tcp(NlWriter out, int family, int states, int extensions) {
        for (TcpSock s : net.tcp.socks()) {
            if (s.family == family && (states >>> s.state() & 1) != 0) {
                long[] timer = s.timerState();
                boolean listening = s.state() == InetConst.TCP_LISTEN;
                int[] queue = s.acceptQueue();
                Line line = line(
                        s,
                        (int) timer[0],
                        (int) timer[2],
                        timer[1] / 1_000_000,
                        listening ? queue[0] : s.inputBytes(),
                        listening ? queue[1] : s.outputBytes());
                write(out, line, s, extensions);
            }
        }
        for (TcpTimeWait t : net.tcp.timeWaits()) {
            if (t.family == family && (states >>> t.state() & 1) != 0) {
                Line line = new Line(
                        t.family,
                        t.state(),
                        3,
                        0,
                        t.local(),
                        t.localPort(),
                        t.remote(),
                        t.remotePort(),
                        0,
                        0,
                        t.remainingNs() / 1_000_000,
                        0,
                        0,
                        0,
                        0);
                write(out, line, null, 0);
            }
        }
        for (TcpRequest r : net.tcp.requests()) {
            if (r.family() == family && (states >>> InetConst.TCP_SYN_RECV & 1) != 0) {
                Line line = new Line(
                        r.family(),
                        InetConst.TCP_SYN_RECV,
                        1,
                        r.retransmits(),
                        r.local(),
                        r.localPort(),
                        r.remote(),
                        r.remotePort(),
                        0,
                        0,
                        r.remainingNs() / 1_000_000,
                        0,
                        0,
                        r.uid(),
                        0);
                write(out, line, null, 0);
            }
        }
    }

    private void datagram(NlWriter out, DatagramSock s, int family, int states, int extensions) {
        if (s.family == family && (states >>> s.state() & 1) != 0) {
            write(out, line(s, 0, 0, 0, s.charged(), s.outputBytes()), s, extensions);
        }
    }

    private static Line line(Sock s, int timer, int retransmits, long expiresMs, int received, int sent) {
        return new Line(
                s.family,
                s.state(),
                timer,
                retransmits,
                s.local,
                s.localPort,
                s.remote,
                s.remotePort,
                s.boundDevice,
                s.inode(),
                expiresMs,
                received,
                sent,
                s.uid(),
                s.inode());
    }

    private static byte[] address(int family, IpAddress a) {
        byte[] out = new byte[16];
        if (family == SockConst.AF_INET) {
            a.put(out, 0);
        } else {
            a.put16(out, 0);
        }
        return out;
    }

    private static void write(NlWriter out, Line l, @org.jspecify.annotations.Nullable Sock s, int extensions) {
        byte[] ports = new byte[4];
        Be.put16(ports, 0, l.localPort);
        Be.put16(ports, 2, l.remotePort);
        out.begin(Netlink.SOCK_DIAG_BY_FAMILY, Netlink.NLM_F_MULTI)
                .u8(l.family, l.state, l.timer, l.retransmits)
                .bytes(ports)
                .bytes(address(l.family, l.local))
                .bytes(address(l.family, l.remote))
                .u32(l.device)
                .u32((int) l.cookie)
                .u32((int) (l.cookie >>> 32))
                .u32((int) l.expiresMs)
                .u32(l.received)
                .u32(l.sent)
                .u32(l.uid)
                .u32((int) l.inode);
        if (s != null) {
            extensions(out, s, l, extensions);
        }
        out.end();
    }

    private static boolean wants(int extensions, int which) {
        return (extensions >>> which - 1 & 1) != 0;
    }

    private static void extensions(NlWriter out, Sock s, Line l, int extensions) {
        int shut = (s.receiveShut ? 1 : 0) | (s.sendShut ? 2 : 0);
        out.attribute8(SHUTDOWN, shut);
        if (l.family == SockConst.AF_INET6) {
            out.attribute8(SKV6ONLY, s.ipv6Only ? 1 : 0);
        }
        if (wants(extensions, MEMINFO)) {
            byte[] four = new byte[16];
            Be.put32(four, 0, Integer.reverseBytes(l.received));
            Be.put32(four, 12, Integer.reverseBytes(l.sent));
            out.attribute(MEMINFO, four);
        }
        if (wants(extensions, SKMEMINFO)) {
            byte[] memory = new byte[36];
            Be.put32(memory, 0, Integer.reverseBytes(l.received));
            Be.put32(memory, 4, Integer.reverseBytes(s.options.receiveBuffer));
            Be.put32(memory, 12, Integer.reverseBytes(s.options.sendBuffer));
            out.attribute(SKMEMINFO, memory);
        }
        if (s instanceof TcpSock tcp) {
            if (wants(extensions, CONGESTION)) {
                out.text(CONGESTION, tcp.congestionName());
            }
            if (wants(extensions, INFO)) {
                out.attribute(INFO, tcp.info());
            }
        }
    }
}
