package umlaut.net.nftables;

import umlaut.net.netfilter.Connection;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netfilter.Tuple;
import umlaut.net.nftables.XtMatch.Matcher;

/** iptables' conntrack and state matches (net/netfilter/xt_conntrack.c). */
final class XtConntrack {
    private static final int STATE = 1, PROTO = 2, STATUS = 64, EXPIRES = 128, DIRECTION = 4096;
    private static final int INVALID = 1, STATE_SNAT = 64, STATE_DNAT = 128, STATE_UNTRACKED = 256;
    /** Of the struct: four addresses, each with its mask; times; the protocol; ports. */
    private static final int AT_EXPIRES = 128, AT_PROTO = 136, AT_PORTS = 138, AT_FLAGS = 146, AT_STATE = 150;

    private static final int AT_PORTS_HIGH = 154;
    private static final long SECOND_NS = 1_000_000_000L;

    private XtConntrack() {}

    static Matcher of(XtInfo info, int revision) {
        info.need(revision == 1 ? 152 : revision == 2 ? 154 : 162);
        int flags = info.u16(AT_FLAGS);
        int inverted = info.u16(AT_FLAGS + 2);
        int stateMask = revision == 1 ? info.u8(AT_STATE) : info.u16(AT_STATE);
        int statusMask = revision == 1 ? info.u8(AT_STATE + 1) : info.u16(AT_STATE + 2);
        Matcher state = state(stateMask, (inverted & STATE) != 0);
        return p -> {
            if ((flags & STATE) != 0 && !state.matches(p)) {
                return false;
            }
            Connection c = p.skb.connection;
            if (c == null) {
                return (flags & ~STATE) == 0;
            }
            boolean reply = Connection.isReply(p.skb.trackInfo);
            if ((flags & DIRECTION) != 0 && reply != ((inverted & DIRECTION) != 0)) {
                return false;
            }
            if ((flags & PROTO) != 0 && (c.original.protocol() == info.u16(AT_PROTO)) == ((inverted & PROTO) != 0)) {
                return false;
            }
            if ((flags & STATUS) != 0) {
                boolean has = statusMask == 0 ? c.status() == 0 : (c.status() & statusMask) != 0;
                if (has == ((inverted & STATUS) != 0)) {
                    return false;
                }
            }
            return addresses(info, c, flags, inverted)
                    && ports(info, c, flags, inverted, revision)
                    && expires(info, c, p, flags, inverted);
        };
    }

    private static boolean addresses(XtInfo info, Connection c, int flags, int inverted) {
        Tuple o = c.original;
        Tuple r = c.reply();
        umlaut.net.core.IpAddress[] all = {o.source(), o.destination(), r.source(), r.destination()};
        for (int i = 0; i < all.length; i++) {
            int bit = 4 << i;
            if ((flags & bit) != 0 && info.masked(all[i], 32 * i) == ((inverted & bit) != 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean ports(XtInfo info, Connection c, int flags, int inverted, int revision) {
        Tuple o = c.original;
        Tuple r = c.reply();
        int[] all = {o.sourcePort(), o.destinationPort(), r.sourcePort(), r.destinationPort()};
        for (int i = 0; i < all.length; i++) {
            int bit = 256 << i;
            int at = AT_PORTS + 2 * i;
            int low = revision == 3 ? info.u16(at) : info.be16(at);
            int high = revision == 3 ? info.u16(AT_PORTS_HIGH + 2 * i) : low;
            boolean within = all[i] >= low && all[i] <= high;
            if ((flags & bit) != 0 && within == ((inverted & bit) != 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean expires(XtInfo info, Connection c, NfPacket p, int flags, int inverted) {
        if ((flags & EXPIRES) == 0) {
            return true;
        }
        long left = Math.max(0, c.deadlineNs() - p.net.nowNs()) / SECOND_NS;
        boolean within =
                left >= (info.u32(AT_EXPIRES) & 0xffff_ffffL) && left <= (info.u32(AT_EXPIRES + 4) & 0xffff_ffffL);
        return within != ((inverted & EXPIRES) != 0);
    }

    /** @param mask bits of states, as nf_tables has them, with SNAT, DNAT and UNTRACKED behind */
    static Matcher state(int mask, boolean inverted) {
        return p -> {
            Connection c = p.skb.connection;
            int bits;
            if (c == null) {
                bits = p.skb.trackInfo == Connection.UNTRACKED ? STATE_UNTRACKED : INVALID;
            } else {
                bits = 1 << p.skb.trackInfo % Connection.IS_REPLY + 1;
                bits |= (c.status() & Connection.SRC_NAT) != 0 ? STATE_SNAT : 0;
                bits |= (c.status() & Connection.DST_NAT) != 0 ? STATE_DNAT : 0;
            }
            return (bits & mask) != 0 != inverted;
        };
    }
}
