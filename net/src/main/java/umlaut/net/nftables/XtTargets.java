package umlaut.net.nftables;

import java.nio.charset.StandardCharsets;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IpAddress;
import umlaut.net.netfilter.Connection;
import umlaut.net.netfilter.NatRange;
import umlaut.net.netfilter.NfPacket;

/** The targets of iptables-extensions(8) that there are here. */
final class XtTargets {
    /** What a target does with a packet. */
    @FunctionalInterface
    interface Action {
        /** @return a {@link Verdict}'s code */
        int run(NfPacket packet);
    }

    private static final int ADDRESSES = 1, PORTS = 2, RANDOM = 4 | 16;
    private static final int REJECT_RESET4 = 7, REJECT_RESET6 = 6;
    /** By what --reject-with says: the codes of ICMP errors. */
    private static final int[] REJECT4 = {0, 1, 2, 3, 3, 9, 10, 0, 13};

    private static final int[] REJECT6 = {0, 1, 2, 3, 4, 4, 0, 5, 6};
    private static final int SYN = 2, MSS_OPTION = 2, CLAMP = 0xffff;
    private static final int CONNMARK_SET = 0, CONNMARK_SAVE = 1, CONNMARK_RESTORE = 2;

    private XtTargets() {}

    static boolean knows(String name, int revision) {
        return switch (name) {
            case "MASQUERADE", "REDIRECT", "REJECT", "LOG", "TCPMSS" -> revision == 0;
            case "SNAT", "DNAT" -> revision >= 0 && revision <= 2;
            case "MARK" -> revision == 2;
            case "CONNMARK" -> revision == 1;
            default -> false;
        };
    }

    static boolean tracks(String name) {
        return switch (name) {
            case "MASQUERADE", "REDIRECT", "SNAT", "DNAT", "CONNMARK" -> true;
            default -> false;
        };
    }

    /** @throws umlaut.abi.ErrnoException EINVAL: its struct is not whole */
    static Action of(String name, int revision, XtInfo info) {
        return switch (name) {
            case "MASQUERADE" -> masquerade(range(info, revision));
            case "REDIRECT" -> redirect(range(info, revision));
            case "SNAT", "DNAT" -> translate(range(info, revision), name.equals("SNAT"));
            case "REJECT" -> reject(info.need(4));
            case "LOG" -> log(info.need(32));
            case "TCPMSS" -> largestSegment(info.need(2).u16(0));
            case "MARK" -> mark(info.need(8));
            case "CONNMARK" -> connectionMark(info.need(13));
            default -> throw Errno.ENOENT.exception();
        };
    }

    // --- addresses ---

    /** struct nf_nat_ipv4_multi_range_compat in revision 0 of IPv4, else struct nf_nat_range or the beginning of nf_nat_range2. */
    private static NatRange range(XtInfo info, int revision) {
        boolean old = info.v4() && revision == 0;
        if (info.bytes().length < (old ? 20 : 40)) {
            return NatRange.NONE;
        }
        int flags = info.u32(old ? 4 : 0);
        IpAddress low = old ? info.address4(8) : info.address(4);
        IpAddress high = old ? info.address4(12) : info.address(20);
        int ports = old ? 16 : 36;
        boolean addresses = (flags & ADDRESSES) != 0;
        boolean given = (flags & PORTS) != 0;
        return new NatRange(
                addresses ? low : null,
                addresses ? high : null,
                given ? info.be16(ports) : 0,
                given ? info.be16(ports + 2) : 0,
                (flags & RANDOM) != 0);
    }

    private static int verdict(boolean done) {
        return done ? Verdict.ACCEPT : Verdict.DROP;
    }

    private static Action masquerade(NatRange r) {
        return p -> verdict(p.net.netfilter.masquerade(p, r.lowPort(), r.highPort(), r.random()));
    }

    private static Action translate(NatRange range, boolean source) {
        return p -> verdict(p.net.netfilter.translate(p, range, source));
    }

