package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.core.IpAddress;
import umlaut.net.netfilter.Connection;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netfilter.Tuple;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Loads what is known of the packet's connection, or sets its mark (net/netfilter/nft_ct.c). */
final class Tracked extends Expression {
    private static final int DREG = 1, KEY = 2, DIRECTION = 3, SREG = 4;
    private static final int STATE = 0, DIR = 1, STATUS = 2, MARK = 3, EXPIRATION = 5, L3PROTOCOL = 7, SRC = 8, DST = 9;
    private static final int PROTOCOL = 10, PROTO_SRC = 11, PROTO_DST = 12, PKTS = 14, BYTES = 15, ZONE = 17;
    private static final int SRC_IP = 19, DST_IP = 20, SRC_IP6 = 21, DST_IP6 = 22, ID = 23, AVGPKT = 16;
    private static final int STATE_INVALID = 1, STATE_UNTRACKED = 64;
    private static final long MS = 1_000_000;

    private final boolean store;
    private final int key;
    private final int direction;
    private final int register;

    Tracked(NlReader in) {
        store = in.has(SREG);
        key = in.be32(KEY, -1);
        direction = in.number(DIRECTION, -1);
        boolean known = switch (key) {
            case STATE, DIR, STATUS, EXPIRATION, L3PROTOCOL, SRC, DST, PROTOCOL, PROTO_SRC, PROTO_DST -> !store;
            case PKTS, BYTES, AVGPKT, SRC_IP, DST_IP, SRC_IP6, DST_IP6, ID, ZONE -> !store;
            case MARK -> true;
            default -> false;
        };
        boolean directed =
                key >= SRC && key <= DST || key == PROTO_SRC || key == PROTO_DST || key >= SRC_IP && key <= DST_IP6;
        if (!known) {
            throw Errno.EOPNOTSUPP.exception();
        }
        if (direction < -1 || direction > 1 || directed && direction < 0) {
            throw Errno.EINVAL.exception();
        }
        register = Register.read(in, store ? SREG : DREG, length());
    }

    private int length() {
        return switch (key) {
            case SRC, DST, SRC_IP6, DST_IP6 -> 16;
            case PKTS, BYTES, AVGPKT -> 8;
            default -> 4;
        };
    }

    @Override
    String name() {
        return "ct";
    }

    @Override
    boolean tracks() {
        return true;
    }

    @Override
    void run(Evaluation e) {
        Connection c = e.packet.skb.connection;
        if (key == STATE) {
            e.put32(register, state(e, c));
            return;
        }
        if (c == null) {
            if (!store) {
                e.noMatch();
            }
            return;
        }
        if (store) {
            c.mark = e.i32(register);
            return;
        }
        boolean reply = Connection.isReply(e.packet.skb.trackInfo);
        Tuple tuple = c.tuple(direction == 1);
        switch (key) {
            case DIR -> e.put8(register, reply ? 1 : 0);
            case STATUS -> e.put32(register, c.status());
            case MARK -> e.put32(register, c.mark);
            case EXPIRATION -> e.put32(register, (int) ((c.deadlineNs() - e.packet.net.nowNs()) / MS));
            case L3PROTOCOL -> e.put8(register, e.packet.v4 ? NfHook.NFPROTO_IPV4 : NfHook.NFPROTO_IPV6);
            case PROTOCOL -> e.put8(register, c.original.protocol());
            case PROTO_SRC -> e.putBe16(register, tuple.sourcePort());
            case PROTO_DST -> e.putBe16(register, tuple.destinationPort());
            case SRC, SRC_IP, SRC_IP6 -> address(e, tuple.source());
            case DST, DST_IP, DST_IP6 -> address(e, tuple.destination());
            case PKTS -> e.put64(register, sum(c.packets(false), c.packets(true)));
            case BYTES -> e.put64(register, sum(c.bytes(false), c.bytes(true)));
            case AVGPKT -> {
                long packets = sum(c.packets(false), c.packets(true));
                e.put64(register, packets == 0 ? 0 : sum(c.bytes(false), c.bytes(true)) / packets);
            }
            case ID -> e.put32(register, c.id());
            default -> e.put32(register, 0);
        }
    }

    private static int state(Evaluation e, @org.jspecify.annotations.Nullable Connection c) {
        int info = e.packet.skb.trackInfo;
        if (c == null) {
            return info == Connection.UNTRACKED ? STATE_UNTRACKED : STATE_INVALID;
        }
        return 1 << info % Connection.IS_REPLY + 1;
    }

    private long sum(long original, long reply) {
        return (direction == 1 ? 0 : original) + (direction == 0 ? 0 : reply);
    }

    private void address(Evaluation e, IpAddress address) {
        byte[] bytes = address.bytes();
        e.put(register, bytes, 0, bytes.length);
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, store ? SREG : DREG, register);
        out.be32(KEY, key);
        if (direction >= 0) {
            out.attribute8(DIRECTION, direction);
        }
    }
}
