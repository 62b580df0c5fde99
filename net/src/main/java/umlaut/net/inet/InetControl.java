package umlaut.net.inet;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InPktinfo;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.net.Control;
import umlaut.net.ControlItem;
import umlaut.net.Message;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;

/** Control messages of ip(7) and ipv6(7) (net/ipv4/ip_sockglue.c, net/ipv6/datagram.c). */
public final class InetControl {
    /** struct sock_extended_err. */
    private static final int EXTENDED_ERROR = 16;

    private InetControl() {}

    // --- receiving ---

    /** Adds what the reader has asked to know of a packet. */
    public static void describe(Sock sock, SkBuff skb, Message message) {
        IpOptions ip = sock.ip;
        int index = skb.device == null ? 0 : skb.device.index;
        timestamps(sock, skb, message);
        boolean v4 = skb.source.isV4();
        if (sock.family == SockConst.AF_INET6) {
            describe6(ip, skb, message, index, v4);
        }
        if (!v4) {
            return;
        }
        if (ip.on4(InetConst.IP_PKTINFO) && sock.family == SockConst.AF_INET) {
            byte[] info = new byte[InPktinfo.SIZE];
            Be.put32(info, InPktinfo.IPI_IFINDEX, Integer.reverseBytes(index));
            IpAddress spec = skb.packetType == 0 ? skb.destination : sock.net.devicePrimary(skb.device);
            spec.put(info, InPktinfo.IPI_SPEC_DST);
            skb.destination.put(info, InPktinfo.IPI_ADDR);
            message.add(SockConst.SOL_IP, InetConst.IP_PKTINFO, info);
        }
        if (ip.on4(InetConst.IP_RECVTTL)) {
            message.add(SockConst.SOL_IP, InetConst.IP_TTL, number(skb.ttl));
        }
        if (ip.on4(InetConst.IP_RECVTOS)) {
            message.add(SockConst.SOL_IP, InetConst.IP_TOS, new byte[] {(byte) skb.tos});
        }
        if (ip.on4(InetConst.IP_RECVORIGDSTADDR)) {
            int port = sock.localPort;
            byte[] address = SocketAddress.of(skb.destination, port).toBytes(SockConst.AF_INET);
            message.add(SockConst.SOL_IP, InetConst.IP_ORIGDSTADDR, address);
        }
        if (ip.on4(InetConst.IP_RECVFRAGSIZE) && skb.fragmentSize > 0) {
            message.add(SockConst.SOL_IP, InetConst.IP_RECVFRAGSIZE, number(skb.fragmentSize));
        }
        if (ip.on4(InetConst.IP_RECVOPTS)) {
            int length = (skb.head()[skb.networkHeader] & 15) * 4 - 20;
            if (length > 0) {
                byte[] options = java.util.Arrays.copyOfRange(
                        skb.head(), skb.networkHeader + 20, skb.networkHeader + 20 + length);
                message.add(SockConst.SOL_IP, InetConst.IP_RECVOPTS, options);
            }
        }
    }

    private static void describe6(IpOptions ip, SkBuff skb, Message message, int index, boolean v4) {
        if (ip.on6(InetConst.IPV6_RECVPKTINFO)) {
            byte[] info = new byte[20];
            skb.destination.put16(info, 0);
            Be.put32(info, 16, Integer.reverseBytes(index));
            message.add(SockConst.SOL_IPV6, InetConst.IPV6_PKTINFO, info);
        }
        if (ip.on6(InetConst.IPV6_RECVHOPLIMIT)) {
            message.add(SockConst.SOL_IPV6, InetConst.IPV6_HOPLIMIT, number(skb.ttl));
        }
        if (ip.on6(InetConst.IPV6_RECVTCLASS)) {
            message.add(SockConst.SOL_IPV6, InetConst.IPV6_TCLASS, number(skb.tos));
        }
        if (!v4 && ip.on6(InetConst.IPV6_RECVFRAGSIZE) && skb.fragmentSize > 0) {
            message.add(SockConst.SOL_IPV6, InetConst.IPV6_RECVFRAGSIZE, number(skb.fragmentSize));
        }
    }

    private static void timestamps(Sock sock, SkBuff skb, Message message) {
        if (!sock.options.wantsTimestamps()) {
            return;
        }
        long at = skb.timestampNs != 0 ? skb.timestampNs : sock.net.realtimeNs();
        boolean nano = sock.options.isOn(SockConst.SO_TIMESTAMPNS_OLD);
        if (nano || sock.options.isOn(SockConst.SO_TIMESTAMP_OLD)) {
            byte[] time = new byte[16];
            Be.put64(time, 0, Long.reverseBytes(at / 1_000_000_000));
            Be.put64(time, 8, Long.reverseBytes(at % 1_000_000_000 / (nano ? 1 : 1000)));
            int type = nano ? SockConst.SCM_TIMESTAMPNS : SockConst.SCM_TIMESTAMP;
            message.add(SockConst.SOL_SOCKET, type, time);
        }
    }

    private static byte[] number(int value) {
        byte[] bytes = new byte[4];
        Be.put32(bytes, 0, Integer.reverseBytes(value));
        return bytes;
    }