    private static Action redirect(NatRange r) {
        return p -> {
            IpAddress here = Translate.here(p);
            NatRange to = new NatRange(here, here, r.lowPort(), r.highPort(), r.random());
            return verdict(here != null && p.net.netfilter.translate(p, to, false));
        };
    }

    // --- others ---

    private static Action reject(XtInfo info) {
        int with = info.u32(0);
        int[] codes = info.v4() ? REJECT4 : REJECT6;
        boolean reset = with == (info.v4() ? REJECT_RESET4 : REJECT_RESET6);
        if (with < 0 || with >= codes.length) {
            throw Errno.EINVAL.exception();
        }
        return p -> {
            if (reset) {
                Reject.reset(p);
            } else {
                Reject.unreachable(p, codes[with]);
            }
            return Verdict.DROP;
        };
    }

    private static Action log(XtInfo info) {
        String text = new String(info.bytes(), 2, 30, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        String prefix = end < 0 ? text : text.substring(0, end);
        return p -> {
            p.net.netfilter.log(info.u8(0), PacketLine.of(p, prefix));
            return Verdict.CONTINUE;
        };
    }

    private static Action mark(XtInfo info) {
        return p -> {
            p.skb.mark = p.skb.mark & ~info.u32(4) ^ info.u32(0);
            return Verdict.CONTINUE;
        };
    }

    private static Action connectionMark(XtInfo info) {
        int value = info.u32(0);
        int ctMask = info.u32(4);
        int nfMask = info.u32(8);
        int mode = info.u8(12);
        return p -> {
            Connection c = p.skb.connection;
            if (c != null) {
                switch (mode) {
                    case CONNMARK_SET -> c.mark = c.mark & ~ctMask ^ value;
                    case CONNMARK_SAVE -> c.mark = c.mark & ~ctMask ^ p.skb.mark & nfMask;
                    case CONNMARK_RESTORE -> p.skb.mark = p.skb.mark & ~nfMask ^ c.mark & ctMask;
                    default -> {}
                }
            }
            return Verdict.CONTINUE;
        };
    }

    /** A SYN's largest segment becomes no larger than what is given, or what the way takes (net/netfilter/xt_TCPMSS.c). */
    private static Action largestSegment(int given) {
        return p -> {
            if (p.protocol == InetConst.IPPROTO_TCP && p.hasTransport(20) && (p.u8(p.transport + 13) & SYN) != 0) {
                int headers = p.v4 ? 40 : 60;
                int mtu = p.out == null ? given : p.out.mtu - headers;
                clamp(p, given == CLAMP ? mtu : given);
            }
            return Verdict.CONTINUE;
        };
    }

    private static void clamp(NfPacket p, int most) {
        int end = p.transport + (p.u8(p.transport + 12) >>> 4) * 4;
        if (!p.has(end)) {
            return;
        }
        for (int i = p.transport + 20; i + 4 <= end; ) {
            int kind = p.u8(i);
            if (kind == MSS_OPTION) {
                byte[] b = p.skb.head();
                int field = p.skb.start() + i + 2;
                int old = Be.u16(b, field);
                if (old > most) {
                    Be.put16(b, field, most);
                    mend(p, old, most, (i & 1) != 0);
                }
                return;
            }
            i += kind < 2 ? 1 : Math.max(p.u8(i + 1), 1);
        }
    }

    private static void mend(NfPacket p, int old, int fresh, boolean odd) {
        if (p.skb.partialChecksum >= 0) {
            return;
        }
        long change = (~old & 0xffff) + (long) fresh;
        if (odd) {
            change = (~swapped(old) & 0xffff) + (long) swapped(fresh);
        }
        int field = p.skb.start() + p.transport + 16;
        byte[] b = p.skb.head();
        Be.put16(b, field, Checksum.fold((~Be.u16(b, field) & 0xffff) + change));
    }

    private static int swapped(int word) {
        return word >>> 8 | (word & 0xff) << 8;
    }
}
