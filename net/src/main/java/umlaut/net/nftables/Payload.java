package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Loads bytes of the packet into a register, or stores a register there (net/netfilter/nft_payload.c). */
final class Payload extends Expression {
    private static final int DREG = 1, BASE = 2, OFFSET = 3, LEN = 4, SREG = 5;
    private static final int CSUM_TYPE = 6, CSUM_OFFSET = 7, CSUM_FLAGS = 8, L4_PSEUDO = 1;
    private static final int LINK = 0, NETWORK = 1, TRANSPORT = 2, INNER = 3, MOST_OFFSET = 255;
    private static final int ETHERNET = 14;

    private final boolean store;
    private final int register;
    private final int base;
    private final int offset;
    private final int length;
    private final int checksumType;
    private final int checksumOffset;
    private final int checksumFlags;

    Payload(NlReader in) {
        store = in.has(SREG);
        base = in.be32(BASE, -1);
        offset = in.be32(OFFSET, -1);
        length = in.be32(LEN, 0);
        if (base < LINK || base > INNER || offset < 0 || offset > MOST_OFFSET || length <= 0 || length > Data.MOST) {
            throw Errno.EINVAL.exception();
        }
        register = Register.read(in, store ? SREG : DREG, length);
        checksumType = in.be32(CSUM_TYPE, 0);
        checksumOffset = in.be32(CSUM_OFFSET, 0);
        checksumFlags = in.be32(CSUM_FLAGS, 0);
        if (store && (base == LINK || checksumOffset < 0 || checksumOffset > MOST_OFFSET)) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    @Override
    String name() {
        return "payload";
    }

    /** Of the field, from the packet's start; -1: it is not there. */
    private int place(NfPacket p) {
        int at = switch (base) {
            case NETWORK -> 0;
            case TRANSPORT -> p.laterFragment ? -1 : p.transport;
            case INNER -> inner(p);
            default -> -1;
        };
        return at >= 0 && p.has(at + offset + length) ? at + offset : -1;
    }

    private static int inner(NfPacket p) {
        return switch (p.protocol) {
            case InetConst.IPPROTO_TCP -> p.hasTransport(20) ? p.transport + (p.u8(p.transport + 12) >>> 4) * 4 : -1;
            case InetConst.IPPROTO_UDP -> p.transport + 8;
            default -> -1;
        };
    }

    @Override
    void run(Evaluation e) {
        NfPacket p = e.packet;
        byte[] linkHeader = base == LINK ? linkHeader(p) : null;
        if (linkHeader != null && offset + length <= linkHeader.length) {
            e.put(register, linkHeader, offset, length);
            return;
        }
        int at = base == LINK ? -1 : place(p);
        if (at < 0) {
            e.noMatch();
        } else if (store) {
            store(e, at);
        } else {
            e.put(register, p.skb.head(), p.skb.start() + at, length);
        }
    }

    private static byte @Nullable [] linkHeader(NfPacket p) {
        int mac = p.skb.macHeader;
        int start = p.skb.start();
        if (p.in == null || !p.in.isEthernet() || mac < 0 || mac + ETHERNET > start) {
            return null;
        }
        return java.util.Arrays.copyOfRange(p.skb.head(), mac, start);
    }

    private void store(Evaluation e, int at) {
        NfPacket p = e.packet;
        byte[] b = p.skb.head();
        int field = p.skb.start() + at;
        byte[] fresh = e.get(register, length);
        // Both sums begin at an even place of the header, as the checksum has it.
        boolean odd = (offset & 1) != 0;
        long change = sum(b, field, length, odd, true) + sum(fresh, 0, length, odd, false);
        System.arraycopy(fresh, 0, b, field, length);
        boolean open = p.skb.partialChecksum >= 0;
        if (checksumType == 1 && !(base == TRANSPORT && open)) {
            mend(p, at - offset + checksumOffset, change);
        }
        if ((checksumFlags & L4_PSEUDO) != 0 && !open) {
            int transport = transportChecksum(p);
            if (transport >= 0) {
                mend(p, transport, change);
            }
        }
        refresh(p);
    }

    private static long sum(byte[] b, int at, int count, boolean odd, boolean inverted) {
        byte[] even = new byte[count + 2 & ~1];
        System.arraycopy(b, at, even, odd ? 1 : 0, count);
        if (inverted) {
            for (int i = 0; i < count; i++) {
                even[i + (odd ? 1 : 0)] ^= -1;
            }
        }
        return Checksum.add(0, even, 0, even.length);
    }

    private static int transportChecksum(NfPacket p) {
        int field = switch (p.protocol) {
            case InetConst.IPPROTO_TCP -> 16;
            case InetConst.IPPROTO_UDP -> 6;
            case InetConst.IPPROTO_ICMPV6 -> 2;
            default -> -1;
        };
        if (field < 0 || !p.hasTransport(field + 2)) {
            return -1;
        }
        boolean none = p.protocol == InetConst.IPPROTO_UDP && p.u16(p.transport + field) == 0;
        return none ? -1 : p.transport + field;
    }

    private static void mend(NfPacket p, int at, long change) {
        if (p.has(at + 2)) {
            byte[] b = p.skb.head();
            int field = p.skb.start() + at;
            Be.put16(b, field, Checksum.fold((~Be.u16(b, field) & 0xffff) + change));
        }
    }

    /** What the packet's fields say is in its header. */
    private static void refresh(NfPacket p) {
        byte[] b = p.skb.head();
        int at = p.skb.start() + (p.v4 ? 12 : 8);
        int size = p.v4 ? 4 : 16;
        p.skb.source = umlaut.net.core.IpAddress.of(b, at, size);
        p.skb.destination = umlaut.net.core.IpAddress.of(b, at + size, size);
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, store ? SREG : DREG, register);
        out.be32(BASE, base).be32(OFFSET, offset).be32(LEN, length);
        if (store) {
            out.be32(CSUM_TYPE, checksumType).be32(CSUM_OFFSET, checksumOffset).be32(CSUM_FLAGS, checksumFlags);
        }
    }
}
