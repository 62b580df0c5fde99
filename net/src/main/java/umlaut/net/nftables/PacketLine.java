package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.NetDevice;
import umlaut.net.netfilter.NfPacket;

/** A packet as a line of the log (net/netfilter/nf_log_syslog.c). */
final class PacketLine {
    private static final int ETHERNET = 14;

    private PacketLine() {}

    static String of(NfPacket p, String prefix) {
        StringBuilder text = new StringBuilder(prefix);
        text.append("IN=")
                .append(name(p.in))
                .append(" OUT=")
                .append(name(p.out))
                .append(' ');
        link(text, p);
        text.append("SRC=").append(p.skb.source).append(" DST=").append(p.skb.destination);
        byte[] b = p.skb.head();
        int at = p.skb.start();
        if (p.v4) {
            int tos = b[at + 1] & 0xff;
            text.append(" LEN=%d TOS=0x%02X PREC=0x%02X TTL=%d ID=%d "
                    .formatted(p.skb.length(), tos & 0x1e, tos & 0xe0, b[at + 8] & 0xff, Be.u16(b, at + 4)));
            int fragment = Be.u16(b, at + 6);
            text.append((fragment & 0x4000) != 0 ? "DF " : "").append((fragment & 0x2000) != 0 ? "MF " : "");
            if ((fragment & 0x1fff) != 0) {
                text.append("FRAG:").append(fragment & 0x1fff).append(' ');
            }
        } else {
            int word = Be.i32(b, at);
            text.append(" LEN=%d TC=%d HOPLIMIT=%d FLOWLBL=%d "
                    .formatted(p.skb.length(), word >>> 20 & 0xff, b[at + 7] & 0xff, word & 0xfffff));
        }
        transport(text, p);
        if (p.skb.mark != 0) {
            text.append("MARK=0x").append(Integer.toHexString(p.skb.mark)).append(' ');
        }
        return text.toString();
    }

    private static String name(@Nullable NetDevice device) {
        return device == null ? "" : device.name;
    }

    private static void link(StringBuilder text, NfPacket p) {
        int mac = p.skb.macHeader;
        if (p.in == null) {
            return;
        }
        text.append("MAC=");
        if (p.in.isEthernet() && mac >= 0 && mac + ETHERNET <= p.skb.start()) {
            for (int i = 0; i < ETHERNET; i++) {
                text.append(i == 0 ? "" : ":").append("%02x".formatted(p.skb.head()[mac + i]));
            }
        }
        text.append(' ');
    }

    private static void transport(StringBuilder text, NfPacket p) {
        String name = switch (p.protocol) {
            case InetConst.IPPROTO_TCP -> "TCP";
            case InetConst.IPPROTO_UDP -> "UDP";
            case InetConst.IPPROTO_UDPLITE -> "UDPLITE";
            case InetConst.IPPROTO_ICMP -> "ICMP";
            case InetConst.IPPROTO_ICMPV6 -> "ICMPv6";
            default -> Integer.toString(p.protocol);
        };
        text.append("PROTO=").append(name).append(' ');
        int t = p.transport;
        boolean tcp = p.protocol == InetConst.IPPROTO_TCP;
        if (!p.hasTransport(tcp ? 20 : 8)) {
            return;
        }
        if (tcp || p.protocol == InetConst.IPPROTO_UDP || p.protocol == InetConst.IPPROTO_UDPLITE) {
            text.append("SPT=%d DPT=%d ".formatted(p.u16(t), p.u16(t + 2)));
        }
        if (tcp) {
            text.append("WINDOW=%d RES=0x%02x ".formatted(p.u16(t + 14), (p.u8(t + 12) & 15) << 2));
            String[] names = {"CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"};
            int flags = p.u8(t + 13);
            for (int i = 0; i < names.length; i++) {
                text.append((flags & 128 >>> i) != 0 ? names[i] + " " : "");
            }
            text.append("URGP=").append(p.u16(t + 18)).append(' ');
        } else if (p.protocol == InetConst.IPPROTO_UDP) {
            text.append("LEN=").append(p.u16(t + 4)).append(' ');
        } else if (p.isIcmp()) {
            text.append("TYPE=%d CODE=%d ".formatted(p.u8(t), p.u8(t + 1)));
            if (p.u8(t) == 0 || p.u8(t) == 8 || p.u8(t) == 128 || p.u8(t) == 129) {
                text.append("ID=%d SEQ=%d ".formatted(p.u16(t + 4), p.u16(t + 6)));
            }
        }
    }
}
