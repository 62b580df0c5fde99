package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.core.Be;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.netfilter.NatRange;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** snat, dnat, masquerade and redirect (net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c): ends the chain with ACCEPT. */
final class Translate extends Expression {
    enum Kind {
        NAT,
        MASQ,
        REDIR
    }

    private static final int TYPE = 1,
            FAMILY = 2,
            ADDRESS_MIN = 3,
            ADDRESS_MAX = 4,
            PORT_MIN = 5,
            PORT_MAX = 6,
            FLAGS = 7;
    private static final int MASQ_FLAGS = 1, MASQ_MIN = 2, MASQ_MAX = 3, REDIR_MIN = 1, REDIR_MAX = 2, REDIR_FLAGS = 3;
    private static final int SNAT = 0, DNAT = 1, RANDOM = 4 | 16, KNOWN_FLAGS = 127;

    private final Kind kind;
    private final boolean source;
    private final int family;
    private final int addressMin;
    private final int addressMax;
    private final int portMin;
    private final int portMax;
    private final int flags;

    Translate(NlReader in, Kind kind) {
        this.kind = kind;
        int type = kind == Kind.NAT ? in.be32(TYPE, -1) : kind == Kind.MASQ ? SNAT : DNAT;
        family = kind == Kind.NAT ? in.be32(FAMILY, -1) : 0;
        if (type != SNAT && type != DNAT
                || kind == Kind.NAT && family != NfHook.NFPROTO_IPV4 && family != NfHook.NFPROTO_IPV6) {
            throw Errno.EINVAL.exception();
        }
        source = type == SNAT;
        boolean nat = kind == Kind.NAT;
        addressMin = nat ? Register.optional(in, ADDRESS_MIN, addressLength()) : -1;
        addressMax = nat && addressMin >= 0 && in.has(ADDRESS_MAX)
                ? Register.read(in, ADDRESS_MAX, addressLength())
                : addressMin;
        portMin = Register.optional(in, minimum(), 2);
        portMax = portMin >= 0 && in.has(maximum()) ? Register.read(in, maximum(), 2) : portMin;
        flags = in.be32(flagsType(), 0);
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    private int addressLength() {
        return family == NfHook.NFPROTO_IPV4 ? 4 : 16;
    }

    private int minimum() {
        return kind == Kind.NAT ? PORT_MIN : kind == Kind.MASQ ? MASQ_MIN : REDIR_MIN;
    }

    private int maximum() {
        return kind == Kind.NAT ? PORT_MAX : kind == Kind.MASQ ? MASQ_MAX : REDIR_MAX;
    }

    private int flagsType() {
        return kind == Kind.NAT ? FLAGS : kind == Kind.MASQ ? MASQ_FLAGS : REDIR_FLAGS;
    }

    @Override
    String name() {
        return switch (kind) {
            case NAT -> "nat";
            case MASQ -> "masq";
            case REDIR -> "redir";
        };
    }

    @Override
    boolean tracks() {
        return true;
    }

    @Override
    void run(Evaluation e) {
        NfPacket p = e.packet;
        if (kind == Kind.NAT && p.v4 != (family == NfHook.NFPROTO_IPV4)) {
            return;
        }
        int low = portMin >= 0 ? Be.u16(e.registers, portMin) : 0;
        int high = portMax >= 0 ? Be.u16(e.registers, portMax) : 0;
        boolean random = (flags & RANDOM) != 0;
        boolean done;
        if (kind == Kind.MASQ) {
            done = p.net.netfilter.masquerade(p, low, high, random);
        } else {
            IpAddress from = kind == Kind.REDIR ? here(p) : address(e, addressMin);
            IpAddress to = kind == Kind.REDIR ? from : address(e, addressMax);
            boolean nowhere = kind == Kind.REDIR && from == null;
            done = !nowhere && p.net.netfilter.translate(p, new NatRange(from, to, low, high, random), source);
        }
        e.verdict = done ? Verdict.ACCEPT : Verdict.DROP;
    }

    private @Nullable IpAddress address(Evaluation e, int register) {
        return register < 0 ? null : IpAddress.of(e.registers, register, addressLength());
    }

    /** This machine, as the packet's sender reaches it; null: by no address. */
    static @Nullable IpAddress here(NfPacket p) {
        if (p.hook == NfHook.LOCAL_OUT) {
            return p.v4 ? IpAddress.LOOPBACK4 : IpAddress.LOOPBACK6;
        }
        NetDevice in = p.in;
        if (in == null) {
            return null;
        }
        InterfaceAddress first = in.primary(p.v4);
        return first == null ? null : first.local;
    }

    @Override
    void write(NlWriter out) {
        if (kind == Kind.NAT) {
            out.be32(TYPE, source ? SNAT : DNAT).be32(FAMILY, family);
            Register.write(out, ADDRESS_MIN, addressMin);
            Register.write(out, ADDRESS_MAX, addressMax);
        }
        Register.write(out, minimum(), portMin);
        Register.write(out, maximum(), portMax);
        if (flags != 0) {
            out.be32(flagsType(), flags);
        }
    }
}
