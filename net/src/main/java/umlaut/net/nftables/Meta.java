package umlaut.net.nftables;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.net.core.NetDevice;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Loads or sets what a packet has besides its bytes: devices, mark, protocol (net/netfilter/nft_meta.c). */
final class Meta extends Expression {
    private static final int DREG = 1, KEY = 2, SREG = 3;
    private static final int LEN = 0, PROTOCOL = 1, PRIORITY = 2, MARK = 3, IIF = 4, OIF = 5, IIFNAME = 6, OIFNAME = 7;
    private static final int IIFTYPE = 8, OIFTYPE = 9, NFTRACE = 12, NFPROTO = 15, L4PROTO = 16, PKTTYPE = 19, CPU = 20;
    private static final int IIFGROUP = 21, OIFGROUP = 22, PRANDOM = 24, IIFKIND = 26, OIFKIND = 27;
    private static final int TIME_NS = 30, TIME_DAY = 31, TIME_HOUR = 32;
    private static final int NAME_SIZE = 16;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int DAY_SECONDS = 86_400, FIRST_DAY = 4, WEEK = 7;

    private final boolean store;
    private final int key;
    private final int register;

    Meta(NlReader in) {
        store = in.has(SREG);
        key = in.be32(KEY, -1);
        boolean known = store
                ? key == MARK || key == PRIORITY || key == NFTRACE || key == PKTTYPE
                : switch (key) {
                    case LEN, PROTOCOL, PRIORITY, MARK, IIF, OIF, IIFNAME, OIFNAME, IIFTYPE, OIFTYPE, NFPROTO -> true;
                    case L4PROTO, PKTTYPE, CPU, IIFGROUP, OIFGROUP, PRANDOM, IIFKIND, OIFKIND -> true;
                    case TIME_NS, TIME_DAY, TIME_HOUR -> true;
                    default -> false;
                };
        if (!known) {
            throw Errno.EOPNOTSUPP.exception();
        }
        register = Register.read(in, store ? SREG : DREG, isName() ? NAME_SIZE : key == TIME_NS ? 8 : 4);
    }

    private boolean isName() {
        return key == IIFNAME || key == OIFNAME || key == IIFKIND || key == OIFKIND;
    }

    @Override
    String name() {
        return "meta";
    }

    @Override
    void run(Evaluation e) {
        if (store) {
            store(e);
            return;
        }
        NfPacket p = e.packet;
        switch (key) {
            case LEN -> e.put32(register, p.skb.length());
            case PROTOCOL -> e.putBe16(register, p.v4 ? IfConst.ETH_P_IP : IfConst.ETH_P_IPV6);
            case PRIORITY -> e.put32(register, p.skb.priority);
            case MARK -> e.put32(register, p.skb.mark);
            case IIF, OIF, IIFTYPE, OIFTYPE, IIFGROUP, OIFGROUP -> device(e, isInput() ? p.in : p.out);
            case IIFNAME, OIFNAME -> text(e, nameOf(isInput() ? p.in : p.out));
            case IIFKIND, OIFKIND -> text(e, kindOf(isInput() ? p.in : p.out));
            case NFPROTO -> e.put8(register, p.v4 ? NfHook.NFPROTO_IPV4 : NfHook.NFPROTO_IPV6);
            case L4PROTO -> e.put8(register, p.protocol);
            case PKTTYPE -> e.put8(register, packetType(p));
            case PRANDOM -> e.put32(register, ThreadLocalRandom.current().nextInt());
            case TIME_NS -> e.put64(register, p.net.realtimeNs());
            case TIME_DAY -> {
                long days = Math.floorDiv(p.net.realtimeNs() / SECOND_NS, DAY_SECONDS);
                e.put8(register, (int) Math.floorMod(days + FIRST_DAY, WEEK));
            }
            case TIME_HOUR ->
                e.put32(register, (int) Math.floorMod(p.net.realtimeNs() / SECOND_NS, (long) DAY_SECONDS));
            default -> e.put32(register, 0);
        }
    }

    private boolean isInput() {
        return key == IIF || key == IIFNAME || key == IIFTYPE || key == IIFGROUP || key == IIFKIND;
    }

    /** A looped packet is for this machine, or for a group. */
    private static int packetType(NfPacket p) {
        return p.skb.packetType == 0 && p.skb.destination.isMulticast() ? InetConst.PACKET_MULTICAST : p.skb.packetType;
    }

    private void device(Evaluation e, @Nullable NetDevice device) {
        boolean index = key == IIF || key == OIF;
        if (device == null) {
            if (index) {
                e.put32(register, 0);
            } else {
                e.noMatch();
            }
        } else if (key == IIFTYPE || key == OIFTYPE) {
            e.put16(register, device.type);
        } else {
            e.put32(register, index ? device.index : 0);
        }
    }

    private static String nameOf(@Nullable NetDevice device) {
        return device == null ? "" : device.name;
    }

    private static String kindOf(@Nullable NetDevice device) {
        String kind = device == null ? null : device.kind();
        return kind == null ? "" : kind;
    }

    private void text(Evaluation e, String text) {
        byte[] bytes = Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), NAME_SIZE);
        e.put(register, bytes, 0, NAME_SIZE);
    }

    private void store(Evaluation e) {
        int value = e.i32(register);
        switch (key) {
            case MARK -> e.packet.skb.mark = value;
            case PRIORITY -> e.packet.skb.priority = value;
            case PKTTYPE -> e.packet.skb.packetType = value & 0xff;
            default -> {} // nftrace: nobody is told
        }
    }

    @Override
    void write(NlWriter out) {
        out.be32(KEY, key);
        Register.write(out, store ? SREG : DREG, register);
    }
}