    /** Takes the first entry of the error queue (MSG_ERRQUEUE). Without the lock. @return bytes, or -EAGAIN */
    static long receiveError(Sock sock, Message message) {
        SockError entry;
        sock.net.lock();
        try {
            entry = sock.errors.pollFirst();
            SockError next = sock.errors.peekFirst();
            if (entry != null) {
                sock.setError(next == null ? 0 : next.errno());
            }
        } finally {
            sock.net.unlock();
        }
        if (entry == null) {
            return Errno.EAGAIN.negative();
        }
        message.address = SocketAddress.of(entry.destination(), entry.port()).toBytes(sock.family);
        boolean v4 = entry.destination().isV4();
        byte[] data = entry.data();
        long copied = Math.min(data.length, message.data.remaining());
        if (copied < data.length) {
            message.resultFlags |= SockConst.MSG_TRUNC;
        }
        if (copied > 0) {
            copied = message.data.copyOut(java.lang.foreign.MemorySegment.ofArray(data), 0, copied);
        }
        message.resultFlags |= SockConst.MSG_ERRQUEUE;
        boolean six = sock.family == SockConst.AF_INET6;
        byte[] address = entry.offender().isAny()
                ? new byte[six ? 28 : 16]
                : SocketAddress.of(entry.offender(), 0).toBytes(sock.family);
        byte[] told = new byte[EXTENDED_ERROR + address.length];
        Be.put32(told, 0, Integer.reverseBytes(entry.errno()));
        told[4] = (byte) entry.origin();
        told[5] = (byte) entry.type();
        told[6] = (byte) entry.code();
        Be.put32(told, 8, Integer.reverseBytes(entry.info()));
        System.arraycopy(address, 0, told, EXTENDED_ERROR, address.length);
        boolean as6 = six && (!v4 || !sock.ip.on4(InetConst.IP_RECVERR));
        message.add(
                as6 ? SockConst.SOL_IPV6 : SockConst.SOL_IP, as6 ? InetConst.IPV6_RECVERR : InetConst.IP_RECVERR, told);
        return copied;
    }

    // --- sending ---

    /** What control messages ask for one packet; fields keep their unset values otherwise. */
    public static final class Sending {
        public int index;
        public @Nullable IpAddress source;
        public int ttl = -1;
        public int tos = -1;
        public int segmentSize;
    }

    /** @throws umlaut.abi.ErrnoException EINVAL */
    public static Sending read(Sock sock, @Nullable Control control) {
        Sending sending = new Sending();
        if (control == null) {
            return sending;
        }
        for (ControlItem item : control.items) {
            switch (item.level()) {
                case SockConst.SOL_IP -> read4(sending, item);
                case SockConst.SOL_IPV6 -> {
                    if (sock.family == SockConst.AF_INET6) {
                        read6(sending, item);
                    }
                }
                case SockConst.SOL_UDP -> {
                    if (item.type() == InetConst.UDP_SEGMENT) {
                        sending.segmentSize = Short.reverseBytes((short) Be.u16(checked(item, 2), 0)) & 0xffff;
                    }
                }
                default -> {}
            }
        }
        return sending;
    }

    private static byte[] checked(ControlItem item, int length) {
        if (item.data().length < length) {
            throw Errno.EINVAL.exception();
        }
        return item.data();
    }

    private static int integer(ControlItem item) {
        return Integer.reverseBytes(Be.i32(checked(item, 4), 0));
    }

    private static void read4(Sending sending, ControlItem item) {
        switch (item.type()) {
            case InetConst.IP_PKTINFO -> {
                byte[] info = checked(item, InPktinfo.SIZE);
                int index = Integer.reverseBytes(Be.i32(info, InPktinfo.IPI_IFINDEX));
                sending.index = index != 0 ? index : sending.index;
                sending.source = IpAddress.v4(Be.i32(info, InPktinfo.IPI_SPEC_DST));
            }
            case InetConst.IP_TTL -> {
                int ttl = integer(item);
                if (ttl < 1 || ttl > 255) {
                    throw Errno.EINVAL.exception();
                }
                sending.ttl = ttl;
            }
            case InetConst.IP_TOS -> {
                int tos = item.data().length == 1 ? item.data()[0] & 0xff : integer(item);
                if (tos < 0 || tos > 255) {
                    throw Errno.EINVAL.exception();
                }
                sending.tos = tos;
            }
            case InetConst.IP_RETOPTS -> {}
            default -> throw Errno.EINVAL.exception();
        }
    }

    private static void read6(Sending sending, ControlItem item) {
        switch (item.type()) {
            case InetConst.IPV6_PKTINFO, InetConst.IPV6_2292PKTINFO -> {
                byte[] info = checked(item, 20);
                IpAddress source = IpAddress.of(info, 0, 16);
                sending.source = source.isAny() ? sending.source : source;
                int index = Integer.reverseBytes(Be.i32(info, 16));
                sending.index = index != 0 ? index : sending.index;
            }
            case InetConst.IPV6_HOPLIMIT, InetConst.IPV6_2292HOPLIMIT -> {
                int hops = integer(item);
                if (hops < -1 || hops > 255) {
                    throw Errno.EINVAL.exception();
                }
                sending.ttl = hops;
            }
            case InetConst.IPV6_TCLASS -> {
                int value = integer(item);
                if (value < -1 || value > 255) {
                    throw Errno.EINVAL.exception();
                }
                sending.tos = value;
            }
            case InetConst.IPV6_DONTFRAG, InetConst.IPV6_FLOWINFO -> {}
            default -> throw Errno.EINVAL.exception();
        }
    }
}
